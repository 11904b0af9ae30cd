package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;

/** What a queue is set to be: as applied, and as decided, which is what a further change starts from. */
final class Settings {
    private QueueDefinition definition;
    private QueueDefinition decided;
    private QueuePaused paused;
    private QueuePaused decidedPaused;

    Settings(long queueId, QueueDefinition definition) {
        this.definition = definition;
        this.decided = definition;
        this.paused = new QueuePaused(queueId, false, false);
        this.decidedPaused = paused;
    }

    QueueDefinition definition() {
        return definition;
    }

    /** What it will be when all that is decided is applied. */
    QueueDefinition decided() {
        return decided;
    }

    void decide(QueueDefinition next) {
        decided = next;
    }

    void declared(QueueDeclared record) {
        // In a life that has just begun nothing is decided; in any other this was.
        decided = decided == definition ? record.definition() : decided;
        definition = record.definition();
    }

    QueuePaused paused() {
        return paused;
    }

    /** As {@link #decided()}. */
    QueuePaused decidedPaused() {
        return decidedPaused;
    }

    void decide(QueuePaused next) {
        decidedPaused = next;
    }

    void paused(QueuePaused record) {
        decidedPaused = decidedPaused == paused ? record : decidedPaused;
        paused = record;
    }

    boolean isPaused() {
        return paused.delivery() || paused.intake();
    }
}
