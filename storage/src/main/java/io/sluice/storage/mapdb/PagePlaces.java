package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.collections.impl.map.mutable.primitive.LongIntHashMap;
import org.eclipse.collections.impl.map.mutable.primitive.LongObjectHashMap;

/**
 * Where the newest bytes of each page of a {@link PageFile} are: in memory, in the redo, or in the file.
 *
 * <p>One thread changes it, always under the lock, and looks without; others look under the lock. The bytes of a page in memory are
 * changed without the lock: who reads them must know that nobody changes those that matter to it.
 */
final class PagePlaces {
    private final ReentrantLock lock = new ReentrantLock();
    private final LongObjectHashMap<byte[]> changed = new LongObjectHashMap<>();
    /** Page to entry of the redo, while the redo is not applied. */
    private final LongIntHashMap inRedo = new LongIntHashMap();

    private final PageChecksums checksums = new PageChecksums();

    ReentrantLock lock() {
        return lock;
    }

    PageChecksums checksums() {
        return checksums;
    }

    int changedCount() {
        return changed.size();
    }

    /** The bytes of a page that is changed and not written yet; null where it is not. */
    byte[] changed(long page) {
        return changed.get(page);
    }

    /** Numbers of the changed pages, ascending. */
    long[] changedPages() {
        long[] pages = changed.keySet().toArray();
        Arrays.sort(pages);
        return pages;
    }

    /** The page's entry of the redo, -1 where it has none. */
    int inRedo(long page) {
        return inRedo.isEmpty() ? -1 : inRedo.getIfAbsent(page, -1);
    }

    /** How many pages from here on, at most {@code most}, are in the file and nowhere else. */
    int inFile(long first, int most) {
        int run = 0;
        while (run < most
                && !changed.containsKey(first + run)
                && inRedo(first + run) < 0
                && checksums.get(first + run) != PageChecksums.NEVER_WRITTEN) {
            run++;
        }
        return run;
    }

    void change(long page, byte[] bytes) {
        lock.lock();
        try {
            changed.put(page, bytes);
        } finally {
            lock.unlock();
        }
    }

    /**
     * All changed pages are written.
     *
     * @param pages all of {@link #changedPages}
     * @param sums their checksums
     * @param entries their entries of the redo, -1 for those in the file
     */
    void written(long[] pages, int[] sums, int[] entries) {
        lock.lock();
        try {
            for (int i = 0; i < pages.length; i++) {
                checksums.set(pages[i], sums[i]);
                if (entries[i] >= 0) {
                    inRedo.put(pages[i], entries[i]);
                }
            }
            changed.clear();
        } finally {
            lock.unlock();
        }
    }

    void committed() {
        lock.lock();
        try {
            checksums.committed();
        } finally {
            lock.unlock();
        }
    }

    /** The redo is in the file. */
    void applied() {
        lock.lock();
        try {
            inRedo.clear();
        } finally {
            lock.unlock();
        }
    }

    /** @param redoVoid what is in the redo belongs to what is dropped */
    void rollback(boolean redoVoid) {
        lock.lock();
        try {
            changed.clear();
            checksums.rollback();
            if (redoVoid) {
                inRedo.clear();
            }
        } finally {
            lock.unlock();
        }
    }

    void growTo(long pages) {
        lock.lock();
        try {
            checksums.growTo(pages);
        } finally {
            lock.unlock();
        }
    }

    void load(int group, byte[] checksumPage, java.nio.file.Path path) throws DamagedException {
        checksums.load(group, checksumPage, path);
    }

    /** Whether the pages in the buffer, from its start on, have the checksums. @return the first that has not, -1 for none */
    static int firstDamaged(ByteBuffer pages, int[] sums, int count) {
        for (int i = 0; i < count; i++) {
            boolean whole = pages.position() >= (i + 1) * PageFile.PAGE_BYTES;
            if (!whole || PageChecksums.of(pages, i * PageFile.PAGE_BYTES) != sums[i]) {
                return i;
            }
        }
        return -1;
    }
}
