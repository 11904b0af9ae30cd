package io.sluice.storage;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.journal.SegmentJournal;
import io.sluice.storage.large.LargeBodyStore;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.util.SplittableRandom;

/**
 * One data folder, or what a shard has of one, with its journal, its store and its large bodies, none of them read yet: restore the store, then open the journal
 * behind the position it gives, then say which large bodies are referred to.
 *
 * @param directory the locked folder
 */
public record Storage(
        DataDirectory directory, SegmentJournal journal, PagedMessageStore store, LargeBodyStore largeBodies)
        implements AutoCloseable {
    private static final int SPARE_SEGMENTS = 2;

    /** As {@link #open(StorageConfig, Metrics)}, and nobody looks at its figures. */
    public static Storage open(StorageConfig config) throws StorageException {
        return open(config, Metrics.NONE);
    }

    /** @throws StorageException the folder is in use, unusable, too full, or of a newer format */
    public static Storage open(StorageConfig config, Metrics metrics) throws StorageException {
        return open(new FileDisk(), config, metrics);
    }

    /** On a disk of the caller's choice. */
    public static Storage open(Disk disk, StorageConfig config, Metrics metrics) throws StorageException {
        long spareBytes = (long) SPARE_SEGMENTS * config.journal().segmentBytes();
        DataDirectory directory = DataDirectory.open(disk, config.folder(), config.shard(), spareBytes);
        boolean opened = false;
        try {
            // Last: it has threads already.
            Storage storage = new Storage(
                    directory,
                    new SegmentJournal(disk, directory.journalFolder(), directory.store(), config.journal(), metrics),
                    new PagedMessageStore(disk, directory.folder(), directory.store(), config.messages(), metrics),
                    LargeBodyStore.open(
                            disk,
                            directory.largeFolder(),
                            directory.store(),
                            config.journal().minFreeDiskBytes(),
                            new SplittableRandom()));
            storage.largeBodies.showIn(metrics);
            opened = true;
            return storage;
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    /** Ends large bodies under way, closes the journal, which writes what was appended, then the store, then unlocks the folder. */
    @Override
    public void close() throws StorageException {
        try (directory;
                store) {
            largeBodies.close();
            journal.close();
        }
    }
}
