package io.sluice.storage.tool;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of an export: queues and their messages in one file, independent of the folder they came from. Big-endian; checksums are
 * CRC32C.
 *
 * <pre>
 * file   := header | block … | end block
 * header := "SLX1" | major u16 | minor u16 | store id 16 | exported at, epoch milliseconds i64 | crc i32 of all before it   (36 bytes)
 * block  := "SLXB" | kind i32 | bytes i32 | crc i32 of kind, bytes and content | content
 *           kind 1: a record of the journal (see RecordCodec): first definitions (users, policies), then a queue of each name, what its window of ids remembers, then
 *                   messages; numbers of queues and sequences are those of the folder they came from, and mean nothing beyond the file
 *           kind 2: the next bytes of the large body of the message before; as many blocks as it takes
 *           kind 3: the end: queues i64 | messages i64
 * </pre>
 *
 * A file without an end block was cut short. Same major version: older minor versions are readable.
 */
final class ExportFormat {
    static final int MAGIC = 0x534C5831;
    static final int MAJOR = 1;
    static final int MINOR = 0;
    static final int HEADER_BYTES = 36;

    static final int BLOCK_MAGIC = 0x534C5842;
    static final int BLOCK_HEAD_BYTES = 16;

    static final int RECORD = 1;
    static final int BODY = 2;
    static final int END = 3;

    private ExportFormat() {}

    static ByteBuffer header(UUID store, long exportedAtMillis) {
        ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES);
        out.putInt(MAGIC).putShort((short) MAJOR).putShort((short) MINOR);
        out.putLong(store.getMostSignificantBits()).putLong(store.getLeastSignificantBits());
        out.putLong(exportedAtMillis);
        out.putInt(crc(out.array(), 0, HEADER_BYTES - 4));
        return out.flip();
    }

    static boolean isHeader(ByteBuffer in) {
        return in.remaining() == HEADER_BYTES
                && in.getInt(0) == MAGIC
                && in.getInt(HEADER_BYTES - 4) == crc(in.array(), 0, HEADER_BYTES - 4);
    }

    static int major(ByteBuffer header) {
        return header.getShort(4) & 0xFFFF;
    }

    private static int crc(byte[] bytes, int from, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, count);
        return (int) crc.getValue();
    }

    /** @param content from its position to its limit; not moved */
    static int blockCrc(int kind, ByteBuffer content) {
        CRC32C crc = new CRC32C();
        crc.update(
                ByteBuffer.allocate(8).putInt(kind).putInt(content.remaining()).flip());
        crc.update(content.duplicate());
        return (int) crc.getValue();
    }
}
