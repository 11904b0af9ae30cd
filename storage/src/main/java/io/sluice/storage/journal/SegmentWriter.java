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
import java.util.function.LongSupplier;

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
        STARVED,
        /** The disk took too long and was given up: nothing of it counts. */
        GIVEN_UP
    }

    /** The end of the journal, where writing goes on. */
    record End(long number, JournalPosition last, int previousCrc, long epoch) {}

    private final Disk disk;
    private final UUID store;
    private final int segmentBytes;
    private final SegmentPool pool;
    private final BatchQueue queue;
    private final FrameBuffer frame = new FrameBuffer();
    private final Timing timing;

    private End end;
    private Active active;
    private boolean unmarked;

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

    /** @param nanoTime a clock that only rises */
    record Timing(LongSupplier nanoTime, ForceWatch watch, JournalMeters meters) {}

    /** @param end of what is in the journal; {@code end.epoch} is the epoch to write */
    SegmentWriter(Disk disk, UUID store, int segmentBytes, SegmentPool pool, BatchQueue queue, Timing timing, End end) {
        this.disk = disk;
        this.store = store;
        this.segmentBytes = segmentBytes;
        this.pool = pool;
        this.queue = queue;
        this.timing = timing;
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
        fill(room());
        if (frame.batches() == 0 && !fillLarge()) {
            return Step.STARVED;
        }
        if (!commit()) {
            return Step.GIVEN_UP;
        }
        timing.meters.durable(frame.batches(), frame.records(), frame.messageBytes(), frame.bytes());
        return Step.COMMITTED;
    }

    /** A mark has to fit behind every frame. */
    static int largestFrameBytes(int segmentBytes) {
        return segmentBytes - JournalFormat.FIRST_FRAME - JournalFormat.FRAME_HEAD_BYTES;
    }

    private int room() {
        return segmentBytes - active.offset - JournalFormat.FRAME_HEAD_BYTES;
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
        int most = largestFrameBytes(segmentBytes);
        if (bytes > most) {
            throw new StorageException(
                    "A batch of " + bytes + " bytes does not fit a journal segment, which holds " + most + " bytes.");
        }
        if (bytes > room()) {
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
                JournalFormat.MAJOR,
                JournalFormat.MINOR,
                store,
                number,
                end.epoch,
                end.last.index() + 1,
                end.previousCrc,
                segmentBytes);
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

    /** @return false: it took too long and was given up */
    private boolean commit() throws IOException {
        long lastIndex = end.last.index() + frame.batches();
        int crc = frame.seal(active.seed, lastIndex, end.epoch, end.previousCrc);
        timing.watch.began(timing.nanoTime.getAsLong());
        if (active.header != null) {
            active.file.write(JournalFormat.encode(active.header), 0);
            active.header = null;
        }
        java.nio.ByteBuffer bytes = frame.sealed();
        int length = bytes.remaining();
        active.file.write(bytes, active.offset);
        active.file.force();
        if (!timing.watch.ended(timing.nanoTime.getAsLong())) {
            return false;
        }
        active.offset += length;
        end = new End(end.number, new JournalPosition(end.epoch, lastIndex), crc, end.epoch);
        unmarked = frame.batches() > 0;
        return true;
    }

    /** Whether frames were written and no mark behind them. */
    boolean isUnmarked() {
        return unmarked;
    }

    /**
     * Writes a mark: from now on, damage to the last frame cannot be taken for a torn one.
     *
     * @return {@link Step#IDLE}, or {@link Step#GIVEN_UP}
     */
    Step mark() throws IOException {
        if (!unmarked || active == null) {
            return Step.IDLE;
        }
        frame.begin(JournalFormat.FRAME_HEAD_BYTES);
        return commit() ? Step.IDLE : Step.GIVEN_UP;
    }

    /** Marks the end. */
    void close() throws IOException {
        mark();
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
