package io.sluice.storage.mapdb;

import java.util.Arrays;

/** A few unchanged pages, by page number modulo the size of the cache. */
final class PageCache {
    private static final int SIZE = 1024;

    private final long[] numbers = new long[SIZE];
    private final byte[][] pages = new byte[SIZE][];

    byte[] get(long page) {
        int at = (int) (page % SIZE);
        return numbers[at] == page ? pages[at] : null;
    }

    void put(long page, byte[] bytes) {
        int at = (int) (page % SIZE);
        numbers[at] = page;
        pages[at] = bytes;
    }

    void remove(long page) {
        int at = (int) (page % SIZE);
        if (numbers[at] == page) {
            pages[at] = null;
        }
    }

    void clear() {
        Arrays.fill(pages, null);
    }
}
