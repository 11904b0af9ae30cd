package io.sluice.storage.tool;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.NewerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads an export file block by block. One thread. */
final class ExportReader implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 20;

    private final Path path;
    private final Disk.OpenFile file;
    private final long fileBytes;
    private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowOffset;
    private long offset = ExportFormat.HEADER_BYTES;

    /** @param kind as {@link ExportFormat} has it */
    record Block(int kind, ByteBuffer content) {}

    /** @throws StorageException it is no export, or one of a newer format */
    ExportReader(Disk disk, Path path) throws IOException, StorageException {
        this.path = path;
        if (!disk.exists(path)) {
            throw new StorageException("There is no file " + path + ".");
        }
        this.file = disk.open(path);
        boolean opened = false;
        try {
            this.fileBytes = file.size();
            ByteBuffer header = ByteBuffer.allocate(ExportFormat.HEADER_BYTES);
            file.read(header, 0);
            header.flip();
            if (!ExportFormat.isHeader(header)) {
                throw new StorageException(
                        "File " + path + " is no export of Sluice, or its header is damaged (offset 0).");
            }
            if (ExportFormat.major(header) > ExportFormat.MAJOR) {
                throw new NewerFormatException("Export " + path + " has format " + ExportFormat.major(header)
                        + ", this version reads up to " + ExportFormat.MAJOR
                        + ": import it with the newer version that wrote it.");
            }
            opened = true;
        } finally {
            if (!opened) {
                file.close();
            }
        }
    }

    /** Bytes read so far, and of all. */
    long offset() {
        return offset;
    }

    long bytes() {
        return fileBytes;
    }

    /** The next block; null where there is none that is whole: {@link #offset} says where. */
    Block next() throws IOException {
        if (!load(offset, ExportFormat.BLOCK_HEAD_BYTES)) {
            return null;
        }
        int at = (int) (offset - windowOffset);
        int kind = window.getInt(at + 4);
        int bytes = window.getInt(at + 8);
        int crc = window.getInt(at + 12);
        if (window.getInt(at) != ExportFormat.BLOCK_MAGIC
                || bytes < 0
                || !load(offset, (long) ExportFormat.BLOCK_HEAD_BYTES + bytes)) {
            return null;
        }
        int start = (int) (offset - windowOffset) + ExportFormat.BLOCK_HEAD_BYTES;
        ByteBuffer content = window.duplicate().position(start).limit(start + bytes);
        if (ExportFormat.blockCrc(kind, content) != crc) {
            return null;
        }
        offset += ExportFormat.BLOCK_HEAD_BYTES + (long) bytes;
        return new Block(kind, content);
    }

    /** Looks for the next whole block behind a damaged one; null: there is none. */
    Block skipDamage() throws IOException {
        while (offset + ExportFormat.BLOCK_HEAD_BYTES < fileBytes) {
            offset++;
            Block block = next();
            if (block != null) {
                return block;
            }
        }
        return null;
    }

    private boolean load(long at, long bytes) throws IOException {
        if (at >= windowOffset && at + bytes <= windowOffset + window.limit()) {
            return true;
        }
        if (at + bytes > fileBytes) {
            return false;
        }
        if (bytes > window.capacity()) {
            window = ByteBuffer.allocate((int) bytes);
        }
        window.clear();
        windowOffset = at;
        file.read(window, at);
        window.flip();
        return window.limit() >= bytes;
    }

    StorageException damaged() {
        return new StorageException("Export " + path + " is damaged or cut short at offset " + offset + ".");
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
