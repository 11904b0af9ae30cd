package io.sluice.storage.mapdb;

import io.sluice.broker.port.MessageStore;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * What is on disk of a slot, 256 bytes:
 *
 * <pre>
 * 0       1       2       3       4          6              8                16                24
 * | state | class | flags | level | count u16| run bytes u16| body record i64| body offset i64 | queue id i64
 * 32                   40               48         56                       64                 72
 * | first sequence i64 | generation i64 | bytes i64| soonest expiry ms i64  | first delivery i64| last delivery i64
 * 80       84        88
 * | next i32 | crc i32 | a bit per message, 1 = live, lowest first, to a multiple of 64 | runs of sequences | zeros
 *
 * state: 0 free | 1 page of messages | 2 first part of a message larger than a page | 3 further part of one | 4 sequences
 * class: ordinal of SizeClass          body record 0: there is no such slot
 * flags: 1 = the runs are not here but in the last slot of the row that begins with next | 2 = behind them, an i64 per message: the
 *        id of its body that is kept apart, 0 for none
 * runs: SequenceRuns, none where the sequences have no gap     bytes: sum of Message.size(), also of forgotten messages
 * next = slot of the next part or of the sequences, -1 for none      crc = CRC32C of the other 252 bytes
 * </pre>
 *
 * Stateless; any thread.
 */
final class SlotDescriptor {
    static final int BYTES = 256;

    private static final int APART = 1;
    private static final int LARGE_BODIES = 2;
    private static final int CRC = 84;
    private static final int BITS = 88;

    private SlotDescriptor() {}

    /** Bytes of runs that fit the descriptor of a page with so many messages. */
    static int runBytes(int count) {
        return BYTES - BITS - bitBytes(count);
    }

    private static int bitBytes(int count) {
        return (count + 63) / 64 * 8;
    }

    /** Writes all of it; what lies apart is written by who calls. */
    static void write(ByteBuffer out, int at, Slot slot, PageSummary summary) {
        out.put(at, new byte[BYTES]);
        int flags = (summary.isApart() ? APART : 0) | (summary.largeBodies() == null ? 0 : LARGE_BODIES);
        out.put(at + 2, (byte) flags).put(at + 3, (byte) summary.level());
        out.putShort(at + 6, (short) summary.runs().length);
        out.putLong(at + 8, slot.bodyId).putLong(at + 16, slot.bodyOffset).putLong(at + 24, slot.queueId);
        out.putLong(at + 32, summary.firstSequence()).putLong(at + 40, slot.generation);
        out.putLong(at + 48, summary.bytes()).putLong(at + 56, summary.soonestExpiryMillis());
        out.putLong(at + 64, summary.firstDeliveryMillis()).putLong(at + 72, summary.lastDeliveryMillis());
        if (!summary.isApart()) {
            out.put(at + BITS + bitBytes(slot.count), summary.runs());
        }
        writeState(out, at, slot);
    }

    /** Writes what changes while a page stands, and when its slot becomes free. */
    static void writeState(ByteBuffer out, int at, Slot slot) {
        out.put(at, slot.state).put(at + 1, (byte) slot.sizeClass.ordinal());
        out.putShort(at + 4, (short) slot.count);
        out.putInt(at + 80, slot.next);
        long[] live = slot.liveBits();
        for (int i = 0; i < live.length; i++) {
            out.putLong(at + BITS + i * 8, live[i]);
        }
        out.putInt(at + CRC, crc(out, at));
    }

    /** An entry of a block that is no slot. */
    static void writeNone(ByteBuffer out, int at) {
        out.put(at, new byte[BYTES]);
        out.putInt(at + CRC, crc(out, at));
    }

    /** Moves the descriptor to another body. */
    static void move(ByteBuffer out, int at, long bodyId, long bodyOffset) {
        out.putLong(at + 8, bodyId).putLong(at + 16, bodyOffset);
        out.putInt(at + CRC, crc(out, at));
    }

    /** Reads the state of a slot; null where there is none. */
    static Slot read(ByteBuffer in, int at, int number) throws DamagedException {
        int sizeClass = in.get(at + 1);
        int count = Short.toUnsignedInt(in.getShort(at + 4));
        byte state = in.get(at);
        boolean right = in.getInt(at + CRC) == crc(in, at)
                && sizeClass >= 0
                && sizeClass < SizeClass.ALL.length
                && count <= MessageStore.MAX_PAGE_MESSAGES
                && state >= Slot.FREE
                && state <= Slot.SEQUENCES;
        if (!right) {
            throw new DamagedException("The descriptor of slot " + number + " of the store is damaged.");
        }
        if (in.getLong(at + 8) == 0) {
            return null;
        }
        Slot slot = new Slot(number, SizeClass.ALL[sizeClass], in.getLong(at + 8), in.getLong(at + 16));
        slot.state = state;
        slot.count = count;
        slot.queueId = in.getLong(at + 24);
        slot.generation = in.getLong(at + 40);
        slot.next = in.getInt(at + 80);
        long[] live = new long[(count + 63) / 64];
        for (int i = 0; i < live.length; i++) {
            live[i] = in.getLong(at + BITS + i * 8);
        }
        slot.live(live);
        return slot;
    }

    static boolean isApart(ByteBuffer in, int at) {
        return (in.get(at + 2) & APART) != 0;
    }

    /**
     * What a descriptor says of its page.
     *
     * @param apart what lies in a slot of its own, null where nothing does
     */
    static PageSummary summary(ByteBuffer in, int at, ByteBuffer apart) throws DamagedException {
        int count = Short.toUnsignedInt(in.getShort(at + 4));
        byte[] runs = new byte[Short.toUnsignedInt(in.getShort(at + 6))];
        long[] largeBodies = (in.get(at + 2) & LARGE_BODIES) == 0 ? null : new long[count];
        if (apart == null) {
            in.get(at + BITS + bitBytes(count), runs);
        } else if (apart.remaining() != runs.length + (largeBodies == null ? 0 : count * Long.BYTES)) {
            throw new DamagedException("What lies apart from the descriptor of a page has the wrong length.");
        } else {
            apart.get(runs);
            for (int i = 0; largeBodies != null && i < count; i++) {
                largeBodies[i] = apart.getLong();
            }
        }
        return new PageSummary(
                in.get(at + 3),
                count,
                in.getLong(at + 32),
                runs,
                in.getLong(at + 48),
                in.getLong(at + 56),
                in.getLong(at + 64),
                in.getLong(at + 72),
                largeBodies);
    }

    private static int crc(ByteBuffer in, int at) {
        CRC32C crc = new CRC32C();
        crc.update(in.array(), at, CRC);
        crc.update(in.array(), at + CRC + 4, BYTES - CRC - 4);
        return (int) crc.getValue();
    }
}
