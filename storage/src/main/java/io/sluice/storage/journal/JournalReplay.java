package io.sluice.storage.journal;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.RecordCodec;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the segments of a folder, checks that they follow one another without a gap, and gives the records behind the checkpoint
 * to a visitor. One thread, once.
 */
final class JournalReplay {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReplay.class);

    private record Segment(Path path, Header header) {}

    private final Disk disk;
    private final Path folder;
    private final UUID store;
    private final int segmentBytes;
    private final JournalPosition after;
    private final RecordVisitor visitor;

    private final List<SegmentPool.Closed> closed = new ArrayList<>();
    private final List<Path> free = new ArrayList<>();
    private long highestEpoch;
    private ByteBuffer window;

    /** @param segmentBytes size a segment must have to be used again */
    JournalReplay(Disk disk, Path folder, UUID store, int segmentBytes, JournalPosition after, RecordVisitor visitor) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
        this.segmentBytes = segmentBytes;
        this.after = after;
        this.visitor = visitor;
        this.highestEpoch = after.epoch();
    }

    /** Where to go on writing; {@code end.epoch} is the new epoch. */
    SegmentWriter.End run() throws IOException, StorageException {
        List<Segment> live = live(segments());
        if (live.isEmpty()) {
            return new SegmentWriter.End(0, after, 0, highestEpoch + 1);
        }
        window = SegmentReader.newWindow();
        SegmentWriter.End end = null;
        for (int i = 0; i < live.size(); i++) {
            Segment segment = live.get(i);
            boolean last = i == live.size() - 1;
            long nextFirst = last ? Long.MAX_VALUE : live.get(i + 1).header.firstIndex();
            if (nextFirst <= after.index() + 1) {
                recycle(segment.path); // all of it is in the checkpoint
                continue;
            }
            if (end == null && segment.header.firstIndex() > after.index() + 1) {
                throw new StorageException("The journal in " + folder + " begins at batch "
                        + segment.header.firstIndex() + ", but the checkpoint ends at batch " + after.index()
                        + ": a segment file is missing.");
            }
            end = read(segment, end, last);
        }
        if (end.last().index() < after.index()) {
            throw new StorageException("The journal in " + folder + " ends at batch "
                    + end.last().index() + ", before the checkpoint's batch " + after.index()
                    + ": its end is missing or damaged.");
        }
        return end;
    }

    SegmentPool.Found found() {
        return new SegmentPool.Found(closed, free);
    }

    /** Every segment with a header; blank ones are free, leftovers of an unfinished preparation are deleted. */
    private List<Segment> segments() throws IOException, StorageException {
        List<Segment> segments = new ArrayList<>();
        for (Path path : disk.list(folder)) {
            String name = path.getFileName().toString();
            if (name.endsWith(SegmentPool.UNFINISHED)) {
                disk.delete(path);
            } else if (name.endsWith(SegmentPool.SUFFIX)) {
                Header header = header(path);
                if (header == null) {
                    recycle(path);
                } else {
                    segments.add(new Segment(path, header));
                    highestEpoch = Math.max(highestEpoch, header.epoch());
                }
            }
        }
        segments.sort(Comparator.comparingLong(segment -> segment.header.number()));
        return segments;
    }

    private Header header(Path path) throws IOException, StorageException {
        ByteBuffer sector = ByteBuffer.allocate(512);
        try (Disk.OpenFile file = disk.open(path)) {
            file.read(sector, 0);
        }
        sector.flip();
        if (JournalFormat.isBlank(sector)) {
            return null;
        }
        if (!JournalFormat.isHeader(sector)) {
            throw new StorageException("The header of journal segment " + path + " is damaged (offset 0).");
        }
        Header header = JournalFormat.decodeHeader(sector);
        checkFormat(path, header);
        if (!header.store().equals(store)) {
            throw new StorageException("Journal segment " + path + " belongs to another store (" + header.store()
                    + ", not " + store + "): restore the folder as a whole.");
        }
        return header;
    }

    /** @throws StorageException the segment is of a format that this version does not read */
    static void checkFormat(Path path, Header header) throws StorageException {
        if (header.major() == JournalFormat.MAJOR && header.minor() < JournalFormat.MINOR) {
            throw new StorageException(
                    "Journal segment " + path + " is of an unreleased format: drain it with the build that"
                            + " wrote it, then delete the data folder.");
        }
        if (header.major() > JournalFormat.MAJOR) {
            throw new StorageException("Journal segment " + path + " has format " + header.major()
                    + ", this version reads up to " + JournalFormat.MAJOR
                    + ": start the newer version that wrote it.");
        }
    }

    /** The run of segments without a gap that ends at the newest; what is older was checkpointed and partly used again. */
    private List<Segment> live(List<Segment> segments) throws IOException {
        int from = segments.size();
        while (from > 0
                && (from == segments.size()
                        || segments.get(from - 1).header.number() + 1
                                == segments.get(from).header.number())) {
            from--;
        }
        for (Segment stale : segments.subList(0, from)) {
            recycle(stale.path);
        }
        return segments.subList(from, segments.size());
    }

    private void recycle(Path path) throws IOException {
        long size;
        try (Disk.OpenFile file = disk.open(path)) {
            size = file.size();
        }
        if (size == segmentBytes) {
            free.add(path);
        } else {
            disk.delete(path); // the configured size was another one
        }
    }

    private SegmentWriter.End read(Segment segment, SegmentWriter.End before, boolean last)
            throws IOException, StorageException {
        Header header = segment.header;
        if (before != null
                && (header.previousCrc() != before.previousCrc()
                        || header.firstIndex() != before.last().index() + 1)) {
            throw new StorageException("Journal segment " + segment.path
                    + " (offset 0) does not follow the segment before it:" + " the end of that one is damaged.");
        }
        try (Disk.OpenFile file = disk.open(segment.path)) {
            SegmentReader reader = new SegmentReader(file, header, window);
            long epochOfLast = before == null ? after.epoch() : before.last().epoch();
            for (ByteBuffer frame = reader.next(); frame != null; frame = reader.next()) {
                replay(segment.path, reader, frame);
                epochOfLast = header.epoch();
            }
            if (last) {
                checkTornEnd(segment.path, reader, file);
            }
            closed.add(new SegmentPool.Closed(segment.path, reader.lastIndex()));
            JournalPosition position =
                    reader.lastIndex() == after.index() ? after : new JournalPosition(epochOfLast, reader.lastIndex());
            return new SegmentWriter.End(header.number(), position, reader.previousCrc(), highestEpoch + 1);
        }
    }

    private void checkTornEnd(Path path, SegmentReader reader, Disk.OpenFile file)
            throws IOException, StorageException {
        long end = reader.offset();
        long behind = reader.headBehind();
        if (behind >= 0) {
            throw new StorageException("Journal segment " + path + " is damaged at offset " + end
                    + ": the frame there is not valid, but it was when the one at offset " + behind + " was written.");
        }
        LOG.info("The journal ends with batch {} in {} at offset {}", reader.lastIndex(), path, end);
        // What was replayed may still be in the operating system's memory only, if the process died and the machine did
        // not.
        file.force();
    }

    private void replay(Path path, SegmentReader reader, ByteBuffer frame) throws StorageException {
        long index = reader.lastIndex() - reader.head().batches();
        try {
            while (frame.hasRemaining()) {
                int records = frame.getInt();
                int bytes = frame.getInt();
                index++;
                if (index <= after.index()) {
                    frame.position(frame.position() + bytes);
                    continue;
                }
                for (int i = 0; i < records; i++) {
                    RecordCodec.read(frame).accept(visitor);
                }
            }
        } catch (IllegalArgumentException | java.nio.BufferUnderflowException unreadable) {
            throw new StorageException(
                    "Journal segment " + path + " has an unreadable record in the frame at offset " + reader.offset()
                            + ": " + unreadable.getMessage(),
                    unreadable);
        }
    }
}
