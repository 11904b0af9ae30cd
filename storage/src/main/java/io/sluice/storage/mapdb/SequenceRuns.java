package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Ascending sequences in few bytes: {@code length | (gap | length)*}, each a varint of seven bits per byte, lowest first. Length =
 * how many follow each other without a gap, gap = how many are missing then. Stateless; any thread.
 */
final class SequenceRuns {
    private static final int MAX_VARINT_BYTES = 10;

    private SequenceRuns() {}

    /** @return the runs; empty where there is no gap */
    static byte[] encode(long[] sequences) {
        int count = sequences.length;
        if (sequences[count - 1] - sequences[0] == count - 1) {
            return new byte[0];
        }
        ByteBuffer out = ByteBuffer.allocate(count * MAX_VARINT_BYTES + MAX_VARINT_BYTES);
        int length = 1;
        for (int i = 1; i < count; i++) {
            long gap = sequences[i] - sequences[i - 1] - 1;
            Invariant.check(gap >= 0, "sequences of a page ascend");
            if (gap == 0) {
                length++;
                continue;
            }
            put(out, length);
            put(out, gap);
            length = 1;
        }
        put(out, length);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** @throws DamagedException the runs are not of so many sequences */
    static long[] decode(long first, int count, ByteBuffer runs, String where) throws DamagedException {
        long[] sequences = new long[count];
        int done = 0;
        long next = first;
        try {
            while (done < count) {
                long length = runs.hasRemaining() ? get(runs) : count;
                if (length < 1 || length > count - done) {
                    throw new DamagedException("The sequences of " + where + " are damaged.");
                }
                for (int i = 0; i < length; i++) {
                    sequences[done++] = next++;
                }
                next += done < count ? get(runs) : 0;
            }
        } catch (BufferUnderflowException cut) {
            throw new DamagedException("The sequences of " + where + " are cut short.");
        }
        return sequences;
    }

    private static void put(ByteBuffer out, long value) {
        long rest = value;
        while (rest > 0x7F) {
            out.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static long get(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return value;
    }
}
