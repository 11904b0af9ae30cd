package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;

/** Which messages of a queue may be given to somebody, which are to be one day, and when they expire. */
final class Availability {
    private final ReadyLevels ready;
    private final Scheduled scheduled = new Scheduled();
    private final EntryHeap expiring = EntryHeap.byExpiry();

    Availability(QueueDefinition.Service service) {
        this.ready = new ReadyLevels(service);
    }

    ReadyLevels ready() {
        return ready;
    }

    Scheduled scheduled() {
        return scheduled;
    }

    /** An entry that is new in the queue: it is available, or waits for its time. No clock is read here: records are applied. */
    void arrived(QueueEntry entry) {
        if (entry.deliverAtMillis == 0) {
            add(entry);
            return;
        }
        entry.state = QueueEntry.State.SCHEDULED;
        scheduled.add(entry);
        if (entry.expiresAtMillis != Message.NONE) {
            expiring.add(entry);
        }
    }

    /** The entry goes to its own place among the available ones. */
    void add(QueueEntry entry) {
        entry.state = QueueEntry.State.READY;
        ready.insert(entry);
        if (entry.expiresAtMillis != Message.NONE) {
            expiring.add(entry);
        }
    }

    /** Any that is available or scheduled, null where there is none. */
    QueueEntry any() {
        QueueEntry available = ready.leastWanted();
        return available != null ? available : scheduled.first();
    }

    /** Whether it is available, or scheduled. */
    boolean holds(QueueEntry entry) {
        return entry.links.inReady || entry.state == QueueEntry.State.SCHEDULED;
    }

    /** An entry that {@link #holds} is held no longer. */
    void take(QueueEntry entry, QueueEntry.State now) {
        if (entry.state == QueueEntry.State.SCHEDULED) {
            scheduled.remove(entry);
        } else {
            ready.remove(entry);
        }
        expiring.remove(entry);
        entry.state = now;
    }

    /** What is scheduled and due becomes available, each at its own place. */
    void release(long nowMillis) {
        if (!scheduled.isDue(nowMillis)) {
            return;
        }
        for (QueueEntry entry : scheduled.takeDue(nowMillis)) {
            entry.state = QueueEntry.State.READY;
            ready.insert(entry);
        }
    }

    /** Whether time alone changes something by now. */
    boolean isDue(long nowMillis) {
        return expired(nowMillis) != null || scheduled.isDue(nowMillis);
    }

    /** An available or scheduled entry whose time is over, null where there is none. */
    QueueEntry expired(long nowMillis) {
        QueueEntry soonest = expiring.soonest();
        return soonest != null && soonest.expired(nowMillis) ? soonest : null;
    }
}
