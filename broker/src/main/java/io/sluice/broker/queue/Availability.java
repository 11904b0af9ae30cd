package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;

/** Which messages of a queue that are in memory may be given to somebody, which are to be one day, and when they expire. */
final class Availability {
    private final ReadyLevels ready;
    private final Scheduled scheduled = new Scheduled();
    private final EntryHeap expiring = EntryHeap.byExpiry();
    private final PagedRuns runs;
    private Consumers consumers;
    private UndeliverableHere undeliverable;

    Availability(QueueDefinition.Service service, PagedRuns runs) {
        this.ready = new ReadyLevels(service);
        this.runs = runs;
    }

    /** Who is told of what becomes available, and of what leaves. */
    void tell(Consumers newConsumers, UndeliverableHere newUndeliverable) {
        consumers = newConsumers;
        undeliverable = newUndeliverable;
    }

    ReadyLevels ready() {
        return ready;
    }

    Scheduled scheduled() {
        return scheduled;
    }

    /** An entry that is new in memory: it is available, or waits for its time. No clock is read here: records are applied. */
    void arrived(QueueEntry entry) {
        if (entry.deliverAtMillis == 0) {
            add(entry);
            return;
        }
        hold(entry);
    }

    private void hold(QueueEntry entry) {
        entry.state = QueueEntry.State.SCHEDULED;
        scheduled.add(entry);
        held(entry);
    }

    /** An entry that somebody had is back: it is available, or waits for its time, or is parked. */
    void cameBack(QueueEntry entry, long nowMillis) {
        if (entry.deliverAtMillis > nowMillis) {
            hold(entry);
        } else {
            add(entry);
        }
    }

    /** The entry goes to its own place among the available ones. */
    void add(QueueEntry entry) {
        wasAvailable(entry);
        consumers.becameAvailable(entry, ready.levelOf(entry));
    }

    /** As {@link #add}, of an entry that was available while it was out of memory. */
    void wasAvailable(QueueEntry entry) {
        entry.state = QueueEntry.State.READY;
        ready.insert(entry);
        held(entry);
    }

    private void held(QueueEntry entry) {
        if (entry.expiresAtMillis != Message.NONE) {
            expiring.add(entry);
        }
        if (entry.run != null) {
            runs.held(entry.run);
        }
    }

    /** An entry that is held ({@link QueueEntry#isHeld}) is held no longer. */
    void take(QueueEntry entry, QueueEntry.State now) {
        if (entry.state == QueueEntry.State.SCHEDULED) {
            scheduled.remove(entry);
        } else {
            if (now == QueueEntry.State.LOCKED) {
                consumers.wasLent(entry, ready.levelOf(entry));
            }
            ready.remove(entry);
        }
        expiring.remove(entry);
        entry.state = now;
        entry.links.lockedUntilMillis = Long.MAX_VALUE;
        if (entry.run != null) {
            runs.heldNoMore(entry.run);
        }
    }

    /** An entry that was scheduled and is due is available, at its own place. */
    void released(QueueEntry entry) {
        entry.state = QueueEntry.State.READY;
        ready.insert(entry);
        consumers.becameAvailable(entry, ready.levelOf(entry));
    }

    /** The entry has left the queue. */
    void left(QueueEntry entry) {
        consumers.left(entry.sequence);
        if (!entry.links.excluded.isEmpty()) {
            undeliverable.left(entry);
        }
    }

    /** A message that was out of memory has left the queue. */
    void left(long sequence) {
        consumers.left(sequence);
    }

    /** Whether time alone changes something in memory by now. */
    boolean isDue(long nowMillis) {
        return expired(nowMillis) != null || scheduled.isDue(nowMillis);
    }

    /** An available or scheduled entry whose time is over, null where there is none. */
    QueueEntry expired(long nowMillis) {
        QueueEntry soonest = expiring.soonest();
        return soonest != null && soonest.expired(nowMillis) ? soonest : null;
    }
}
