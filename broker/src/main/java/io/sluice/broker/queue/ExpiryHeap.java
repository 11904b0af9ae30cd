package io.sluice.broker.queue;

import java.util.Arrays;

/** The available messages that expire, soonest first: a binary heap that knows where each entry stands, so that any may leave. */
final class ExpiryHeap {
    static final int ABSENT = -1;

    private QueueEntry[] entries = new QueueEntry[0];
    private int size;

    boolean isEmpty() {
        return size == 0;
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
        int at = entry.links.heapIndex;
        if (at == ABSENT) {
            return;
        }
        entry.links.heapIndex = ABSENT;
        size--;
        QueueEntry last = entries[size];
        entries[size] = null;
        if (at < size) {
            put(at, last);
            up(at);
            down(last.links.heapIndex);
        }
    }

    private void put(int at, QueueEntry entry) {
        entries[at] = entry;
        entry.links.heapIndex = at;
    }

    private void up(int from) {
        int at = from;
        QueueEntry entry = entries[at];
        while (at > 0 && entries[(at - 1) / 2].expiresAtMillis > entry.expiresAtMillis) {
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
            if (child + 1 < size && entries[child + 1].expiresAtMillis < entries[child].expiresAtMillis) {
                child++;
            }
            if (entries[child].expiresAtMillis >= entry.expiresAtMillis) {
                break;
            }
            put(at, entries[child]);
            at = child;
        }
        put(at, entry);
    }
}
