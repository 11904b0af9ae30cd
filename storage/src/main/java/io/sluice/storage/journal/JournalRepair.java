package io.sluice.storage.journal;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.RecordCodec;
import io.sluice.storage.Damage;
import io.sluice.storage.Disk;
import io.sluice.storage.journal.JournalFormat.FrameHead;
import io.sluice.storage.journal.JournalFormat.Header;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Makes a journal that opens from a damaged one. Every segment behind the checkpoint is written again: whole frames as they are, under
 * a new chain of checksums, and in place of what cannot be read as many empty batches. The files as they were stay beside, under names
 * that end in {@value #KEPT}. One thread, once.
 */
public final class JournalRepair {
    /** What the name of a file ends in that was replaced. */
    public static final String KEPT = ".damaged";

    private static final String UNFINISHED = ".repaired";
    private static final int EMPTY_BATCH_BYTES = JournalFormat.BATCH_HEAD_BYTES;
    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final Path folder;
    private final UUID store;
    private final List<Path> kept = new ArrayList<>();
    private final Set<Path> replaced = new TreeSet<>();

    public JournalRepair(Disk disk, Path folder, UUID store) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
    }

    /**
     * Writes the new segments, forces them, and puts them in place of the old ones.
     *
     * @param after the store's position
     * @return the files kept aside
     * @throws IOException the disk failed or is full: nothing was replaced, unless it failed while files were renamed, and then it can
     *     be run again
     */
    public List<Path> run(JournalPosition after) throws IOException, StorageException {
        JournalScan scan = new JournalScan(disk, folder, store);
        SegmentFiles files = scan.files();
        try (Rewrite rewrite = new Rewrite()) {
            scan.run(files.behind(after), after, rewrite);
        }
        for (Damage damage : files.damages()) {
            if (!replaced.contains(damage.file())) {
                putAside(damage.file()); // no header, or not of this store: the journal would not open with it
            }
        }
        for (Path file : replaced) {
            if (disk.exists(file)) {
                putAside(file);
            }
            disk.rename(sibling(file, UNFINISHED), file);
        }
        disk.forceFolder(folder);
        return kept;
    }

    private void putAside(Path file) throws IOException {
        Path aside = sibling(file, KEPT);
        for (int n = 2; disk.exists(aside); n++) {
            aside = sibling(file, KEPT + "-" + n);
        }
        disk.rename(file, aside);
        kept.add(aside);
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** The new segments in the making. */
    private final class Rewrite implements JournalScan.Parts, AutoCloseable {
        private Disk.OpenFile out;
        private Header header;
        private byte[] seed;
        private long offset;
        private long lastNumber;
        private long lastIndex;
        private int previousCrc;
        private long missingFrom;

        @Override
        public void segment(Path file, Header found) throws IOException {
            boolean gap = lastNumber > 0 && found.number() != lastNumber + 1 || missingFrom > 0;
            if (lastNumber == 0) {
                lastNumber = gap ? found.number() - 2 : found.number() - 1;
                lastIndex = gap ? missingFrom - 1 : found.firstIndex() - 1;
                previousCrc = gap ? 0 : found.previousCrc();
            }
            while (lastNumber + 1 < found.number()) {
                begin(freeName(), found, lastNumber + 1);
                writeEmpty(found.firstIndex() - 1);
                end();
            }
            missingFrom = 0;
            begin(file, found, found.number());
        }

        private Path freeName() throws IOException {
            List<Path> taken = disk.list(folder);
            for (int slot = 0; ; slot++) {
                Path file = folder.resolve(String.format("%06d", slot) + SegmentPool.SUFFIX);
                if (!taken.contains(file) && !replaced.contains(file)) {
                    return file;
                }
            }
        }

        private void begin(Path file, Header found, long number) throws IOException {
            header = new Header(
                    JournalFormat.MAJOR,
                    JournalFormat.MINOR,
                    store,
                    number,
                    found.epoch(),
                    lastIndex + 1,
                    previousCrc,
                    found.segmentBytes());
            seed = JournalFormat.seed(store, number);
            Path unfinished = sibling(file, UNFINISHED);
            disk.delete(unfinished);
            out = disk.open(unfinished);
            replaced.add(file);
            out.write(JournalFormat.encode(header), 0);
            zeros(512, JournalFormat.FIRST_FRAME);
            offset = JournalFormat.FIRST_FRAME;
            lastNumber = number;
        }

        @Override
        public void frame(Path file, long at, FrameHead head, ByteBuffer batches) throws IOException {
            if (isReadable(batches.duplicate())) {
                write(head.batches(), head.records(), batches, head.bytes());
            } else {
                writeEmpty(lastIndex + head.batches());
            }
        }

        private boolean isReadable(ByteBuffer batches) {
            try {
                while (batches.hasRemaining()) {
                    int records = batches.getInt();
                    batches.getInt();
                    for (int i = 0; i < records; i++) {
                        RecordCodec.read(batches);
                    }
                }
                return true;
            } catch (IllegalArgumentException | BufferUnderflowException unreadable) {
                return false;
            }
        }

        private void write(int batches, int records, ByteBuffer body, int bytes) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(JournalFormat.padded(JournalFormat.FRAME_HEAD_BYTES + bytes));
            frame.position(JournalFormat.FRAME_HEAD_BYTES).put(body);
            long index = lastIndex + batches;
            previousCrc = JournalFormat.seal(
                    frame, seed, new FrameHead(bytes, index, header.epoch(), batches, records, previousCrc, 0));
            int length = frame.capacity();
            if (offset + length > header.segmentBytes()) {
                throw new IOException("What is missing before batch " + index + " does not fit a segment of "
                        + header.segmentBytes() + " bytes.");
            }
            out.write(frame.clear(), offset);
            offset += length;
            lastIndex = index;
        }

        /** As many batches without records as lead to {@code index}. */
        private void writeEmpty(long index) throws IOException {
            int batches = Math.toIntExact(index - lastIndex);
            if (batches > 0) {
                int bytes = Math.multiplyExact(batches, EMPTY_BATCH_BYTES);
                write(batches, 0, ByteBuffer.allocate(bytes), bytes);
            }
        }

        @Override
        public void lost(Path file, long at, long firstIndex, long index, ByteBuffer remains) throws IOException {
            if (at == 0) {
                missingFrom = firstIndex;
            } else {
                writeEmpty(index);
            }
        }

        @Override
        public void segmentEnds(Path file, long at, long index, boolean last) throws IOException {
            if (last && offset + JournalFormat.FRAME_HEAD_BYTES <= header.segmentBytes()) {
                write(0, 0, ByteBuffer.allocate(0), 0);
            }
            end();
        }

        private void end() throws IOException {
            zeros(offset, header.segmentBytes());
            out.force();
            out.close();
            out = null;
        }

        private void zeros(long from, long to) throws IOException {
            ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, to - from));
            for (long at = from; at < to; at += zeros.capacity()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
                out.write(zeros, at);
            }
        }

        @Override
        public void close() throws IOException {
            if (out != null) {
                out.close();
            }
        }
    }
}
