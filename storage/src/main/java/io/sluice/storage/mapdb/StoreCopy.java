package io.sluice.storage.mapdb;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.mapdb.DBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what is in use of a store to a file of its own: whole, without a redo, and durable under its name. The store's thread. */
final class StoreCopy {
    private static final Logger LOG = LoggerFactory.getLogger(StoreCopy.class);

    private StoreCopy() {}

    /**
     * @param from null where the store cannot be used
     * @throws StorageException the store stands at another position, or the copy cannot be written; nothing is left of it then
     */
    static void write(StoreFile.Place place, StoreFile from, JournalPosition position, Path target, UUID identity)
            throws StorageException {
        if (from == null || !from.content().position().equals(position)) {
            throw new StorageException(
                    "The store in " + place.folder() + " has no checkpoint at " + position + " any more.");
        }
        Disk disk = place.disk();
        Path unfinished = target.resolveSibling(target.getFileName() + ".new");
        Path redo = target.resolveSibling(target.getFileName() + ".redo");
        StoreFile.Place copy =
                new StoreFile.Place(disk, target.toAbsolutePath().getParent(), identity, place.writing());
        try {
            checkRoom(disk, copy.folder(), from.content().usedBytes());
            disk.delete(unfinished);
            disk.delete(redo);
            try (StoreFile to = StoreFile.open(copy, unfinished, redo)) {
                to.content().takeAll(from.content());
                to.dropRedo();
            }
            disk.delete(redo);
            disk.rename(unfinished, target);
            disk.forceFolder(copy.folder());
        } catch (IOException | DBException | AssertionError e) {
            drop(disk, unfinished, redo);
            throw new StorageException(
                    "A copy of the store in " + place.folder() + " cannot be written to " + target + ": "
                            + PagedMessageStore.sentence(e),
                    e);
        }
    }

    private static void drop(Disk disk, Path... unfinished) {
        for (Path file : unfinished) {
            try {
                disk.delete(file);
            } catch (IOException e) {
                LOG.debug("{} stays until the next copy is written, or the start", file, e);
            }
        }
    }

    /** Who needs the copy can wait; what this node is sent cannot be refused for it. */
    private static void checkRoom(Disk disk, Path folder, long usedBytes) throws IOException {
        long usable = disk.usableBytes(folder);
        if (usable - usedBytes < StoreShrink.SPARE_BYTES) {
            throw new IOException("it has about " + usedBytes + " bytes, the disk has " + usable + " left, and "
                    + StoreShrink.SPARE_BYTES + " of them are kept free");
        }
    }
}
