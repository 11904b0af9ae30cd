package io.sluice.storage.journal;

import io.sluice.broker.record.JournalRecord;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Batches on their way from the shard's thread to the writer: one producer, one consumer, no lock, unbounded (the shard counts
 * what it has under way). Arrays linked to one another, so that a batch costs no allocation.
 */
final class BatchQueue {
    private static final int CHUNK = 1024;

    /** The last element is the link to the next chunk. */
    private AtomicReferenceArray<Object> tail = new AtomicReferenceArray<>(CHUNK + 1);

    private int tailAt;

    private AtomicReferenceArray<Object> head = tail;
    private int headAt;

    private volatile boolean consumerParked;

    /** Producer's thread. A store with a full fence: a consumer that parks afterwards is seen by the producer. */
    void add(List<JournalRecord> batch) {
        if (tailAt == CHUNK) {
            AtomicReferenceArray<Object> next = new AtomicReferenceArray<>(CHUNK + 1);
            next.set(0, batch);
            tail.set(CHUNK, next);
            tail = next;
            tailAt = 1;
        } else {
            tail.set(tailAt++, batch);
        }
    }

    /** Consumer's thread: the oldest batch, left in the queue; null where there is none. */
    @SuppressWarnings("unchecked")
    List<JournalRecord> peek() {
        if (headAt == CHUNK) {
            Object next = head.get(CHUNK);
            if (next == null) {
                return null;
            }
            head = (AtomicReferenceArray<Object>) next;
            headAt = 0;
        }
        return (List<JournalRecord>) head.get(headAt);
    }

    /** Consumer's thread: takes away what {@link #peek} gave. */
    void remove() {
        head.lazySet(headAt++, null);
    }

    /** Consumer's thread: it looks at the queue once more after this and then sleeps. */
    void consumerParked(boolean parked) {
        consumerParked = parked;
    }

    /** Producer's thread, after {@link #add}: whether the consumer must be woken. */
    boolean isConsumerParked() {
        return consumerParked;
    }

    /** Consumer's thread. */
    boolean isEmpty() {
        return peek() == null;
    }
}
