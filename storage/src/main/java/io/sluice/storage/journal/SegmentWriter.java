package io.sluice.storage.journal;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Writes groups of batches, one frame and one force each. Whatever was appended while the last force ran is the next group; no
 * timer. One thread only.
 */
final class SegmentWriter {
    /** What happened in a step. */
    enum Step {
        IDLE,
        COMMITTED,
        /** There are batches, but no segment to write them to. */
        STARVED
    }

    /** The end of the journal, where writing goes on. */
    record End(long number, JournalPosition last, int previousCrc, long epoch) {}

    private final Disk disk;
    private final UUID store;
    private final int segmentBytes;
    private final SegmentPool pool;
    private final BatchQueue queue;
    private final FrameBuffer frame = new FrameBuffer();

    private End end;
    private Active active;

    /** The segment being written; {@code header} is still to be written where it is not null. */
    private static final class Active {
        private final Path path;
        private final Disk.OpenFile file;
        private final byte[] seed;
        private Header header;
        private int offset = JournalFormat.FIRST_FRAME;

        private Active(Path path, Disk.OpenFile file, Header header) {
            this.path = path;
            this.file = file;
            this.header = header;
            this.seed = JournalFormat.seed(header.store(), header.number());
        }
    }

    /** @param end of what is in the journal; {@code end.epoch} is the epoch to write */
    SegmentWriter(Disk disk, UUID store, int segmentBytes, SegmentPool pool, BatchQueue queue, End end) {
        this.disk = disk;
        this.store = store;
        this.segmentBytes = segmentBytes;
        this.pool = pool;
        this.queue = queue;
        this.end = end;
    }

    /** The last batch that is durable. */
    JournalPosition last() {
        return end.last;
    }

    /** How many batches the last step that said COMMITTED made durable. */
    int committedBatches() {
        return frame.batches();
    }

    /**
     * Makes one group durable.
     *
     * @throws IOException the disk failed: nothing may be written any more
     * @throws StorageException a batch is larger than a segment
     */
    Step step() throws IOException, StorageException {
        if (queue.isEmpty()) {
            return Step.IDLE;
        }
        if (active == null && !open()) {
            return Step.STARVED;
        }
        fill(segmentBytes - active.offset);
        if (frame.batches() == 0 && !fillLarge()) {
            return Step.STARVED;
        }
        commit();
        return Step.COMMITTED;
    }

    private void fill(int room) {
        frame.begin(room);
        while (!queue.isEmpty() && frame.add(queue.peek())) {
            queue.remove();
        }
    }

    /** The oldest batch did not fit: it takes a larger buffer, or the next segment, or both. @return false: starved */
    private boolean fillLarge() throws IOException, StorageException {
        List<JournalRecord> batch = queue.peek();
        long bytes = FrameBuffer.frameBytes(batch);
        int most = segmentBytes - JournalFormat.FIRST_FRAME;
        if (bytes > most) {
            throw new StorageException(
                    "A batch of " + bytes + " bytes does not fit a journal segment, which holds " + most + " bytes.");
        }
        if (bytes > segmentBytes - active.offset) {
            roll();
            if (!open()) {
                return false;
            }
            fill(most);
            if (frame.batches() > 0) {
                return true;
            }
        }
        frame.beginLarge((int) bytes);
        boolean fits = frame.add(batch);
        io.sluice.broker.Invariant.check(fits, "a batch is as large as RecordCodec says");
        queue.remove();
        return true;
    }

    private boolean open() throws IOException {
        Path path = pool.take();
        if (path == null) {
            return false;
        }
        long number = end.number + 1;
        Header header = new Header(
                JournalFormat.MAJOR, store, number, end.epoch, end.last.index() + 1, end.previousCrc, segmentBytes);
        active = new Active(path, disk.open(path), header);
        end = new End(number, end.last, end.previousCrc, end.epoch);
        return true;
    }

    private void roll() throws IOException {
        Active full = active;
        active = null;
        full.file.close();
        pool.full(full.path, end.last.index());
    }

    private void commit() throws IOException {
        long lastIndex = end.last.index() + frame.batches();
        int crc = frame.seal(active.seed, lastIndex, end.epoch, end.previousCrc);
        if (active.header != null) {
            active.file.write(JournalFormat.encode(active.header), 0);
            active.header = null;
        }
        java.nio.ByteBuffer bytes = frame.sealed();
        int length = bytes.remaining();
        active.file.write(bytes, active.offset);
        active.file.force();
        active.offset += length;
        end = new End(end.number, new JournalPosition(end.epoch, lastIndex), crc, end.epoch);
    }

    /** Marks an orderly end, so that damage to the last frame cannot be taken for a torn one. */
    void close() throws IOException {
        if (active == null) {
            return;
        }
        frame.begin(segmentBytes - active.offset);
        if (active.header == null && segmentBytes - active.offset >= JournalFormat.FRAME_HEAD_BYTES) {
            commit();
        }
        abandon();
    }

    /** Lets go of the file. */
    void abandon() throws IOException {
        if (active != null) {
            Disk.OpenFile file = active.file;
            active = null;
            file.close();
        }
    }
}
