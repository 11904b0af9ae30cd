package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;

/** Which messages of a queue that are in memory may be given to somebody, and when they expire. */
final class Availability {
    private final ReadyLevels ready;
    private final ExpiryHeap expiring = new ExpiryHeap();
    private final PagedRuns runs;

    Availability(QueueDefinition.Service service, PagedRuns runs) {
        this.ready = new ReadyLevels(service);
        this.runs = runs;
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
        if (entry.run != null) {
            runs.ready(entry.run);
        }
    }

    /** The entry is available no longer. */
    void take(QueueEntry entry, QueueEntry.State now) {
        ready.remove(entry);
        expiring.remove(entry);
        entry.state = now;
        if (entry.run != null) {
            runs.unready(entry.run);
        }
    }

    /** An available entry whose time is over, null where there is none. */
    QueueEntry expired(long nowMillis) {
        QueueEntry soonest = expiring.soonest();
        return soonest != null && soonest.expired(nowMillis) ? soonest : null;
    }
}
