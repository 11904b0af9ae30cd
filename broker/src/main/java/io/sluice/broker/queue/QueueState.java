package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Returned;

/**
 * The durable half of a queue: what recovery, a backup and the primary agree on. Changed by applying records and by nothing else
 * (messages that are not durable take the same way, they just skip the journal).
 */
final class QueueState {
    private final long id;
    private final EntryIndex entries = new EntryIndex();
    private final LargeReferences large;
    private QueueDefinition definition;
    private long nextSequence = 1;
    private long bytes;
    /** Of {@link #bytes}, what is not in memory. */
    private long apartBytes;

    QueueState(long id, QueueDefinition definition, LargeReferences large) {
        this.id = id;
        this.definition = definition;
        this.large = large;
    }

    long id() {
        return id;
    }

    QueueDefinition definition() {
        return definition;
    }

    EntryIndex entries() {
        return entries;
    }

    long messages() {
        return entries.size();
    }

    long bytes() {
        return bytes;
    }

    /** What its messages take of memory. */
    long residentBytes() {
        return bytes - apartBytes;
    }

    /** One more than the highest sequence seen. */
    long nextSequence() {
        return nextSequence;
    }

    void declared(QueueDeclared declared) {
        definition = declared.definition();
        nextSequence = Math.max(nextSequence, declared.nextSequence());
    }

    /** @return the new entry, null where the message is here already */
    QueueEntry enqueued(Enqueued enqueued) {
        if (entries.find(enqueued.sequence()) != null) {
            return null;
        }
        QueueEntry entry = new QueueEntry(
                enqueued, definition.durable() && enqueued.message().durable());
        entries.add(entry);
        bytes += entry.message.size();
        apartBytes += entry.message.size() - entry.message.residentBytes();
        large.came(entry.message);
        nextSequence = Math.max(nextSequence, enqueued.sequence() + 1);
        return entry;
    }

    /** @return what left, null where there was nothing */
    QueueEntry removed(long sequence) {
        QueueEntry entry = entries.remove(sequence);
        if (entry != null) {
            bytes -= entry.message.size();
            apartBytes -= entry.message.size() - entry.message.residentBytes();
            large.left(entry.message);
        }
        return entry;
    }

    /** @return the entry that changed, null where there is none */
    QueueEntry returned(Returned returned) {
        QueueEntry entry = entries.find(returned.sequence());
        if (entry != null) {
            entry.returned(returned.deliveryCount(), returned.added());
        }
        return entry;
    }
}
