package io.sluice.storage.mapdb;

import io.sluice.broker.port.JournalPosition;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first record of the store, from which everything else is found.
 *
 * <pre>
 * "SLROOT" 00 00 | major u16 | minor u16 | 0 i32 | epoch i64 | index i64 | generation i64
 * | directory record i64 | directory bytes i32 | queues record i64 | queues bytes i32 | crc i32 | zeros to 256
 * </pre>
 *
 * @param position what the checkpoint stands for
 * @param generation of the newest page; one up per page written
 */
record StoreRoot(
        JournalPosition position,
        long generation,
        long directoryId,
        int directoryBytes,
        long queuesId,
        int queuesBytes) {
    static final long ID = 1;
    static final int BYTES = 256;

    private static final long MAGIC = 0x534C524F4F540000L;
    private static final int MAJOR = 1;
    private static final int CRC = 64;

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(MAGIC).putShort((short) MAJOR).putShort((short) 0).putInt(0);
        out.putLong(position.epoch()).putLong(position.index()).putLong(generation);
        out.putLong(directoryId).putInt(directoryBytes).putLong(queuesId).putInt(queuesBytes);
        out.putInt(CRC, crc(out.array()));
        return out.array();
    }

    static StoreRoot decode(byte[] bytes) throws DamagedException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length != BYTES || in.getLong(0) != MAGIC || in.getInt(CRC) != crc(bytes)) {
            throw new DamagedException("The root record of the store is damaged.");
        }
        if (in.getShort(8) > MAJOR) {
            throw new DamagedException("The store has format " + in.getShort(8) + ", this version reads up to " + MAJOR
                    + ": start the newer version that wrote it.");
        }
        return new StoreRoot(
                new JournalPosition(in.getLong(16), in.getLong(24)),
                in.getLong(32),
                in.getLong(40),
                in.getInt(48),
                in.getLong(52),
                in.getInt(60));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC);
        return (int) crc.getValue();
    }
}
