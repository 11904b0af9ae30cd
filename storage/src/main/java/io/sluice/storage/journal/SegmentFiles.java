package io.sluice.storage.journal;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Damage;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.FrameHead;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The segment files of a folder as they are: with a header, blank, or with a damaged header, which is made again from the first frame
 * where that can be.
 *
 * @param segments with a header, by number
 * @param damages of headers
 */
record SegmentFiles(List<Segment> segments, List<Damage> damages) {
    /** Numbers behind the newest that a segment without a header may have. */
    private static final int NEXT_NUMBERS = 2;

    /** @param restored whether the header is not what stands in the file */
    record Segment(Path path, Header header, boolean restored) {}

    /** @throws StorageException a segment is of a newer format, or of one that was never released */
    static SegmentFiles in(Disk disk, Path folder, UUID store) throws IOException, StorageException {
        List<Segment> segments = new ArrayList<>();
        List<Damage> damages = new ArrayList<>();
        List<Path> damaged = new ArrayList<>();
        for (Path path : disk.list(folder)) {
            if (path.getFileName().toString().endsWith(SegmentPool.SUFFIX)) {
                ByteBuffer sector = sector(disk, path);
                if (JournalFormat.isHeader(sector)) {
                    Header header = JournalFormat.decodeHeader(sector);
                    JournalReplay.checkFormat(path, header);
                    if (header.store().equals(store)) {
                        segments.add(new Segment(path, header, false));
                    } else {
                        damages.add(
                                new Damage(path, 0, "The segment belongs to another store, " + header.store() + "."));
                    }
                } else if (!JournalFormat.isBlank(sector)) {
                    damaged.add(path);
                }
            }
        }
        segments.sort(byNumber());
        for (Path path : damaged) {
            Header header = fromFirstFrame(disk, path, store, segments);
            if (header == null) {
                damages.add(new Damage(
                        path, 0, "The header of the segment is damaged, and it has no frame to make it from."));
            } else {
                damages.add(new Damage(
                        path,
                        0,
                        "The header of segment " + header.number() + " is damaged; its frames say what it was."));
                segments.add(new Segment(path, header, true));
            }
        }
        segments.sort(byNumber());
        return new SegmentFiles(segments, damages);
    }

    private static Comparator<Segment> byNumber() {
        return Comparator.comparingLong(segment -> segment.header.number());
    }

    private static ByteBuffer sector(Disk disk, Path path) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate(512);
        try (Disk.OpenFile file = disk.open(path)) {
            file.read(sector, 0);
        }
        return sector.flip();
    }

    /** The checksum of a frame's head depends on the number of its segment: the number that fits is the one. */
    private static Header fromFirstFrame(Disk disk, Path path, UUID store, List<Segment> known) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(JournalFormat.FRAME_HEAD_BYTES);
        long fileBytes;
        try (Disk.OpenFile file = disk.open(path)) {
            file.read(bytes, JournalFormat.FIRST_FRAME);
            fileBytes = file.size();
        }
        if (bytes.hasRemaining()) {
            return null;
        }
        long newest = known.isEmpty() ? 0 : known.get(known.size() - 1).header.number();
        for (long number = newest + NEXT_NUMBERS; number > 0; number--) {
            if (JournalFormat.isFrameHead(bytes, 0, JournalFormat.seed(store, number))) {
                FrameHead head = JournalFormat.decodeFrameHead(bytes, 0);
                return new Header(
                        JournalFormat.MAJOR,
                        JournalFormat.MINOR,
                        store,
                        number,
                        head.epoch(),
                        head.index() - head.batches() + 1,
                        head.previousCrc(),
                        (int) fileBytes);
            }
        }
        return null;
    }

    /**
     * The segments that hold batches behind a checkpoint. Usually a run of numbers that ends at the newest; where that begins too
     * late, what is before the gap belongs to it.
     */
    List<Segment> behind(JournalPosition after) {
        int from = segments.size();
        while (from > 0 && (from == segments.size() || follows(from) || first(from) > after.index() + 1)) {
            from--;
        }
        while (from + 1 < segments.size() && first(from + 1) <= after.index() + 1) {
            from++;
        }
        return segments.subList(from, segments.size());
    }

    private boolean follows(int i) {
        return segments.get(i - 1).header.number() + 1 == segments.get(i).header.number();
    }

    private long first(int i) {
        return segments.get(i).header.firstIndex();
    }
}
