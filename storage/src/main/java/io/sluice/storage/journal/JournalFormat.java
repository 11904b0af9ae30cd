package io.sluice.storage.journal;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment file. Big-endian. A segment is zeroed once and recycled as it is: what makes stale bytes of an earlier
 * use invalid is that every checksum is seeded with the store's id and the segment's number, and that frames are chained.
 *
 * <pre>
 * segment := header (first 512 bytes of 4096) | frame | frame | … | anything
 *
 *        0        4       6       8               24          32          40           48         52     56
 * header | "SLJ1" | major | minor | store id (16) | number i64 | epoch i64 | first i64 | previous | size | crc |
 *          first    = index of the first batch in here, whether or not it is there yet
 *          previous = checksum of the last frame of the segment before, 0 in the very first
 *          size     = bytes of the file                crc = CRC32C of bytes 0 to 55
 *
 *       0        4           8            16          24           28           32         36    40     44  48
 * frame | "SLF1" | bytes i32 | index i64 | epoch i64 | batches i32 | records i32 | previous | crc | head | 0 | batch | … | zeros to 8 |
 *          bytes    = of the batches                   index = of the last batch
 *          previous = checksum of the frame before     crc = CRC32C of store id, number, bytes 0 to 35, the batches
 *          head     = CRC32C of store id, number, bytes 0 to 39
 *          no batches: a mark, all before it is durable
 *
 *       0             4           8
 * batch | records i32 | bytes i32 | record | record | …       record: see RecordCodec
 * </pre>
 *
 * The header fits in one sector, so a power loss leaves the old one or the new one. It is written together with the first frame.
 * A frame is one group commit; the next is written when it is durable. So the head of a frame proves, even where the rest of that
 * frame is torn, that every frame before it was durable: a frame that is not valid and has such a head behind it is damaged, one that
 * has none is the torn end. A mark is written when the journal has been idle for a while, and at an orderly end.
 *
 * <p>Same major version: older minor versions are readable. Stateless; any thread.
 */
final class JournalFormat {
    static final int SEGMENT_MAGIC = 0x534C4A31;
    static final int FRAME_MAGIC = 0x534C4631;
    static final int MAJOR = 1;
    /** 0 was never released; its frames had no checksum of the head. */
    static final int MINOR = 1;

    static final int HEADER_BYTES = 60;
    /** Where frames begin: a file system block of its own for the header. */
    static final int FIRST_FRAME = 4096;

    static final int FRAME_HEAD_BYTES = 48;
    static final int BATCH_HEAD_BYTES = 8;
    static final int ALIGNMENT = 8;

    private static final int HEADER_CRC = 56;
    private static final int FRAME_CRC = 36;
    private static final int FRAME_HEAD_CRC = 40;

    private JournalFormat() {}

    /** What the header of a segment says. */
    record Header(
            int major,
            int minor,
            UUID store,
            long number,
            long epoch,
            long firstIndex,
            int previousCrc,
            int segmentBytes) {}

    /** What the head of a frame says. */
    record FrameHead(int bytes, long index, long epoch, int batches, int records, int previousCrc, int crc) {
        /** With head and padding. */
        int paddedBytes() {
            return padded(FRAME_HEAD_BYTES + bytes);
        }
    }

    static int padded(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /** A sector with the header, ready to be written at 0. */
    static ByteBuffer encode(Header header) {
        ByteBuffer out = ByteBuffer.allocateDirect(512);
        out.putInt(SEGMENT_MAGIC).putShort((short) header.major).putShort((short) header.minor);
        out.putLong(header.store.getMostSignificantBits()).putLong(header.store.getLeastSignificantBits());
        out.putLong(header.number).putLong(header.epoch).putLong(header.firstIndex);
        out.putInt(header.previousCrc).putInt(header.segmentBytes);
        out.putInt(HEADER_CRC, headerCrc(out));
        return out.clear();
    }

    /** Whether the bytes were never written: a fresh segment. */
    static boolean isBlank(ByteBuffer sector) {
        for (int i = 0; i < sector.limit(); i++) {
            if (sector.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes are an undamaged header, of whatever major version. */
    static boolean isHeader(ByteBuffer sector) {
        return sector.limit() >= HEADER_BYTES
                && sector.getInt(0) == SEGMENT_MAGIC
                && sector.getInt(HEADER_CRC) == headerCrc(sector);
    }

    static Header decodeHeader(ByteBuffer sector) {
        return new Header(
                sector.getShort(4) & 0xFFFF,
                sector.getShort(6) & 0xFFFF,
                new UUID(sector.getLong(8), sector.getLong(16)),
                sector.getLong(24),
                sector.getLong(32),
                sector.getLong(40),
                sector.getInt(48),
                sector.getInt(52));
    }

    private static int headerCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().clear().limit(HEADER_CRC));
        return (int) crc.getValue();
    }

    /** The first bytes every frame checksum of a segment covers. */
    static byte[] seed(UUID store, long number) {
        return ByteBuffer.allocate(24)
                .putLong(store.getMostSignificantBits())
                .putLong(store.getLeastSignificantBits())
                .putLong(number)
                .array();
    }

    /** Fills in the head of the frame that begins at 0 and ends at the buffer's position, and its checksum. */
    static int seal(ByteBuffer frame, byte[] seed, FrameHead head) {
        frame.putInt(0, FRAME_MAGIC)
                .putInt(4, head.bytes)
                .putLong(8, head.index)
                .putLong(16, head.epoch)
                .putInt(24, head.batches)
                .putInt(28, head.records)
                .putInt(32, head.previousCrc);
        int crc = frameCrc(frame, 0, head.bytes, seed);
        frame.putInt(FRAME_CRC, crc);
        frame.putInt(FRAME_HEAD_CRC, frameHeadCrc(frame, 0, seed)).putInt(FRAME_HEAD_CRC + 4, 0);
        return crc;
    }

    /** Whether there is an undamaged head of a frame of this segment. */
    static boolean isFrameHead(ByteBuffer in, int at, byte[] seed) {
        return in.getInt(at) == FRAME_MAGIC && in.getInt(at + FRAME_HEAD_CRC) == frameHeadCrc(in, at, seed);
    }

    private static int frameHeadCrc(ByteBuffer in, int at, byte[] seed) {
        CRC32C crc = new CRC32C();
        crc.update(seed);
        crc.update(in.duplicate().clear().position(at).limit(at + FRAME_HEAD_CRC));
        return (int) crc.getValue();
    }

    static FrameHead decodeFrameHead(ByteBuffer in, int at) {
        return new FrameHead(
                in.getInt(at + 4),
                in.getLong(at + 8),
                in.getLong(at + 16),
                in.getInt(at + 24),
                in.getInt(at + 28),
                in.getInt(at + 32),
                in.getInt(at + FRAME_CRC));
    }

    static int frameCrc(ByteBuffer in, int at, int bytes, byte[] seed) {
        CRC32C crc = new CRC32C();
        crc.update(seed);
        ByteBuffer view = in.duplicate();
        crc.update(view.clear().position(at).limit(at + FRAME_CRC));
        crc.update(view.clear().position(at + FRAME_HEAD_BYTES).limit(at + FRAME_HEAD_BYTES + bytes));
        return (int) crc.getValue();
    }
}
