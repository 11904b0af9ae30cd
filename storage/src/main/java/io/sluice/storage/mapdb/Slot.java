package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * A place for one page of messages, used again and again; in memory for as long as the store is open. Its descriptor on disk:
 *
 * <pre>
 * 0       1       2     4          8                16             24                   32               40       44    48
 * | state | class | 0   | count i32| body record i64| queue id i64 | first sequence i64 | generation i64 | next   | 0   | crc i32 |
 * 52: zeros   64: a bit per message, 1 = live, lowest first, 1536 bits
 *
 * state: 0 free | 1 page of messages | 2 first part of a message larger than a page | 3 further part of one
 * next = slot of the next part, -1 for none      crc = CRC32C of the other 252 bytes
 * </pre>
 */
final class Slot {
    static final int DESCRIPTOR_BYTES = 256;
    static final int MAX_MESSAGES = 1536;
    static final int NONE = -1;

    static final byte FREE = 0;
    static final byte PAGE = 1;
    static final byte LARGE = 2;
    static final byte FURTHER = 3;

    private static final int CRC = 48;
    private static final int BITS = 64;

    final int number;
    final SizeClass sizeClass;
    final long bodyId;

    byte state = FREE;
    long queueId;
    long firstSequence;
    long generation;
    int count;
    int next = NONE;
    private long[] live = {};

    Slot(int number, SizeClass sizeClass, long bodyId) {
        this.number = number;
        this.sizeClass = sizeClass;
        this.bodyId = bodyId;
    }

    /** All messages of a freshly written page are live. */
    void allLive(int messages) {
        count = messages;
        live = new long[(messages + 63) / 64];
        for (int i = 0; i < messages; i++) {
            live[i / 64] |= 1L << i;
        }
    }

    boolean isLive(int index) {
        return index < count && (live[index / 64] >>> index & 1) != 0;
    }

    /** @return whether it was live */
    boolean kill(int index) {
        boolean was = isLive(index);
        if (was) {
            live[index / 64] &= ~(1L << index);
        }
        return was;
    }

    boolean anyLive() {
        for (long bits : live) {
            if (bits != 0) {
                return true;
            }
        }
        return false;
    }

    void free() {
        state = FREE;
        count = 0;
        next = NONE;
        live = new long[0];
    }

    void write(ByteBuffer out) {
        int start = out.position();
        out.put(state).put((byte) sizeClass.ordinal()).putShort((short) 0).putInt(count);
        out.putLong(bodyId)
                .putLong(queueId)
                .putLong(firstSequence)
                .putLong(generation)
                .putInt(next);
        for (int i = 0; i < live.length; i++) {
            out.putLong(start + BITS + i * 8, live[i]);
        }
        out.putInt(start + CRC, crc(out, start));
        out.position(start + DESCRIPTOR_BYTES);
    }

    /** Reads the descriptor of a slot; null where there is none yet. */
    static Slot read(int number, ByteBuffer in) throws DamagedException {
        int start = in.position();
        in.position(start + DESCRIPTOR_BYTES);
        long bodyId = in.getLong(start + 8);
        int sizeClass = in.get(start + 1);
        int count = in.getInt(start + 4);
        boolean right = in.getInt(start + CRC) == crc(in, start)
                && sizeClass >= 0
                && sizeClass < SizeClass.ALL.length
                && count >= 0
                && count <= MAX_MESSAGES;
        if (!right) {
            throw new DamagedException("The descriptor of slot " + number + " of the store is damaged.");
        }
        if (bodyId == 0) {
            return null;
        }
        Slot slot = new Slot(number, SizeClass.ALL[sizeClass], bodyId);
        slot.state = in.get(start);
        slot.count = count;
        slot.queueId = in.getLong(start + 16);
        slot.firstSequence = in.getLong(start + 24);
        slot.generation = in.getLong(start + 32);
        slot.next = in.getInt(start + 40);
        slot.live = new long[(count + 63) / 64];
        for (int i = 0; i < slot.live.length; i++) {
            slot.live[i] = in.getLong(start + BITS + i * 8);
        }
        return slot;
    }

    /** An entry of a block that no slot uses yet. */
    static void writeNone(ByteBuffer out) {
        int start = out.position();
        out.putInt(start + CRC, crc(out, start));
        out.position(start + DESCRIPTOR_BYTES);
    }

    private static int crc(ByteBuffer in, int start) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = in.duplicate();
        crc.update(view.clear().position(start).limit(start + CRC));
        crc.update(view.clear().position(start + CRC + 4).limit(start + DESCRIPTOR_BYTES));
        return (int) crc.getValue();
    }
}
