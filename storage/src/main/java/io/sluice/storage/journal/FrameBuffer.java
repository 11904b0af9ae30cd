package io.sluice.storage.journal;

import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordCodec;
import io.sluice.storage.journal.JournalFormat.FrameHead;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One frame in the making: batches are encoded straight into the buffer that is written to disk, a message's bytes are copied
 * once. Writer's thread only.
 */
final class FrameBuffer {
    /** What a group commit writes at most, unless a single batch is larger. */
    private static final int NORMAL_BYTES = 1 << 20;

    private final ByteBuffer normal = ByteBuffer.allocateDirect(NORMAL_BYTES);
    private ByteBuffer buffer = normal;
    private int batches;
    private int records;
    private long messageBytes;

    /** Starts a frame of at most {@code maxBytes}, padding included. */
    void begin(int maxBytes) {
        buffer = normal;
        start(Math.min(maxBytes, NORMAL_BYTES));
    }

    /** Starts a frame for one batch that did not fit the usual buffer; the large buffer is given up afterwards. */
    void beginLarge(int frameBytes) {
        buffer = ByteBuffer.allocateDirect(frameBytes);
        start(frameBytes);
    }

    private void start(int limit) {
        buffer.clear().limit(limit);
        batches = 0;
        records = 0;
        messageBytes = 0;
        if (limit >= JournalFormat.FRAME_HEAD_BYTES) {
            buffer.position(JournalFormat.FRAME_HEAD_BYTES);
        } else {
            buffer.limit(0);
        }
    }

    /** Adds the batch as a whole, or not at all: false where it does not fit. */
    boolean add(List<JournalRecord> batch) {
        int start = buffer.position();
        try {
            buffer.putInt(batch.size()).putInt(0);
            for (int i = 0; i < batch.size(); i++) {
                RecordCodec.write(batch.get(i), buffer);
            }
        } catch (BufferOverflowException full) {
            buffer.position(start);
            return false;
        }
        if (JournalFormat.padded(buffer.position()) > buffer.limit()) {
            buffer.position(start);
            return false;
        }
        buffer.putInt(start + 4, buffer.position() - start - JournalFormat.BATCH_HEAD_BYTES);
        batches++;
        records += batch.size();
        messageBytes += JournalMeters.messageBytes(batch);
        return true;
    }

    int batches() {
        return batches;
    }

    /** Of the sealed frame, padding included. */
    int bytes() {
        return buffer.limit();
    }

    int records() {
        return records;
    }

    /** Of all messages in the frame, as the lag is counted. */
    long messageBytes() {
        return messageBytes;
    }

    /** Completes the frame. @return its checksum */
    int seal(byte[] seed, long lastIndex, long epoch, int previousCrc) {
        int bytes = buffer.position() - JournalFormat.FRAME_HEAD_BYTES;
        return JournalFormat.seal(
                buffer, seed, new FrameHead(bytes, lastIndex, epoch, batches, records, previousCrc, 0));
    }

    /** The sealed frame with zeros up to the next multiple of 8, to be written. */
    ByteBuffer sealed() {
        while (buffer.position() % JournalFormat.ALIGNMENT != 0) {
            buffer.put((byte) 0);
        }
        return buffer.flip();
    }

    /** Bytes of a frame with just this batch. A long: a batch may be too large for any segment. */
    static long frameBytes(List<JournalRecord> batch) {
        long bytes = JournalFormat.FRAME_HEAD_BYTES + JournalFormat.BATCH_HEAD_BYTES;
        for (JournalRecord record : batch) {
            bytes += RecordCodec.size(record);
        }
        return (bytes + JournalFormat.ALIGNMENT - 1) & -JournalFormat.ALIGNMENT;
    }
}
