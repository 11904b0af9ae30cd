package io.sluice.storage.mapdb;

import io.sluice.broker.Invariant;
import io.sluice.storage.Disk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.eclipse.collections.impl.map.mutable.primitive.LongIntHashMap;
import org.eclipse.collections.impl.map.mutable.primitive.LongObjectHashMap;

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
 * applied already. Changed pages beyond a bound in memory are written early, along (1) and (2) without the force.
 *
 * <p>One thread at a time.
 */
final class PageFile implements Closeable {
    static final int PAGE_BYTES = 4096;
    private static final int GROUP_PAGES = 1023;
    /** Changed pages held in memory: 32 MiB. */
    private static final int MAX_DIRTY_PAGES = 8192;

    private final Path path;
    private final UUID store;
    private final Disk.OpenFile file;
    private final RedoFile redo;
    private final PageCache cache = new PageCache();
    private final PageChecksums checksums = new PageChecksums();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(256 * PAGE_BYTES);

    private final LongObjectHashMap<byte[]> dirty = new LongObjectHashMap<>();
    /** Physical page to entry of the redo, while the redo is not applied. */
    private final LongIntHashMap inRedo = new LongIntHashMap();

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

    /** Opens both files, finishes an interrupted commit and loads the checksums. */
    PageFile(Disk disk, Path path, Path redoPath, UUID store) throws IOException {
        this.path = path;
        this.store = store;
        this.file = disk.open(path);
        this.redo = new RedoFile(disk, redoPath);
        boolean opened = false;
        try {
            load();
            opened = true;
        } finally {
            if (!opened) {
                close();
            }
        }
    }

    private void load() throws IOException {
        if (redo.isComplete()) {
            redo.force(); // of a killed process: it may be in the operating system's memory only
            redoState = RedoState.COMMITTED;
            applyRedo();
        }
        committed = Superblock.read(readPhysical(0), path, store);
        pages = committed.pages();
        for (int group = 0; group * (long) GROUP_PAGES < pages; group++) {
            checksums.load(group, readPhysical(physicalOfGroup(group)), path);
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

    void growTo(long newPages) {
        pages = Math.max(pages, newPages);
        checksums.growTo(pages);
    }

    private static long physicalOfGroup(long group) {
        return 1 + group * (GROUP_PAGES + 1);
    }

    private static long physical(long page) {
        return physicalOfGroup(page / GROUP_PAGES) + 1 + page % GROUP_PAGES;
    }

    /** The page's bytes, to be read only and only until the next call. */
    byte[] page(long page) throws IOException {
        byte[] found = dirty.get(page);
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
        byte[] found = dirty.get(page);
        if (found != null) {
            return found;
        }
        if (dirty.size() >= MAX_DIRTY_PAGES) {
            spill();
        }
        byte[] copy = page(page).clone();
        cache.remove(page);
        dirty.put(page, copy);
        return copy;
    }

    private byte[] load(long page) throws IOException {
        Invariant.check(page < pages, "page " + page + " of " + pages);
        byte[] bytes = new byte[PAGE_BYTES];
        int entry = inRedo.getIfAbsent(physical(page), -1);
        if (entry >= 0) {
            redo.read(entry, bytes);
        } else if (checksums.get(page) != PageChecksums.NEVER_WRITTEN) {
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
            int run = runOnDisk(page, (inPage + length - done + PAGE_BYTES - 1) / PAGE_BYTES);
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

    private int runOnDisk(long first, int most) {
        int limit = (int) Math.min(Math.min(most, scratch.capacity() / PAGE_BYTES), GROUP_PAGES - first % GROUP_PAGES);
        int run = 0;
        while (run < limit
                && !dirty.containsKey(first + run)
                && (inRedo.isEmpty() || !inRedo.containsKey(physical(first + run)))
                && checksums.get(first + run) != PageChecksums.NEVER_WRITTEN) {
            run++;
        }
        return run;
    }

    private void readRun(long first, int count) throws IOException {
        scratch.clear().limit(count * PAGE_BYTES);
        file.read(scratch, physical(first) * PAGE_BYTES);
        for (int i = 0; i < count; i++) {
            boolean whole = scratch.position() >= (i + 1) * PAGE_BYTES;
            if (!whole || PageChecksums.of(scratch, i * PAGE_BYTES) != checksums.get(first + i)) {
                throw new DamagedException("Store file " + path + " is damaged: the page at offset "
                        + physical(first + i) * PAGE_BYTES + " does not have its checksum.");
            }
        }
    }

    private byte[] readPhysical(long physicalPage) throws IOException {
        byte[] bytes = new byte[PAGE_BYTES];
        file.read(ByteBuffer.wrap(bytes), physicalPage * PAGE_BYTES);
        return bytes;
    }

    /** Writes the changed pages where the committed state does not see them, and forgets them here. */
    private void spill() throws IOException {
        prepareRedo();
        long[] changed = dirty.keySet().toArray();
        Arrays.sort(changed);
        scratch.clear();
        long runStart = -1;
        for (long page : changed) {
            byte[] bytes = dirty.get(page);
            checksums.set(page, PageChecksums.of(ByteBuffer.wrap(bytes), 0));
            if (page < committed.pages()) {
                inRedo.put(physical(page), redo.append(physical(page), bytes));
                continue;
            }
            boolean follows = runStart >= 0
                    && scratch.hasRemaining()
                    && physical(page) == runStart + scratch.position() / PAGE_BYTES;
            if (!follows) {
                writeRun(runStart);
                runStart = physical(page);
            }
            scratch.put(bytes);
        }
        writeRun(runStart);
        dirty.clear();
    }

    private void writeRun(long firstPhysical) throws IOException {
        if (firstPhysical >= 0) {
            file.write(scratch.flip(), firstPhysical * PAGE_BYTES);
        }
        scratch.clear();
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
        checksums.addGroups(committed.pages(), pages);
        for (int group : checksums.changedGroups()) {
            redo.append(physicalOfGroup(group), checksums.page(group));
        }
        Superblock next = new Superblock(pages, committed.serial() + 1);
        redo.append(0, next.page(store));
        redo.commit();
        redoState = RedoState.COMMITTED;
        committed = next;
        checksums.committed();
        try {
            applyRedo();
        } catch (DamagedException damaged) {
            throw damaged;
        } catch (IOException later) {
            // Committed all the same: reads go to the redo, and it is applied before it is written again.
            org.slf4j.LoggerFactory.getLogger(PageFile.class).warn("Redo of {} not applied yet", path, later);
        }
    }

    private void applyRedo() throws IOException {
        boolean complete = redo.forEach((physicalPage, bytes) -> file.write(bytes, physicalPage * PAGE_BYTES));
        if (!complete) {
            throw new DamagedException("The redo of store file " + path + " is damaged after it was written.");
        }
        file.force();
        inRedo.clear();
        redoState = RedoState.IDLE;
        redo.trim();
    }

    /** Drops everything since the last commit. */
    void rollback() {
        dirty.clear();
        cache.clear();
        checksums.rollback();
        pages = committed.pages();
        if (redoState == RedoState.GROWING) {
            inRedo.clear();
            redoState = RedoState.SUSPECT;
        }
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
