package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;

/** Which messages of a queue may be given to somebody, and when they expire. */
final class Availability {
    private final ReadyLevels ready;
    private final ExpiryHeap expiring = new ExpiryHeap();

    Availability(QueueDefinition.Service service) {
        this.ready = new ReadyLevels(service);
    }

    ReadyLevels ready() {
        return ready;
    }

    /** The entry goes to its own place among the available ones. */
    void add(QueueEntry entry) {
        entry.state = QueueEntry.State.READY;
        ready.insert(entry);
        if (entry.expiresAtMillis != Message.NONE) {
            expiring.add(entry);
        }
    }

    /** The entry is available no longer. */
    void take(QueueEntry entry, QueueEntry.State now) {
        ready.remove(entry);
        expiring.remove(entry);
        entry.state = now;
    }

    /** An available entry whose time is over, null where there is none. */
    QueueEntry expired(long nowMillis) {
        QueueEntry soonest = expiring.soonest();
        return soonest != null && soonest.expired(nowMillis) ? soonest : null;
    }
}
