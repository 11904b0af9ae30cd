package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.Schedule;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.ArrayList;
import java.util.List;

/** One message in its place in one queue. */
final class QueueEntry {
    /** Who may have it. */
    enum State {
        READY,
        /** Nobody may have it before its time. */
        SCHEDULED,
        LOCKED,
        /** A record about it is on the way to the journal; nobody may have it until that is applied. */
        SETTLING
    }

    /** What a message costs in memory beside its bytes: its entry, its header fields, its place in the lists; about. */
    private static final long OVERHEAD_BYTES = 256;
    /** It was out of memory together with one that somebody had. */
    static final int PERHAPS_ACQUIRED = -1;

    final long sequence;
    final long arrivedAtMillis;
    final long expiresAtMillis;
    /** Journaled: a durable message in a durable queue. */
    final boolean durable;

    /** Before which nobody gets it, 0 where there is no such time. */
    long deliverAtMillis;

    Message message;
    int deliveryCount;
    /** The page that has it, and where in that it stands; null while only the journal has it. */
    PagedRun run;

    int place;
    /** The list of those that no page has, with its neighbours there; null where it is in none. */
    UnstoredList unstoredIn;

    QueueEntry previousUnstored;
    QueueEntry nextUnstored;

    State state = State.READY;
    /** How often somebody had it, as far as memory knows; {@link #PERHAPS_ACQUIRED} where it is not even known whether. */
    int acquisitions;

    Links links = new Links();

    /** The places an entry has in the lists of its queue's primary; all of it goes when the primary role goes. */
    static final class Links {
        QueueEntry previousReady;
        QueueEntry nextReady;
        boolean inReady;
        int expiryIndex = EntryHeap.ABSENT;
        int scheduleIndex = EntryHeap.ABSENT;
        List<Consumer> excluded = List.of();
        /** It has left the queue, or that is decided, whoever has it: it does not come back. */
        boolean superseded;
        /** Epoch milliseconds at which the lock ends of whoever has it, {@link Long#MAX_VALUE} where it does not. */
        long lockedUntilMillis = Long.MAX_VALUE;
    }

    QueueEntry(Enqueued enqueued, boolean durable) {
        this.sequence = enqueued.sequence();
        this.arrivedAtMillis = enqueued.arrivedAtMillis();
        this.expiresAtMillis = enqueued.expiresAtMillis();
        this.deliverAtMillis = enqueued.deliverAtMillis();
        this.durable = durable;
        this.message = enqueued.message();
        this.deliveryCount = enqueued.deliveryCount();
        this.acquisitions = enqueued.deliveryCount();
    }

    /** What it takes of memory. */
    long footprintBytes() {
        return message.residentBytes() + overheadBytes();
    }

    /** Of that, what it takes beside the message's bytes. */
    long overheadBytes() {
        return message.group().residentBytes() + OVERHEAD_BYTES;
    }

    /** Somebody has it from here on. */
    void acquired() {
        acquisitions = Math.max(acquisitions, 0) + 1;
    }

    /** Whether nobody has it and nothing is decided about it: it is available, or scheduled. */
    boolean isHeld() {
        return links.inReady || state == State.SCHEDULED;
    }

    boolean expired(long nowMillis) {
        return expiresAtMillis != Message.NONE && expiresAtMillis <= nowMillis;
    }

    boolean excludes(Consumer consumer) {
        return !links.excluded.isEmpty() && links.excluded.contains(consumer);
    }

    void exclude(Consumer consumer) {
        List<Consumer> more = new ArrayList<>(links.excluded);
        more.add(consumer);
        links.excluded = more;
    }

    /** The consumer is gone: what it refused is refused by one less. */
    void includeAgain(Consumer consumer) {
        List<Consumer> fewer = new ArrayList<>(links.excluded);
        fewer.remove(consumer);
        links.excluded = fewer;
    }

    /** Nobody gets it before somebody asks for it by its number. */
    boolean isParked() {
        return deliverAtMillis == Schedule.NEVER;
    }

    void returned(Returned record) {
        deliveryCount = record.deliveryCount();
        deliverAtMillis = record.deliverAtMillis();
        // Only a delivery can bring a message back: also what is replayed after a restart was acquired before.
        acquisitions = Math.max(Math.max(acquisitions, deliveryCount), 1);
        if (!record.added().equals(message.added())) {
            message = message.withAdded(record.added());
        }
    }

    ScheduledMessage asScheduled() {
        return new ScheduledMessage(
                sequence,
                arrivedAtMillis,
                deliverAtMillis,
                expiresAtMillis,
                message.size(),
                message.priority(),
                durable);
    }

    Enqueued asRecord(long queueId) {
        return new Enqueued(
                queueId, sequence, arrivedAtMillis, expiresAtMillis, deliverAtMillis, deliveryCount, "", message);
    }
}
