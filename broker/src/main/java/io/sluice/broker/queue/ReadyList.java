package io.sluice.broker.queue;

/**
 * The available messages of one priority level, ascending by sequence: new ones come in at the end, returned ones go back to
 * their own place, any may leave. Returned messages come in runs and mostly from near the head, so the place of the last insert is
 * where the next search starts.
 */
final class ReadyList {
    private QueueEntry head;
    private QueueEntry tail;
    private QueueEntry lastInserted;
    private int size;

    int size() {
        return size;
    }

    /** @return null when empty */
    QueueEntry head() {
        return head;
    }

    /** Whether a message of this number, or behind it, is in here. */
    boolean reaches(long sequence) {
        return tail != null && tail.sequence >= sequence;
    }

    void insert(QueueEntry entry) {
        QueueEntry before = place(entry.sequence);
        QueueEntry after = before == null ? head : before.links.nextReady;
        entry.links.previousReady = before;
        entry.links.nextReady = after;
        entry.links.inReady = true;
        if (before == null) {
            head = entry;
        } else {
            before.links.nextReady = entry;
        }
        if (after == null) {
            tail = entry;
        } else {
            after.links.previousReady = entry;
        }
        lastInserted = entry;
        size++;
    }

    void remove(QueueEntry entry) {
        QueueEntry before = entry.links.previousReady;
        QueueEntry after = entry.links.nextReady;
        if (before == null) {
            head = after;
        } else {
            before.links.nextReady = after;
        }
        if (after == null) {
            tail = before;
        } else {
            after.links.previousReady = before;
        }
        if (lastInserted == entry) {
            lastInserted = before;
        }
        entry.links.previousReady = null;
        entry.links.nextReady = null;
        entry.links.inReady = false;
        size--;
    }

    /** The entry behind which {@code sequence} belongs, null for the very front. */
    private QueueEntry place(long sequence) {
        if (tail == null || tail.sequence < sequence) {
            return tail;
        }
        QueueEntry at = lastInserted != null ? lastInserted : head;
        if (at.sequence > sequence && sequence - head.sequence < at.sequence - sequence) {
            at = head;
        }
        while (at != null && at.sequence > sequence) {
            at = at.links.previousReady;
        }
        if (at == null) {
            return null;
        }
        while (at.links.nextReady != null && at.links.nextReady.sequence < sequence) {
            at = at.links.nextReady;
        }
        return at;
    }
}
