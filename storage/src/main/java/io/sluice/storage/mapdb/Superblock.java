package io.sluice.storage.mapdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What the first page of a {@link PageFile} says.
 *
 * @param pages data pages of the committed state
 * @param serial commits so far; 0: nothing was ever committed
 */
record Superblock(long pages, long serial) {
    private static final long MAGIC = 0x534C554943455047L;
    private static final int MAJOR = 1;
    private static final int MINOR = 0;
    private static final int CRC = 48;

    byte[] page(UUID store) {
        ByteBuffer out = ByteBuffer.allocate(PageFile.PAGE_BYTES);
        out.putLong(MAGIC).putShort((short) MAJOR).putShort((short) MINOR).putInt(0);
        out.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
        out.putLong(pages).putLong(serial);
        out.putInt(CRC, crc(out.array()));
        return out.array();
    }

    /** @throws NewerFileException it is of a newer version; that it is damaged is for {@link #read} to say */
    static void refuseNewer(byte[] page, Path path) throws NewerFileException {
        ByteBuffer in = ByteBuffer.wrap(page);
        if (in.getLong(0) == MAGIC && in.getInt(CRC) == crc(page) && in.getShort(8) > MAJOR) {
            throw new NewerFileException("Store file " + path, in.getShort(8), MAJOR);
        }
    }

    static Superblock read(byte[] page, Path path, UUID store) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(page);
        if (isBlank(page)) {
            return new Superblock(0, 0);
        }
        if (in.getLong(0) != MAGIC || in.getInt(CRC) != crc(page)) {
            throw new DamagedException("Store file " + path + " is damaged: its first page is not a superblock.");
        }
        refuseNewer(page, path);
        UUID owner = new UUID(in.getLong(16), in.getLong(24));
        if (!owner.equals(store)) {
            throw new DamagedException("Store file " + path + " belongs to another store (" + owner + ", not " + store
                    + "): restore the folder as a whole.");
        }
        return new Superblock(in.getLong(32), in.getLong(40));
    }

    private static boolean isBlank(byte[] page) {
        for (byte b : page) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    private static int crc(byte[] page) {
        CRC32C crc = new CRC32C();
        crc.update(page, 0, CRC);
        return (int) crc.getValue();
    }
}
