package io.sluice.storage.mapdb;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.eclipse.collections.impl.map.mutable.primitive.LongObjectHashMap;

/**
 * What is to be left out of the next checkpoint: a bit per message, by page. Its memory goes with the number of pages, however many
 * messages go. One thread.
 */
final class ForgottenMessages {
    /** In place of the bits: all messages of the page. */
    private static final long[] ALL = {};

    private LongObjectHashMap<long[]> pages = new LongObjectHashMap<>();
    /** The page of the last message, which most likely is that of the next. */
    private long lastPage;

    private long[] lastBits = ALL;

    /** @param bits of the messages, lowest first; null for all of it */
    record Page(long number, long[] bits) {}

    void add(long page, int index) {
        long[] bits = page == lastPage ? lastBits : pages.get(page);
        if (bits == ALL) {
            return;
        }
        int word = index / 64;
        if (bits == null || word >= bits.length) {
            bits = grown(bits, word);
            pages.put(page, bits);
        }
        bits[word] |= 1L << index;
        lastPage = page;
        lastBits = bits;
    }

    private static long[] grown(long[] bits, int word) {
        long[] more = new long[word + 1];
        if (bits != null) {
            System.arraycopy(bits, 0, more, 0, bits.length);
        }
        return more;
    }

    void addPage(long page) {
        pages.put(page, ALL);
        lastPage = page;
        lastBits = ALL;
    }

    void addAll(ForgottenMessages others) {
        others.pages.forEachKeyValue((page, bits) -> {
            long[] mine = pages.get(page);
            if (bits == ALL || mine == ALL) {
                pages.put(page, ALL);
                return;
            }
            long[] joined = grown(mine, Math.max(bits.length, mine == null ? 0 : mine.length) - 1);
            for (int i = 0; i < bits.length; i++) {
                joined[i] |= bits[i];
            }
            pages.put(page, joined);
        });
        lastPage = 0;
        lastBits = ALL;
    }

    /** Everything so far, which is not here any more. */
    ForgottenMessages takeAll() {
        ForgottenMessages taken = new ForgottenMessages();
        taken.pages = pages;
        pages = new LongObjectHashMap<>();
        lastPage = 0;
        lastBits = ALL;
        return taken;
    }

    /** Every page once, ascending by the place where it lies. */
    List<Page> pages() {
        List<Page> all = new ArrayList<>(pages.size());
        pages.forEachKeyValue((page, bits) -> all.add(new Page(page, bits == ALL ? null : bits)));
        all.sort(Comparator.comparingInt(page -> Slot.numberOf(page.number)));
        return all;
    }
}
