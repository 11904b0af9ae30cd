package io.sluice.storage.mapdb;

import io.sluice.broker.port.JournalPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The first record of the store, from which everything else is found.
 *
 * <pre>
 * "SLROOT" 00 00 | major u16 | minor u16 | 0 i32 | epoch i64 | index i64 | generation i64
 * | directory record i64 | directory bytes i32 | queues record i64 | queues bytes i32 | remembered record i64 | remembered bytes i32
 * | 0 i64 | crc i32 | zeros to 256
 * </pre>
 *
 * @param position what the checkpoint stands for
 * @param generation of the newest page; one up per page written
 * @param directory blocks of slot descriptors
 * @param queues records of the queues
 * @param remembered other records
 */
record StoreRoot(JournalPosition position, long generation, Chain directory, Chain queues, Chain remembered) {
    static final long ID = 1;
    static final int BYTES = 256;

    private static final long MAGIC = 0x534C524F4F540000L;
    private static final int MAJOR = 2;
    private static final int CRC = 84;

    /** Where a {@link RecordChain} begins, and its length. */
    record Chain(long firstId, int bytes) {
        static Chain of(RecordChain chain) {
            return new Chain(chain.firstId(), chain.content().length);
        }

        private void write(ByteBuffer out) {
            out.putLong(firstId).putInt(bytes);
        }

        private static Chain read(ByteBuffer in, int at) {
            return new Chain(in.getLong(at), in.getInt(at + 8));
        }
    }

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(BYTES);
        out.putLong(MAGIC).putShort((short) MAJOR).putShort((short) 0).putInt(0);
        out.putLong(position.epoch()).putLong(position.index()).putLong(generation);
        directory.write(out);
        queues.write(out);
        remembered.write(out);
        out.putInt(CRC, crc(out.array()));
        return out.array();
    }

    static StoreRoot decode(byte[] bytes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean root = bytes.length == BYTES && in.getLong(0) == MAGIC;
        if (root && in.getShort(8) > MAJOR) {
            throw new NewerFileException("The store", in.getShort(8), MAJOR);
        }
        if (root && in.getShort(8) < MAJOR) {
            throw new DamagedException("The store has format " + in.getShort(8)
                    + " of a version before the first release, this version reads " + MAJOR
                    + ": drain the queues with the version that wrote it.");
        }
        if (!root || in.getInt(CRC) != crc(bytes)) {
            throw new DamagedException("The root record of the store is damaged.");
        }
        return new StoreRoot(
                new JournalPosition(in.getLong(16), in.getLong(24)),
                in.getLong(32),
                Chain.read(in, 40),
                Chain.read(in, 52),
                Chain.read(in, 64));
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CRC);
        return (int) crc.getValue();
    }
}
