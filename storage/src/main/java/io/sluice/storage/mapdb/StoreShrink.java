package io.sluice.storage.mapdb;

import io.sluice.storage.Disk;
import java.io.IOException;

/**
 * Gives the room of a drained backlog back: what is in use is written to a new file, which then takes the old one's name.
 *
 * <ol>
 *   <li>{@code store.db.new} gets every page under its old number, and is forced. A crash leaves the old file as it was; the new
 *       one is deleted at the next open.
 *   <li>The redo of the old file, which is applied, is made invalid: it must not be applied to the new one.
 *   <li>The new file is renamed over the old one, and the folder is forced. A crash finds one or the other; both are the same
 *       checkpoint.
 * </ol>
 */
final class StoreShrink {
    /** Beside what is copied, on the disk: for directory, checksums and the journal. */
    static final long SPARE_BYTES = 64L << 20;

    private final StoreFile.Place place;
    private final StoreLimits limits;

    StoreShrink(StoreFile.Place place, StoreLimits limits) {
        this.place = place;
        this.limits = limits;
    }

    /** Removes what an interrupted one left. */
    static void clean(StoreFile.Place place) throws IOException {
        place.disk().delete(place.newFile());
        place.disk().delete(place.newRedo());
    }

    /** Whether less than a quarter of the file is in use. @param mostBytes in use at most */
    boolean isWorthIt(StoreFile from, long mostBytes) throws IOException {
        long fileBytes = from.fileBytes();
        if (fileBytes <= limits.shrinkFileBytes()) {
            return false;
        }
        long usedBytes = from.content().usedBytes();
        return usedBytes < fileBytes / 4
                && usedBytes <= mostBytes
                && place.disk().usableBytes(place.folder()) - usedBytes >= SPARE_BYTES;
    }

    /** Writes the new file. The old one is only read, and checked. */
    void write(StoreFile from) throws IOException {
        Disk disk = place.disk();
        clean(place);
        try (StoreFile to = StoreFile.open(place, place.newFile(), place.newRedo())) {
            to.content().takeAll(from.content());
            to.dropRedo();
        }
        disk.delete(place.newRedo());
    }

    /** Gives the new file the old one's name; nobody has either open. */
    void rename() throws IOException {
        place.disk().rename(place.newFile(), place.file());
        place.disk().forceFolder(place.folder());
    }
}
