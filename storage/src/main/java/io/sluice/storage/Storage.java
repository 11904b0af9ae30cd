package io.sluice.storage;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.journal.SegmentJournal;
import io.sluice.storage.mapdb.PagedMessageStore;

/**
 * One data folder with its journal and its store, neither of them read yet: restore the store, then open the journal behind the
 * position it gives.
 *
 * @param directory the locked folder
 */
public record Storage(DataDirectory directory, SegmentJournal journal, PagedMessageStore store)
        implements AutoCloseable {
    private static final int SPARE_SEGMENTS = 2;

    /** @throws StorageException the folder is in use, unusable, too full, or of a newer format */
    public static Storage open(StorageConfig config) throws StorageException {
        return open(new FileDisk(), config);
    }

    /** On a disk of the caller's choice. */
    public static Storage open(Disk disk, StorageConfig config) throws StorageException {
        long spareBytes = (long) SPARE_SEGMENTS * config.journal().segmentBytes();
        DataDirectory directory = DataDirectory.open(disk, config.folder(), spareBytes);
        return new Storage(
                directory,
                new SegmentJournal(disk, directory.journalFolder(), directory.store(), config.journal()),
                new PagedMessageStore(disk, directory.folder(), directory.store(), config.messages()));
    }

    /** Closes the journal, which writes what was appended, then the store, then unlocks the folder. */
    @Override
    public void close() throws StorageException {
        try (directory;
                store) {
            journal.close();
        }
    }
}
