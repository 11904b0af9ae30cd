package io.sluice.benchmark;

/** Counts durations in buckets at most 3 % wide. Not for several threads at once. */
final class LatencyHistogram {
    private static final int SUB_BITS = 5;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    private final long[] counts = new long[Long.SIZE * SUB_BUCKETS];
    private long total;

    void add(long nanos) {
        counts[bucket(Math.max(nanos, 1))]++;
        total++;
    }

    void clear() {
        java.util.Arrays.fill(counts, 0);
        total = 0;
    }

    private static int bucket(long nanos) {
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos);
        if (exponent < SUB_BITS) {
            return (int) nanos;
        }
        int sub = (int) (nanos >>> (exponent - SUB_BITS)) & (SUB_BUCKETS - 1);
        return ((exponent - SUB_BITS + 1) << SUB_BITS) + sub;
    }

    private static long highest(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = (bucket >>> SUB_BITS) - 1;
        return ((SUB_BUCKETS + (bucket & (SUB_BUCKETS - 1)) + 1L) << shift) - 1;
    }

    /** Nanoseconds that this share of all durations does not exceed. */
    long quantile(double share) {
        long wanted = (long) Math.ceil(total * share);
        long seen = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            seen += counts[bucket];
            if (seen >= wanted && seen > 0) {
                return highest(bucket);
            }
        }
        return 0;
    }
}
