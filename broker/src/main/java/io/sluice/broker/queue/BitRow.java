package io.sluice.broker.queue;

/** A bit per message of a page, in an array as small as can be. */
final class BitRow {
    private BitRow() {}

    static long[] none(int count) {
        return new long[(count + 63) / 64];
    }

    static long[] all(int count) {
        long[] bits = none(count);
        java.util.Arrays.fill(bits, -1L);
        if (count % 64 != 0) {
            bits[bits.length - 1] = (1L << count) - 1;
        }
        return bits;
    }

    static boolean has(long[] bits, int index) {
        return (bits[index >>> 6] & 1L << index) != 0;
    }

    static void set(long[] bits, int index) {
        bits[index >>> 6] |= 1L << index;
    }

    static void clear(long[] bits, int index) {
        bits[index >>> 6] &= ~(1L << index);
    }

    static int count(long[] bits) {
        int count = 0;
        for (long word : bits) {
            count += Long.bitCount(word);
        }
        return count;
    }

    /** @return the first bit at or behind {@code from}, -1 where there is none */
    static int next(long[] bits, int from) {
        int word = from >>> 6;
        if (word >= bits.length) {
            return -1;
        }
        long rest = bits[word] & -1L << from;
        while (rest == 0) {
            if (++word == bits.length) {
                return -1;
            }
            rest = bits[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }
}
