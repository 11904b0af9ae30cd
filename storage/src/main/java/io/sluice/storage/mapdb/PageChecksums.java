package io.sluice.storage.mapdb;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.eclipse.collections.impl.map.mutable.primitive.LongIntHashMap;
import org.eclipse.collections.impl.set.mutable.primitive.IntHashSet;

/** The checksum of every page, and which changed since the last commit. 4 bytes of memory per page. */
final class PageChecksums {
    static final int NEVER_WRITTEN = 0;
    private static final int GROUP_PAGES = 1023;

    private int[] sums = new int[0];
    private final LongIntHashMap before = new LongIntHashMap();
    private final IntHashSet changed = new IntHashSet();

    /** Checksum of a page in a buffer; never {@link #NEVER_WRITTEN}. */
    static int of(ByteBuffer in, int at) {
        CRC32C crc = new CRC32C();
        crc.update(in.duplicate().clear().position(at).limit(at + PageFile.PAGE_BYTES));
        int sum = (int) crc.getValue();
        return sum == NEVER_WRITTEN ? 1 : sum;
    }

    int get(long page) {
        return page < sums.length ? sums[(int) page] : NEVER_WRITTEN;
    }

    void set(long page, int sum) {
        before.getIfAbsentPut(page, sums[(int) page]);
        sums[(int) page] = sum;
        changed.add((int) (page / GROUP_PAGES));
    }

    void growTo(long pages) {
        if (pages > sums.length) {
            sums = Arrays.copyOf(sums, Math.toIntExact(Math.max(pages, sums.length * 3L / 2)));
        }
    }

    /** Groups that begin between two page counts are to be written even where none of their pages was. */
    void addGroups(long fromPages, long toPages) {
        for (long group = (fromPages + GROUP_PAGES - 1) / GROUP_PAGES; group * GROUP_PAGES < toPages; group++) {
            changed.add((int) group);
        }
    }

    int[] changedGroups() {
        return changed.toSortedArray();
    }

    void committed() {
        before.clear();
        changed.clear();
    }

    void rollback() {
        before.forEachKeyValue((page, sum) -> sums[(int) page] = sum);
        committed();
    }

    /** The checksum page of a group. */
    byte[] page(int group) {
        ByteBuffer out = ByteBuffer.allocate(PageFile.PAGE_BYTES);
        for (long page = (long) group * GROUP_PAGES; page < (group + 1L) * GROUP_PAGES; page++) {
            out.putInt(get(page));
        }
        out.putInt(ownSum(out.array()));
        return out.array();
    }

    /** Takes in the checksum page of a group, as far as there are pages. */
    void load(int group, byte[] page, Path path) throws DamagedException {
        ByteBuffer in = ByteBuffer.wrap(page);
        if (in.getInt(GROUP_PAGES * 4) != ownSum(page)) {
            throw new DamagedException(
                    "Store file " + path + " is damaged: checksum page " + group + " does not have its own checksum.");
        }
        int first = Math.multiplyExact(group, GROUP_PAGES);
        for (int i = 0; i < GROUP_PAGES && first + i < sums.length; i++) {
            sums[first + i] = in.getInt();
        }
    }

    private static int ownSum(byte[] page) {
        CRC32C crc = new CRC32C();
        crc.update(page, 0, GROUP_PAGES * 4);
        return (int) crc.getValue();
    }
}
