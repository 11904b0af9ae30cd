package io.sluice.storage.journal;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordCodec;
import io.sluice.storage.Damage;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.FrameHead;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Reads a journal as it is, damage and all, for tools: nothing is written, and it does not stop at the first damage. One thread.
 *
 * <p>What counts as damage is what {@link SegmentJournal#open} refuses; a torn end is none.
 */
public final class JournalScan {
    private final Disk disk;
    private final Path folder;
    private final UUID store;

    /** @param folder of the segment files */
    public JournalScan(Disk disk, Path folder, UUID store) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
    }

    /** Hears what is there, in the order of the journal. */
    public interface Visitor {
        /** A segment begins whose frames are read next. */
        default void segment(Path file, long number, long firstIndex) throws IOException {}

        /**
         * A whole frame; its records follow.
         *
         * @param index of its last batch
         */
        default void frame(Path file, long offset, long index, int batches, int bytes) throws IOException {}

        /** A record of the frame. @param index of its batch */
        default void record(Path file, long offset, long index, JournalRecord record) throws IOException {}

        /** Something is not as it should be; what can be read behind it follows. */
        default void damage(Damage damage) throws IOException {}

        /** Where the journal ends: behind the last whole frame of the last segment. */
        default void end(Path file, long offset, long index) throws IOException {}
    }

    /** What is in the folder, as {@link SegmentFiles} found it. */
    SegmentFiles files() throws IOException, StorageException {
        return SegmentFiles.in(disk, folder, store);
    }

    /**
     * Reads everything behind a checkpoint.
     *
     * @param after the store's position; segments that end before it are not read
     * @throws StorageException a segment is of a newer format
     */
    public void run(JournalPosition after, Visitor visitor) throws IOException, StorageException {
        SegmentFiles files = files();
        for (Damage damage : files.damages()) {
            visitor.damage(damage);
        }
        run(files.behind(after), after, new Telling(visitor));
    }

    /** As the rewriting of a journal needs it: frames as bytes, and what is missing as numbers of batches. */
    interface Parts {
        void segment(Path file, Header header) throws IOException;

        void frame(Path file, long offset, FrameHead head, ByteBuffer batches) throws IOException, StorageException;

        /** Batches that cannot be read; {@code remains} is what can be seen of them, null: nothing. */
        void lost(Path file, long offset, long firstIndex, long lastIndex, ByteBuffer remains)
                throws IOException, StorageException;

        /** @param offset where the frames end, or where one was torn */
        void segmentEnds(Path file, long offset, long lastIndex, boolean last) throws IOException;
    }

    /** @param live segments as {@link SegmentFiles#behind} gives them; there may be gaps between them */
    void run(List<SegmentFiles.Segment> live, JournalPosition after, Parts parts) throws IOException, StorageException {
        long lastIndex = after.index();
        ByteBuffer window = SegmentReader.newWindow();
        for (int i = 0; i < live.size(); i++) {
            SegmentFiles.Segment segment = live.get(i);
            boolean last = i == live.size() - 1;
            long end = last ? -1 : live.get(i + 1).header().firstIndex() - 1;
            long first = segment.header().firstIndex();
            if (i == 0 && first > lastIndex + 1 || i > 0 && first != lastIndex + 1) {
                parts.lost(segment.path(), 0, lastIndex + 1, first - 1, null);
            }
            parts.segment(segment.path(), segment.header());
            lastIndex = read(segment, end, window, parts);
            parts.segmentEnds(segment.path(), lastOffset, lastIndex, last);
        }
    }

    private long lastOffset;

    /** @param end index of the last batch, as the next segment has it; -1: not known */
    private long read(SegmentFiles.Segment segment, long end, ByteBuffer window, Parts parts)
            throws IOException, StorageException {
        try (Disk.OpenFile file = disk.open(segment.path())) {
            SegmentReader reader = new SegmentReader(file, segment.header(), window);
            while (true) {
                ByteBuffer frame = reader.next();
                if (frame != null) {
                    parts.frame(segment.path(), reader.offset(), reader.head(), frame);
                    continue;
                }
                long at = reader.offset();
                long behind = reader.headBehind();
                if (behind < 0) {
                    lastOffset = at;
                    if (end > reader.lastIndex()) {
                        parts.lost(segment.path(), at, reader.lastIndex() + 1, end, reader.remains());
                        return end;
                    }
                    return reader.lastIndex();
                }
                ByteBuffer remains = reader.remains();
                long before = reader.lastIndex();
                reader.resumeAt(behind);
                parts.lost(segment.path(), at, before + 1, reader.lastIndex(), remains);
            }
        }
    }

    /** Tells a visitor in words what is read as parts. */
    private static final class Telling implements Parts {
        private final Visitor visitor;

        private Telling(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public void segment(Path file, Header header) throws IOException {
            visitor.segment(file, header.number(), header.firstIndex());
        }

        @Override
        public void frame(Path file, long offset, FrameHead head, ByteBuffer batches) throws IOException {
            visitor.frame(file, offset, head.index(), head.batches(), head.bytes());
            long index = head.index() - head.batches();
            try {
                while (batches.hasRemaining()) {
                    int records = batches.getInt();
                    batches.getInt();
                    index++;
                    for (int i = 0; i < records; i++) {
                        visitor.record(file, offset, index, RecordCodec.read(batches));
                    }
                }
            } catch (IllegalArgumentException | BufferUnderflowException unreadable) {
                visitor.damage(
                        new Damage(file, offset, "A record of batch " + index + " cannot be read: " + unreadable));
            }
        }

        @Override
        public void lost(Path file, long offset, long firstIndex, long lastIndex, ByteBuffer remains)
                throws IOException {
            List<Damage.Lost> lost = remains == null ? List.of() : LostRecords.in(remains);
            String what = lastIndex < firstIndex
                    ? "A frame does not follow the one before it."
                    : "Batches " + firstIndex + " to " + lastIndex + " of the journal cannot be read"
                            + (offset == 0 ? ": a segment file before this one is missing." : ".");
            visitor.damage(new Damage(file, offset, what, lost));
        }

        @Override
        public void segmentEnds(Path file, long offset, long lastIndex, boolean last) throws IOException {
            if (last) {
                visitor.end(file, offset, lastIndex);
            }
        }
    }
}
