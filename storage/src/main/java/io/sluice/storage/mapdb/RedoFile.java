package io.sluice.storage.mapdb;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.CRC32C;

/**
 * Pages of a checkpoint on their way into the page file. Durable redo = committed checkpoint.
 *
 * <pre>
 *        0        4       6       8      16         24        32    36
 * header | "SLR1" | major | minor | salt | serial | entries | crc |            first 512 of 4096 bytes, written last
 *
 *       0           8      16       24         28     32
 * entry | page i64  | salt | serial | crc i32  | 0    | 4096 bytes of the page |    from 4096 on
 *         crc = CRC32C of bytes 0 to 23 and the page
 * </pre>
 *
 * Salt (drawn for every checkpoint) and serial (one up per checkpoint) make the identity of every redo unique for ever, so
 * entries left by an earlier one can never complete a torn one. One thread.
 */
final class RedoFile implements Closeable {
    private static final int MAGIC = 0x534C5231;
    private static final int MAJOR = 1;
    private static final int HEADER_BYTES = 36;
    private static final int FIRST_ENTRY = 4096;
    private static final int ENTRY_HEAD = 32;
    private static final int ENTRY_BYTES = ENTRY_HEAD + PageFile.PAGE_BYTES;
    private static final int BUFFERED_ENTRIES = 256;
    /** A redo larger than this gives its room back after it was applied. */
    private static final long KEPT_BYTES = 64L << 20;

    private final Path path;
    private final SteppedFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFERED_ENTRIES * ENTRY_BYTES);

    private long salt;
    private long serial;
    private int entries;
    private int flushed;

    RedoFile(Path path, SteppedFile file) {
        this.path = path;
        this.file = file;
    }

    /** Takes a page. */
    interface PageConsumer {
        void page(long physicalPage, ByteBuffer bytes) throws IOException;
    }

    /** Starts a new redo over whatever is in the file. */
    void begin() {
        salt = ThreadLocalRandom.current().nextLong();
        serial++;
        entries = 0;
        flushed = 0;
        buffer.clear();
    }

    /** @return the entry's number, for {@link #read} after a {@link #flush} */
    int append(long physicalPage, byte[] page) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        int at = buffer.position();
        buffer.putLong(physicalPage)
                .putLong(salt)
                .putLong(serial)
                .putInt(0)
                .putInt(0)
                .put(page);
        buffer.putInt(at + 24, entryCrc(buffer, at));
        return entries++;
    }

    /** What was appended may be read. */
    void flush() throws IOException {
        int written = buffer.position();
        if (written == 0) {
            return;
        }
        buffer.flip();
        file.write(buffer, offset(flushed));
        flushed += written / ENTRY_BYTES;
        buffer.clear();
    }

    private static long offset(int entry) {
        return FIRST_ENTRY + (long) entry * ENTRY_BYTES;
    }

    /**
     * Reads a page of the redo in the making, or of one that is not applied yet. Any thread.
     *
     * @return false: the entry is damaged, or not there any more
     */
    boolean read(int entry, byte[] page) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(ENTRY_BYTES);
        file.read(bytes, offset(entry));
        if (bytes.hasRemaining() || bytes.getInt(24) != entryCrc(bytes, 0)) {
            return false;
        }
        bytes.get(ENTRY_HEAD, page);
        return true;
    }

    DamagedException damaged(int entry) {
        return new DamagedException("Entry " + entry + " of redo file " + path + " is damaged.");
    }

    /** Makes it durable: the commit point. */
    void commit() throws IOException {
        flush();
        ByteBuffer header = ByteBuffer.allocateDirect(512);
        header.putInt(MAGIC).putShort((short) MAJOR).putShort((short) 0);
        header.putLong(salt).putLong(serial).putLong(entries);
        header.putInt(32, headerCrc(header));
        file.write(header.clear(), 0);
        file.force();
    }

    /** Makes durable what was found in the file, before it is applied: a power loss must find it again. */
    void force() throws IOException {
        file.force();
    }

    /** Makes sure that what was written since {@link #begin} is never applied. */
    void invalidate() throws IOException {
        file.write(ByteBuffer.allocateDirect(512), 0);
        file.force();
    }

    /** Gives room back after a large checkpoint; what is in the file must have been applied. */
    void trim() throws IOException {
        if (file.size() > KEPT_BYTES) {
            file.truncate(KEPT_BYTES);
        }
    }

    /** What the file takes on the disk. */
    long fileBytes() {
        return file.knownBytes();
    }

    /** Whether the file holds a whole redo. Called once, first. */
    boolean isComplete() throws IOException {
        file.size();
        ByteBuffer header = ByteBuffer.allocate(512);
        file.read(header, 0);
        if (header.hasRemaining() || header.getInt(0) != MAGIC || header.getInt(32) != headerCrc(header)) {
            return false;
        }
        if (header.getShort(4) > MAJOR) {
            throw new NewerFileException("Redo file " + path, header.getShort(4), MAJOR);
        }
        if (header.getLong(24) > file.size() / ENTRY_BYTES) {
            return false;
        }
        salt = header.getLong(8);
        serial = header.getLong(16);
        entries = (int) header.getLong(24);
        flushed = entries;
        return forEach((page, bytes) -> {});
    }

    /** Gives every page in the order of {@link #append}. @return false: an entry is not of this redo */
    boolean forEach(PageConsumer consumer) throws IOException {
        for (int first = 0; first < entries; first += BUFFERED_ENTRIES) {
            int count = Math.min(BUFFERED_ENTRIES, entries - first);
            buffer.clear().limit(count * ENTRY_BYTES);
            file.read(buffer, offset(first));
            if (buffer.hasRemaining()) {
                return false;
            }
            for (int i = 0; i < count; i++) {
                int at = i * ENTRY_BYTES;
                if (buffer.getInt(at + 24) != entryCrc(buffer, at)
                        || (buffer.getLong(at + 8) ^ salt | buffer.getLong(at + 16) ^ serial) != 0) {
                    return false;
                }
                buffer.limit(at + ENTRY_BYTES).position(at + ENTRY_HEAD);
                consumer.page(buffer.getLong(at), buffer);
                buffer.limit(count * ENTRY_BYTES);
            }
        }
        buffer.clear();
        return true;
    }

    private static int entryCrc(ByteBuffer in, int at) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = in.duplicate();
        crc.update(view.clear().position(at).limit(at + 24));
        crc.update(view.clear().position(at + ENTRY_HEAD).limit(at + ENTRY_BYTES));
        return (int) crc.getValue();
    }

    private static int headerCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().clear().limit(HEADER_BYTES - 4));
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
