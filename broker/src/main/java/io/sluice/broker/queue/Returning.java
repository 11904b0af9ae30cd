package io.sluice.broker.queue;

import java.util.TreeSet;

/**
 * Messages that come back at once, as soon as it is on the disk how often they have failed. What stands behind one of them in its level
 * waits that long, so that it is given out in its own place. Costs nothing while no message fails. Shard's thread only.
 */
final class Returning {
    private static final long NONE = Long.MAX_VALUE;

    /** By level; null where none has come back so far. */
    private final TreeSet<Long>[] levels;

    private int count;

    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of generic types
    Returning(int levelCount) {
        this.levels = new TreeSet[levelCount];
    }

    void add(int level, long sequence) {
        if (levels[level] == null) {
            levels[level] = new TreeSet<>();
        }
        levels[level].add(sequence);
        count++;
    }

    void remove(int level, long sequence) {
        levels[level].remove(sequence);
        count--;
    }

    /** The first of the level, {@link Long#MAX_VALUE} where there is none. */
    long first(int level) {
        return count == 0 || levels[level] == null || levels[level].isEmpty() ? NONE : levels[level].first();
    }
}
