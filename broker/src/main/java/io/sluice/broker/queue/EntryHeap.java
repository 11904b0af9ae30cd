package io.sluice.broker.queue;

import java.util.Arrays;

/**
 * Messages that wait for a time, soonest first and among equal times by sequence: a binary heap that knows where each entry
 * stands, so that any may leave.
 */
abstract class EntryHeap {
    static final int ABSENT = -1;

    private QueueEntry[] entries = new QueueEntry[0];
    private int size;

    private EntryHeap() {}

    /** By the end of their time to live. */
    static EntryHeap byExpiry() {
        return new ByExpiry();
    }

    /** By the time of their delivery. */
    static EntryHeap byDelivery() {
        return new ByDelivery();
    }

    abstract long timeOf(QueueEntry entry);

    abstract int indexOf(QueueEntry entry);

    abstract void index(QueueEntry entry, int index);

    int size() {
        return size;
    }

    /** @return null when empty */
    QueueEntry soonest() {
        return size == 0 ? null : entries[0];
    }

    void add(QueueEntry entry) {
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, Math.max(16, size * 2));
        }
        put(size, entry);
        size++;
        up(size - 1);
    }

    void remove(QueueEntry entry) {
        int at = indexOf(entry);
        if (at == ABSENT) {
            return;
        }
        index(entry, ABSENT);
        size--;
        QueueEntry last = entries[size];
        entries[size] = null;
        if (at < size) {
            put(at, last);
            up(at);
            down(indexOf(last));
        }
    }

    private boolean isBefore(QueueEntry one, QueueEntry other) {
        int order = Long.compare(timeOf(one), timeOf(other));
        return order < 0 || (order == 0 && one.sequence < other.sequence);
    }

    private void put(int at, QueueEntry entry) {
        entries[at] = entry;
        index(entry, at);
    }

    private void up(int from) {
        int at = from;
        QueueEntry entry = entries[at];
        while (at > 0 && isBefore(entry, entries[(at - 1) / 2])) {
            put(at, entries[(at - 1) / 2]);
            at = (at - 1) / 2;
        }
        put(at, entry);
    }

    private void down(int from) {
        int at = from;
        QueueEntry entry = entries[at];
        while (true) {
            int child = at * 2 + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size && isBefore(entries[child + 1], entries[child])) {
                child++;
            }
            if (isBefore(entry, entries[child])) {
                break;
            }
            put(at, entries[child]);
            at = child;
        }
        put(at, entry);
    }

    private static final class ByExpiry extends EntryHeap {
        @Override
        long timeOf(QueueEntry entry) {
            return entry.expiresAtMillis;
        }

        @Override
        int indexOf(QueueEntry entry) {
            return entry.links.expiryIndex;
        }

        @Override
        void index(QueueEntry entry, int index) {
            entry.links.expiryIndex = index;
        }
    }

    private static final class ByDelivery extends EntryHeap {
        @Override
        long timeOf(QueueEntry entry) {
            return entry.deliverAtMillis;
        }

        @Override
        int indexOf(QueueEntry entry) {
            return entry.links.scheduleIndex;
        }

        @Override
        void index(QueueEntry entry, int index) {
            entry.links.scheduleIndex = index;
        }
    }
}
