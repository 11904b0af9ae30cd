package io.sluice.storage.tool;

import io.sluice.broker.record.SequenceRanges;
import java.util.Arrays;
import java.util.TreeMap;

/** Sequences of one queue, a bit each; they lie close together. One thread. */
final class SequenceSet {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK_WORDS = (1 << CHUNK_BITS) / 64;

    private final TreeMap<Long, long[]> chunks = new TreeMap<>();
    private long size;

    boolean add(long sequence) {
        long[] words = chunks.computeIfAbsent(sequence >> CHUNK_BITS, chunk -> new long[CHUNK_WORDS]);
        int word = word(sequence);
        boolean added = (words[word] & bit(sequence)) == 0;
        words[word] |= bit(sequence);
        size += added ? 1 : 0;
        return added;
    }

    boolean remove(long sequence) {
        long[] words = chunks.get(sequence >> CHUNK_BITS);
        boolean removed = words != null && (words[word(sequence)] & bit(sequence)) != 0;
        if (removed) {
            words[word(sequence)] &= ~bit(sequence);
            size--;
        }
        return removed;
    }

    /** Removes what is in the ranges; a range may be far wider than what is in the set. */
    void remove(SequenceRanges ranges) {
        for (int range = 0; range < ranges.rangeCount(); range++) {
            long first = ranges.first(range);
            long last = ranges.last(range);
            for (long chunk : chunks.subMap(first >> CHUNK_BITS, true, last >> CHUNK_BITS, true)
                    .keySet()) {
                long from = Math.max(first, chunk << CHUNK_BITS);
                long to = Math.min(last, (chunk + 1 << CHUNK_BITS) - 1);
                for (long sequence = from; sequence <= to; sequence++) {
                    remove(sequence);
                }
            }
        }
    }

    boolean contains(long sequence) {
        long[] words = chunks.get(sequence >> CHUNK_BITS);
        return words != null && (words[word(sequence)] & bit(sequence)) != 0;
    }

    long size() {
        return size;
    }

    /** All of them, as ranges. */
    SequenceRanges ranges() {
        long[] bounds = new long[16];
        int n = 0;
        for (var chunk : chunks.entrySet()) {
            for (int i = 0; i < 1 << CHUNK_BITS; i++) {
                long sequence = (chunk.getKey() << CHUNK_BITS) + i;
                if ((chunk.getValue()[word(sequence)] & bit(sequence)) == 0) {
                    continue;
                }
                if (n > 0 && bounds[n - 1] + 1 == sequence) {
                    bounds[n - 1] = sequence;
                } else {
                    bounds = n + 2 > bounds.length ? Arrays.copyOf(bounds, 2 * n) : bounds;
                    bounds[n++] = sequence;
                    bounds[n++] = sequence;
                }
            }
        }
        return SequenceRanges.ofBounds(Arrays.copyOf(bounds, n));
    }

    private static int word(long sequence) {
        return (int) (sequence >> 6) & CHUNK_WORDS - 1;
    }

    private static long bit(long sequence) {
        return 1L << sequence;
    }
}
