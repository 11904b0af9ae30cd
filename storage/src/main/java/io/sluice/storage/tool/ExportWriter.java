package io.sluice.storage.tool;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordCodec;
import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/** Writes an export file, under its name only when it is whole. One thread. */
final class ExportWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final String UNFINISHED = ".part";

    private final Disk disk;
    private final Path file;
    private final Path unfinished;
    private final Disk.OpenFile out;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long offset;
    private boolean finished;

    ExportWriter(Disk disk, Path file, UUID store, long nowMillis) throws IOException {
        this.disk = disk;
        this.file = file;
        this.unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
        disk.delete(unfinished);
        this.out = disk.open(unfinished);
        write(ExportFormat.header(store, nowMillis));
    }

    void record(JournalRecord record) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(RecordCodec.size(record));
        RecordCodec.write(record, content);
        block(ExportFormat.RECORD, content.flip());
    }

    void body(byte[] bytes) throws IOException {
        block(ExportFormat.BODY, ByteBuffer.wrap(bytes));
    }

    /** That was all: the file is durable and gets its name. */
    void end(long queues, long messages) throws IOException {
        block(
                ExportFormat.END,
                ByteBuffer.allocate(16).putLong(queues).putLong(messages).flip());
        flush();
        out.force();
        out.close();
        disk.rename(unfinished, file);
        disk.forceFolder(file.getParent());
        finished = true;
    }

    private void block(int kind, ByteBuffer content) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(ExportFormat.BLOCK_HEAD_BYTES);
        head.putInt(ExportFormat.BLOCK_MAGIC).putInt(kind).putInt(content.remaining());
        head.putInt(ExportFormat.blockCrc(kind, content));
        write(head.flip());
        write(content);
    }

    private void write(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > buffer.remaining()) {
            flush();
        }
        if (bytes.remaining() > buffer.capacity()) {
            int length = bytes.remaining();
            out.write(bytes, offset);
            offset += length;
        } else {
            buffer.put(bytes);
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        out.write(buffer, offset);
        offset += length;
        buffer.clear();
    }

    /** Without {@link #end} nothing stays. */
    @Override
    public void close() throws IOException {
        if (!finished) {
            out.close();
            disk.delete(unfinished);
        }
    }
}
