package io.sluice.storage.tool;

import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecords;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecords;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.JournalRecord.Subscribed;
import io.sluice.broker.record.RecordVisitor;
import java.util.Map;
import java.util.TreeMap;

/** What a broker would have after its recovery, without the messages: a bit for each. One thread. */
final class FolderState implements RecordVisitor {
    private final Map<Long, QueueContent> queues = new TreeMap<>();

    private final DefinitionRecords definitions = new DefinitionRecords();
    private final ExchangeRecords exchanges = new ExchangeRecords();
    private long highestQueueId;

    /** The highest id a queue has or had, as far as that is known. */
    long highestQueueId() {
        return highestQueueId;
    }

    /** By id. */
    Map<Long, QueueContent> queues() {
        return queues;
    }

    /** Users and what else is defined. */
    DefinitionRecords definitions() {
        return definitions;
    }

    @Override
    public void defined(DefinitionRecord definition) {
        definitions.apply(definition);
    }

    /** Exchanges and what is bound to them. */
    ExchangeRecords exchanges() {
        return exchanges;
    }

    @Override
    public void exchange(ExchangeRecord exchange) {
        exchanges.apply(exchange);
    }

    @Override
    public void queueDeclared(QueueDeclared declared) {
        highestQueueId = Math.max(highestQueueId, declared.queueId());
        QueueContent queue =
                queues.computeIfAbsent(declared.queueId(), id -> new QueueContent(id, declared.definition()));
        queue.define(declared.definition());
        queue.sequenceUsed(declared.nextSequence() - 1);
    }

    @Override
    public void queueDeleted(QueueDeleted deleted) {
        highestQueueId = Math.max(highestQueueId, deleted.queueId());
        queues.remove(deleted.queueId());
        exchanges.forget(deleted.queueId());
    }

    @Override
    public void enqueued(Enqueued enqueued) {
        present(enqueued.queueId(), enqueued.sequence());
        QueueContent queue = queues.get(enqueued.queueId());
        if (queue != null && !enqueued.duplicateId().isEmpty()) {
            queue.remember(enqueued.duplicateId(), enqueued.arrivedAtMillis());
        }
    }

    void present(long queueId, long sequence) {
        QueueContent queue = queues.get(queueId);
        if (queue != null) {
            queue.present().add(sequence);
            queue.sequenceUsed(sequence);
        }
    }

    @Override
    public void removed(Removed removed) {
        QueueContent queue = queues.get(removed.queueId());
        if (queue != null) {
            queue.present().remove(removed.sequences());
        }
    }

    @Override
    public void returned(Returned returned) {
        QueueContent queue = queues.get(returned.queueId());
        if (queue != null) {
            queue.returned(returned);
        }
    }

    @Override
    public void subscribed(Subscribed subscribed) {
        QueueContent queue = queues.get(subscribed.queueId());
        if (queue != null) {
            queue.subscribed(subscribed);
        }
    }

    @Override
    public void duplicatesRemembered(DuplicatesRemembered remembered) {
        QueueContent queue = queues.get(remembered.queueId());
        if (queue != null) {
            remembered.ids().forEach(queue::apply);
        }
    }

    @Override
    public void queuePaused(QueuePaused paused) {
        QueueContent queue = queues.get(paused.queueId());
        if (queue != null) {
            queue.paused(paused);
        }
    }

    @Override
    public void sessionStateSet(SessionStateSet set) {
        QueueContent queue = queues.get(set.queueId());
        if (queue != null) {
            queue.sessionStateSet(set);
        }
    }

    @Override
    public void lastValues(LastValues last) {
        QueueContent queue = queues.get(last.queueId());
        if (queue != null) {
            last.values().forEach(queue::lastValue);
        }
    }
}
