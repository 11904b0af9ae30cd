package io.sluice.storage.mapdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads a {@link PageFile} beside the thread that changes it. The bytes asked for must be such that nobody changes them meanwhile;
 * bytes around them, in the same page, may be changed, and the page may move between memory, redo and file.
 *
 * <p>First without holding anybody up: the place and the checksum are looked up, then the bytes are read. Where they do not have
 * the checksum, the page may have moved in between; the second time its place is held fast, and then it is damage.
 *
 * <p>One thread; its own buffer.
 */
final class PageFileReader {
    private static final int PAGE_BYTES = PageFile.PAGE_BYTES;
    /** The largest record and the two pages it begins and ends in. */
    private static final int RUN_PAGES = StoreRecords.MAX_BYTES / PAGE_BYTES + 2;

    private final PageFile file;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(RUN_PAGES * PAGE_BYTES);
    private final byte[] page = new byte[PAGE_BYTES];
    private final int[] sums = new int[RUN_PAGES];

    PageFileReader(PageFile file) {
        this.file = file;
    }

    void read(long offset, byte[] into, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int bytes = readSome(offset + done, into, done, length - done, false);
            done += bytes > 0 ? bytes : readSome(offset + done, into, done, length - done, true);
        }
    }

    /** @return bytes read, 0: not what it should be (only where its place is not held) */
    private int readSome(long offset, byte[] into, int at, int length, boolean hold) throws IOException {
        long first = offset / PAGE_BYTES;
        int inPage = (int) (offset % PAGE_BYTES);
        PagePlaces places = file.places();
        ReentrantLock lock = places.lock();
        int run;
        int entry;
        lock.lock();
        try {
            byte[] changed = places.changed(first);
            if (changed != null) {
                int bytes = Math.min(PAGE_BYTES - inPage, length);
                System.arraycopy(changed, inPage, into, at, bytes);
                return bytes;
            }
            entry = places.inRedo(first);
            run = places.inFile(first, PageFile.longestRun(first, inPage + length, buffer));
            for (int i = 0; i < Math.max(run, 1); i++) {
                sums[i] = places.checksums().get(first + i);
            }
            if (hold) {
                int bytes = readFrom(first, entry, run, inPage, into, at, length);
                if (bytes == 0) {
                    throw file.damaged(first + Math.max(0, PagePlaces.firstDamaged(buffer, sums, run)));
                }
                return bytes;
            }
        } finally {
            lock.unlock();
        }
        return readFrom(first, entry, run, inPage, into, at, length);
    }

    private int readFrom(long first, int entry, int run, int inPage, byte[] into, int at, int length)
            throws IOException {
        int bytes = Math.min(Math.max(run, 1) * PAGE_BYTES - inPage, length);
        if (entry >= 0) {
            if (!file.readFromRedo(entry, page) || PageChecksums.of(ByteBuffer.wrap(page), 0) != sums[0]) {
                return 0;
            }
            System.arraycopy(page, inPage, into, at, bytes);
        } else if (run == 0) {
            java.util.Arrays.fill(into, at, at + bytes, (byte) 0); // never written
        } else {
            file.readFromFile(first, run, buffer);
            if (PagePlaces.firstDamaged(buffer, sums, run) >= 0) {
                return 0;
            }
            buffer.get(inPage, into, at, bytes);
        }
        return bytes;
    }
}
