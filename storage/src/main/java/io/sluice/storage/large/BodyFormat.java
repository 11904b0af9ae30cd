package io.sluice.storage.large;

import io.sluice.storage.NewerFormatException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The file of one large body. Big-endian; checksums are CRC32C.
 *
 * <pre>
 * file   := header | chunk …
 * header := "SLL1" | major u16 | minor u16 | store id 16 | body id i64 | crc i32 of all before it      (36 bytes)
 * chunk  := size i32 (top bit: the last) | crc i32 of body id, number of the chunk, size and bytes | bytes
 * </pre>
 *
 * Every chunk but the last holds {@link #CHUNK_BYTES}, so a place in the body says where it is in the file. A file without a last
 * chunk was not finished.
 */
final class BodyFormat {
    static final int CHUNK_BYTES = 256 << 10;
    static final int CHUNK_HEAD_BYTES = 4 + 4;
    static final int HEADER_BYTES = 4 + 2 + 2 + 16 + 8 + 4;

    private static final int MAGIC = 0x534c4c31;
    private static final short MAJOR = 1;
    private static final short MINOR = 0;
    private static final int LAST = 1 << 31;

    private BodyFormat() {}

    /** Where a chunk is. @param number from 0 */
    static long offset(long number) {
        return HEADER_BYTES + number * (CHUNK_HEAD_BYTES + CHUNK_BYTES);
    }

    /** Bytes of a file whose body is so long. */
    static long fileBytes(long length) {
        long chunks = (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
        return HEADER_BYTES + chunks * CHUNK_HEAD_BYTES + length;
    }

    /** Fills the buffer with a header, ready to be written. */
    static void header(ByteBuffer into, UUID store, long id) {
        into.clear();
        into.putInt(MAGIC).putShort(MAJOR).putShort(MINOR);
        into.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
        into.putLong(id);
        into.putInt(crc(into.duplicate().flip()));
        into.flip();
    }

    /** @throws NewerFormatException this version cannot read the file although nothing is wrong with it */
    static void refuseNewer(ByteBuffer header, Path path) throws NewerFormatException {
        boolean whole = header.remaining() >= HEADER_BYTES && header.getInt(0) == MAGIC && isHeaderIntact(header);
        if (whole && header.getShort(4) > MAJOR) {
            throw new NewerFormatException("Large body " + path + " has format " + header.getShort(4)
                    + ", this version reads up to " + MAJOR + ": start the newer version that wrote it.");
        }
    }

    /** What is wrong with a header, "" when nothing is. @param header from its position on */
    static String headerProblem(ByteBuffer header, UUID store, long id) {
        if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
            return "is no file of a large body";
        }
        if (!isHeaderIntact(header)) {
            return "is damaged at offset 0";
        }
        if (header.getLong(8) != store.getMostSignificantBits()
                || header.getLong(16) != store.getLeastSignificantBits()
                || header.getLong(24) != id) {
            return "belongs to another body or another store";
        }
        return "";
    }

    /** A later format keeps to the size of the header and its checksum, or the first bytes change. */
    private static boolean isHeaderIntact(ByteBuffer header) {
        return header.getInt(HEADER_BYTES - 4) == crc(header.duplicate().limit(HEADER_BYTES - 4));
    }

    /** Begins a chunk: the buffer's position is where its bytes go. */
    static void beginChunk(ByteBuffer into) {
        into.clear().position(CHUNK_HEAD_BYTES);
    }

    /** Completes the chunk whose bytes end at the buffer's position, ready to be written. */
    static void endChunk(ByteBuffer chunk, long id, long number, boolean last) {
        chunk.flip();
        int size = (chunk.limit() - CHUNK_HEAD_BYTES) | (last ? LAST : 0);
        chunk.putInt(0, size);
        chunk.putInt(4, chunkCrc(chunk.duplicate().position(CHUNK_HEAD_BYTES), id, number, size));
    }

    /**
     * Whether a chunk is what it should be.
     *
     * @param head size and checksum as read
     * @param bytes as many as the chunk should have
     */
    static boolean isChunk(ByteBuffer head, byte[] bytes, long id, long number, boolean last) {
        int size = bytes.length | (last ? LAST : 0);
        return head.getInt(0) == size && head.getInt(4) == chunkCrc(ByteBuffer.wrap(bytes), id, number, size);
    }

    private static int chunkCrc(ByteBuffer bytes, long id, long number, int size) {
        CRC32C crc = new CRC32C();
        crc.update(
                ByteBuffer.allocate(20).putLong(id).putLong(number).putInt(size).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
