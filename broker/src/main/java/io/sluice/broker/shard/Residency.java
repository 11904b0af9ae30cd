package io.sluice.broker.shard;

import io.sluice.broker.port.MessageStore;
import io.sluice.broker.queue.MemoryUse;
import io.sluice.broker.queue.Queue;

/**
 * Keeps what is in memory within its share: drops what a page has as well, from the queues that hold most, and asks for a checkpoint
 * when too much has no page yet. Shard's thread only.
 */
final class Residency {
    /** Dropped at a time; the shard does something else in between. */
    private static final int PAGES_AT_A_TIME = 4;

    private final ShardQueues queues;
    private final Checkpoints checkpoints;
    private final MessageStore store;
    private final ShardLimits limits;
    private boolean hurrying;
    /** The journal has no room soon, unless the checkpoint that runs ends. */
    private boolean journalPresses;

    Residency(ShardQueues queues, Checkpoints checkpoints, MessageStore store, ShardLimits limits) {
        this.queues = queues;
        this.checkpoints = checkpoints;
        this.store = store;
        this.limits = limits;
    }

    /** The journal wants a checkpoint, and says how badly. */
    void journalWantsCheckpoint(boolean urgent) {
        checkpoints.wanted();
        journalPresses |= urgent;
    }

    /** @return whether there is more to drop at once */
    boolean balance(long nowMillis) {
        MemoryUse memory = queues.memory();
        long tooMuch = memory.bytes() - limits.paging().residentBytes();
        boolean dropped = tooMuch > 0 && drop(tooMuch) > 0;
        boolean stuck = tooMuch > 0 && !dropped;
        long unstoredLimit = limits.paging().unstoredBytes();
        if (memory.unstoredBytes() > (stuck ? unstoredLimit / 8 : unstoredLimit)) {
            checkpoints.wantedForMemory(nowMillis);
        }
        journalPresses &= checkpoints.isRunning();
        hurry(journalPresses || memory.bytes() > limits.memoryBytes() / 4 * 3);
        return dropped && memory.bytes() > limits.paging().residentBytes();
    }

    /** Drops all that may go, down to the share: while the shard recovers nobody wants anything. */
    void dropAll() {
        long freed = 1;
        while (freed > 0 && queues.bytes() > limits.paging().residentBytes()) {
            freed = drop(queues.bytes() - limits.paging().residentBytes());
        }
    }

    private long drop(long bytes) {
        Queue largest = null;
        for (Queue queue : queues.all()) {
            if (queue.eviction().isPossible()
                    && (largest == null
                            || queue.memory().bytes() > largest.memory().bytes())) {
                largest = queue;
            }
        }
        return largest == null ? 0 : largest.eviction().evict(bytes, PAGES_AT_A_TIME);
    }

    private void hurry(boolean pressing) {
        if (pressing != hurrying) {
            hurrying = pressing;
            store.hurry(pressing);
        }
    }
}
