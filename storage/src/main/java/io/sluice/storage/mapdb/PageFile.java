package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import io.sluice.storage.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pages of 4096 bytes that change from one committed state to the next at once or not at all, with a checksum per page.
 *
 * <pre>
 * file  := superblock page | group | group | …
 * group := checksum page | 1023 data pages
 * checksum page := 1023 x CRC32C i32 (0 = page never written: reads as zeros) | CRC32C of the page before this field
 *
 *            0          8       10      12  16            32         40           48
 * superblock | "SLUICEPG" | major | minor | 0 | store (16) | pages i64 | serial i64 | crc | zeros
 * </pre>
 *
 * {@link #commit}: (1) pages behind the committed end, which the committed state cannot reach, go straight to their place and are
 * forced; (2) all other changed pages, checksum pages and superblock go to the {@link RedoFile}, which is forced: committed; (3)
 * the redo is applied to the file and that is forced. Opening applies a complete redo again, which changes nothing where it was
 * applied already. Changed pages beyond a bound in memory are written early, along (1) and (2).
 *
 * <p>One thread at a time; others read through a {@link PageFileReader} of their own.
 */
final class PageFile implements Closeable {
    static final int PAGE_BYTES = 4096;
    static final int GROUP_PAGES = 1023;

    private static final Logger LOG = LoggerFactory.getLogger(PageFile.class);

    private final Path path;
    private final UUID store;
    private final SteppedFile file;
    private final RedoFile redo;
    private final int maxChangedPages;
    private final PagePlaces places = new PagePlaces();
    private final PageCache cache = new PageCache();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(256 * PAGE_BYTES);

    private Superblock committed;
    private long pages;
    private RedoState redoState = RedoState.IDLE;

    private enum RedoState {
        /** Nothing in it is needed, or it may be applied again. */
        IDLE,
        /** Being written. */
        GROWING,
        /** Given up; it may be complete on disk nevertheless and must be made invalid before anything else is written. */
        SUSPECT,
        /** Durable, not in the file yet. */
        COMMITTED
    }

    /**
     * How a page file is written.
     *
     * @param stepBytes changed pages held in memory at most, and written at most before a force
     */
    record Writing(CheckpointPace pace, int stepBytes) {}

    /** Opens both files, finishes an interrupted commit and loads the checksums. */
    PageFile(Disk disk, Path path, Path redoPath, UUID store, Writing writing) throws IOException {
        this.path = path;
        this.store = store;
        this.maxChangedPages = writing.stepBytes / PAGE_BYTES;
        this.file = new SteppedFile(disk.open(path), writing.pace, writing.stepBytes);
        RedoFile opening = null;
        boolean opened = false;
        try {
            opening = new RedoFile(redoPath, new SteppedFile(disk.open(redoPath), writing.pace, writing.stepBytes));
            redo = opening;
            // Both may be new. What is committed to one file must be found together with the other.
            disk.forceFolder(path.toAbsolutePath().getParent());
            load();
            opened = true;
        } finally {
            if (!opened) {
                file.close();
                if (opening != null) {
                    opening.close();
                }
            }
        }
    }

    private void load() throws IOException {
        file.size(); // the figure of its size is right from the start
        // Before anything is written to it.
        Superblock.refuseNewer(readPhysical(0), path);
        if (redo.isComplete()) {
            redo.force(); // of a killed process: it may be in the operating system's memory only
            redoState = RedoState.COMMITTED;
            applyRedo();
        }
        committed = Superblock.read(readPhysical(0), path, store);
        pages = committed.pages();
        places.growTo(pages);
        for (int group = 0; group * (long) GROUP_PAGES < pages; group++) {
            places.checksums().load(group, readPhysical(physicalOfGroup(group)), path);
        }
    }

    /** Commits so far. */
    long commits() {
        return committed.serial();
    }

    /** Pages there are; a page that was never written reads as zeros. */
    long pages() {
        return pages;
    }

    /** What the file takes on the disk: less than its pages, where the last of them were never written. */
    long fileBytes() {
        return file.knownBytes();
    }

    long redoBytes() {
        return redo.fileBytes();
    }

    Path path() {
        return path;
    }

    PagePlaces places() {
        return places;
    }

    void growTo(long newPages) {
        if (newPages > pages) {
            pages = newPages;
            places.growTo(pages);
        }
    }

    private static long physicalOfGroup(long group) {
        return 1 + group * (GROUP_PAGES + 1);
    }

    static long physical(long page) {
        return physicalOfGroup(page / GROUP_PAGES) + 1 + page % GROUP_PAGES;
    }

    /** The page's bytes, to be read only and only until the next call. */
    byte[] page(long page) throws IOException {
        byte[] found = places.changed(page);
        if (found == null) {
            found = cache.get(page);
        }
        if (found == null) {
            found = load(page);
            cache.put(page, found);
        }
        return found;
    }

    /** The page's bytes, to be changed until the next call. */
    byte[] writablePage(long page) throws IOException {
        byte[] found = places.changed(page);
        if (found != null) {
            return found;
        }
        if (places.changedCount() >= maxChangedPages) {
            spill();
        }
        byte[] copy = page(page).clone();
        cache.remove(page);
        places.change(page, copy);
        return copy;
    }

    private byte[] load(long page) throws IOException {
        Invariant.check(page < pages, "page " + page + " of " + pages);
        byte[] bytes = new byte[PAGE_BYTES];
        int entry = places.inRedo(page);
        if (entry >= 0) {
            if (!redo.read(entry, bytes)) {
                throw redo.damaged(entry);
            }
        } else if (places.checksums().get(page) != PageChecksums.NEVER_WRITTEN) {
            readRun(page, 1);
            scratch.get(0, bytes);
        }
        return bytes;
    }

    /** Reads a range of bytes; runs of pages that are only in the file are read at once. */
    void read(long offset, byte[] into, int at, int length) throws IOException {
        int done = 0;
        while (done < length) {
            long page = (offset + done) / PAGE_BYTES;
            int inPage = (int) ((offset + done) % PAGE_BYTES);
            int run = places.inFile(page, longestRun(page, inPage + length - done, scratch));
            int bytes = Math.min(Math.max(run, 1) * PAGE_BYTES - inPage, length - done);
            if (run > 1) {
                readRun(page, run);
                scratch.get(inPage, into, at + done, bytes);
            } else {
                System.arraycopy(page(page), inPage, into, at + done, bytes);
            }
            done += bytes;
        }
    }

    /** Pages that may be read at once: those of a group lie side by side. */
    static int longestRun(long first, int bytes, ByteBuffer buffer) {
        int wanted = Math.min((bytes + PAGE_BYTES - 1) / PAGE_BYTES, buffer.capacity() / PAGE_BYTES);
        return (int) Math.min(wanted, GROUP_PAGES - first % GROUP_PAGES);
    }

    private void readRun(long first, int count) throws IOException {
        readFromFile(first, count, scratch);
        int[] sums = new int[count];
        for (int i = 0; i < count; i++) {
            sums[i] = places.checksums().get(first + i);
        }
        int damaged = PagePlaces.firstDamaged(scratch, sums, count);
        if (damaged >= 0) {
            throw damaged(first + damaged);
        }
    }

    /** Reads pages of one group from the file, as they are there. Any thread. */
    void readFromFile(long first, int count, ByteBuffer buffer) throws IOException {
        buffer.clear().limit(count * PAGE_BYTES);
        file.read(buffer, physical(first) * PAGE_BYTES);
    }

    /** As {@link RedoFile#read}. Any thread. */
    boolean readFromRedo(int entry, byte[] page) throws IOException {
        return redo.read(entry, page);
    }

    DamagedException damaged(long page) {
        return new DamagedException("Store file " + path + " is damaged: the page at offset "
                + physical(page) * PAGE_BYTES + " does not have its checksum.");
    }

    private byte[] readPhysical(long physicalPage) throws IOException {
        byte[] bytes = new byte[PAGE_BYTES];
        file.read(ByteBuffer.wrap(bytes), physicalPage * PAGE_BYTES);
        return bytes;
    }

    /** Writes the changed pages where the committed state does not see them, and forgets them here. */
    private void spill() throws IOException {
        prepareRedo();
        long[] changed = places.changedPages();
        int[] sums = new int[changed.length];
        int[] entries = new int[changed.length];
        PageRuns runs = new PageRuns(file, scratch);
        for (int i = 0; i < changed.length; i++) {
            long page = changed[i];
            byte[] bytes = places.changed(page);
            sums[i] = PageChecksums.of(ByteBuffer.wrap(bytes), 0);
            if (page < committed.pages()) {
                entries[i] = redo.append(physical(page), bytes);
                continue;
            }
            entries[i] = -1;
            runs.add(physical(page), ByteBuffer.wrap(bytes));
        }
        runs.end();
        redo.flush();
        // Only now: until then, who reads finds the pages in memory.
        places.written(changed, sums, entries);
    }

    private void prepareRedo() throws IOException {
        if (redoState == RedoState.COMMITTED) {
            applyRedo();
        }
        if (redoState == RedoState.SUSPECT) {
            redo.invalidate();
            redoState = RedoState.IDLE;
        }
        if (redoState == RedoState.IDLE) {
            redoState = RedoState.GROWING;
            redo.begin();
        }
    }

    /**
     * Makes everything since the last commit durable at once.
     *
     * @throws IOException it is not; the caller must {@link #rollback}
     */
    void commit() throws IOException {
        spill();
        file.force();
        places.checksums().addGroups(committed.pages(), pages);
        for (int group : places.checksums().changedGroups()) {
            redo.append(physicalOfGroup(group), places.checksums().page(group));
        }
        Superblock next = new Superblock(pages, committed.serial() + 1);
        redo.append(0, next.page(store));
        redo.commit();
        redoState = RedoState.COMMITTED;
        committed = next;
        places.committed();
        try {
            applyRedo();
        } catch (IOException later) {
            // Committed all the same: reads go to the redo, and it is applied before it is written again.
            LOG.warn("Redo of {} not applied yet", path, later);
        }
    }

    private void applyRedo() throws IOException {
        PageRuns runs = new PageRuns(file, scratch);
        boolean complete = redo.forEach(runs::add);
        runs.end();
        if (!complete) {
            throw new DamagedException("The redo of store file " + path + " is damaged after it was written.");
        }
        file.force();
        places.applied();
        redoState = RedoState.IDLE;
        redo.trim();
    }

    /** Drops everything since the last commit. */
    void rollback() {
        boolean redoVoid = redoState == RedoState.GROWING;
        cache.clear();
        places.rollback(redoVoid);
        pages = committed.pages();
        if (redoVoid) {
            redoState = RedoState.SUSPECT;
        }
    }

    /** Makes the file whole by itself: its redo is not applied at the next open, to whatever then has the file's name. */
    void dropRedo() throws IOException {
        if (redoState == RedoState.COMMITTED) {
            applyRedo();
        }
        redo.invalidate();
        redoState = RedoState.IDLE;
    }

    @Override
    public void close() throws IOException {
        try {
            redo.close();
        } finally {
            file.close();
        }
    }
}
