package io.sluice.broker.queue;

/** Durable entries that no page has, in the order in which they became so; any may leave. An entry is in one list at most. */
final class UnstoredList {
    private QueueEntry head;
    private QueueEntry tail;
    private int size;

    int size() {
        return size;
    }

    /** @return null when empty */
    QueueEntry head() {
        return head;
    }

    void add(QueueEntry entry) {
        entry.unstoredIn = this;
        entry.previousUnstored = tail;
        if (tail == null) {
            head = entry;
        } else {
            tail.nextUnstored = entry;
        }
        tail = entry;
        size++;
    }

    void remove(QueueEntry entry) {
        if (entry.previousUnstored == null) {
            head = entry.nextUnstored;
        } else {
            entry.previousUnstored.nextUnstored = entry.nextUnstored;
        }
        if (entry.nextUnstored == null) {
            tail = entry.previousUnstored;
        } else {
            entry.nextUnstored.previousUnstored = entry.previousUnstored;
        }
        entry.previousUnstored = null;
        entry.nextUnstored = null;
        entry.unstoredIn = null;
        size--;
    }
}
