package io.sluice.broker.queue;

import java.util.Arrays;
import java.util.Comparator;

/** The messages of a queue that are not for now, and the ones among them whose time has come. */
final class Scheduled {
    /** Given out in one go; the rest waits for the next, so that a million that are due at once do not stop the shard. */
    private static final int MAX_RELEASED = 10_000;

    private final EntryHeap waiting = EntryHeap.byDelivery();

    int size() {
        return waiting.size();
    }

    /** @return null where there is none */
    QueueEntry first() {
        return waiting.soonest();
    }

    void add(QueueEntry entry) {
        waiting.add(entry);
    }

    void remove(QueueEntry entry) {
        waiting.remove(entry);
    }

    boolean isDue(long nowMillis) {
        QueueEntry soonest = waiting.soonest();
        return soonest != null && soonest.deliverAtMillis <= nowMillis;
    }

    /** Takes out what is due, ascending by sequence, as lists take it in fastest. */
    QueueEntry[] takeDue(long nowMillis) {
        QueueEntry[] due = new QueueEntry[16];
        int count = 0;
        while (count < MAX_RELEASED && isDue(nowMillis)) {
            if (count == due.length) {
                due = Arrays.copyOf(due, count * 2);
            }
            due[count] = waiting.soonest();
            waiting.remove(due[count]);
            count++;
        }
        Arrays.sort(due, 0, count, Comparator.comparingLong(entry -> entry.sequence));
        return Arrays.copyOf(due, count);
    }
}
