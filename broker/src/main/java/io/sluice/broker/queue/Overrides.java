package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Returned;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What happened to messages that are out of memory, by sequence: their pages do not know of it. Only what is replayed can come here;
 * a message that somebody has is in memory.
 */
final class Overrides {
    /** What one takes of memory; about. */
    private static final int BYTES = 250;

    private final Map<Long, Returned> bySequence = new HashMap<>();
    /** Those whose pages are wrong about when they are to be had. */
    private final Set<Long> misplaced = new LinkedHashSet<>();

    private final MemoryUse memory;

    Overrides(MemoryUse memory) {
        this.memory = memory;
    }

    /** To be remembered by every checkpoint. */
    Collection<Returned> all() {
        return bySequence.values();
    }

    /** @param forOtherTime whether its page is wrong about when it is to be had: it is wanted in memory, where that is put right */
    void put(Returned returned, boolean forOtherTime) {
        if (forOtherTime) {
            misplaced.add(returned.sequence());
        }
        if (bySequence.put(returned.sequence(), returned) == null) {
            memory.add(BYTES);
        }
    }

    /** @return null where nothing happened to the message */
    Returned of(long sequence) {
        return bySequence.isEmpty() ? null : bySequence.get(sequence);
    }

    void forget(long sequence) {
        if (!bySequence.isEmpty() && bySequence.remove(sequence) != null) {
            memory.add(-BYTES);
            misplaced.remove(sequence);
        }
    }

    boolean anyMisplaced() {
        return !misplaced.isEmpty();
    }

    /** @return those that were not taken before */
    List<Long> takeMisplaced() {
        List<Long> taken = List.copyOf(misplaced);
        misplaced.clear();
        return taken;
    }

    void forgetAll() {
        memory.add((long) -BYTES * bySequence.size());
        bySequence.clear();
        misplaced.clear();
    }
}
