package io.sluice.broker.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A set of message sequences of one queue as ascending, disjoint, inclusive ranges. Immutable. */
public final class SequenceRanges {
    private final long[] bounds;

    private SequenceRanges(long[] bounds) {
        this.bounds = bounds;
    }

    public static SequenceRanges of(long sequence) {
        return new SequenceRanges(new long[] {sequence, sequence});
    }

    /** @param bounds first, last, first, last …; ascending and disjoint */
    public static SequenceRanges ofBounds(long... bounds) {
        if (bounds.length % 2 != 0) {
            throw new IllegalArgumentException("an odd number of bounds: " + bounds.length);
        }
        for (int i = 0; i < bounds.length; i++) {
            boolean ordered = i == 0 || (i % 2 == 1 ? bounds[i] >= bounds[i - 1] : bounds[i] > bounds[i - 1]);
            if (!ordered) {
                throw new IllegalArgumentException("bounds not ascending at " + i + ": " + Arrays.toString(bounds));
            }
        }
        return new SequenceRanges(bounds.clone());
    }

    /** @param sequences in any order, without duplicates; the array is sorted in place */
    public static SequenceRanges ofSequences(long[] sequences, int count) {
        Arrays.sort(sequences, 0, count);
        long[] bounds = new long[count * 2];
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (n > 0 && bounds[n - 1] + 1 == sequences[i]) {
                bounds[n - 1] = sequences[i];
            } else {
                bounds[n++] = sequences[i];
                bounds[n++] = sequences[i];
            }
        }
        return new SequenceRanges(Arrays.copyOf(bounds, n));
    }

    /** The same in several, none of which has more than {@code maxRanges}. */
    public List<SequenceRanges> split(int maxRanges) {
        if (rangeCount() <= maxRanges) {
            return List.of(this);
        }
        List<SequenceRanges> parts = new ArrayList<>();
        for (int from = 0; from < bounds.length; from += maxRanges * 2) {
            parts.add(new SequenceRanges(
                    Arrays.copyOfRange(bounds, from, Math.min(bounds.length, from + maxRanges * 2))));
        }
        return parts;
    }

    public int rangeCount() {
        return bounds.length / 2;
    }

    public long first(int range) {
        return bounds[range * 2];
    }

    public long last(int range) {
        return bounds[range * 2 + 1];
    }

    /** How many sequences are in it. */
    public long size() {
        long size = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            size += bounds[i + 1] - bounds[i] + 1;
        }
        return size;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SequenceRanges r && Arrays.equals(bounds, r.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
