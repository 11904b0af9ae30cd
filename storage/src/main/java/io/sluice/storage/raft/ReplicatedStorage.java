package io.sluice.storage.raft;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.DataDirectory;
import io.sluice.storage.Disk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.mapdb.PagedMessageStore;
import io.sluice.storage.mapdb.StoreLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * One data folder of a node in a cluster: its store, and its replica of the shard's journal. Bodies of large messages are in the journal with
 * everything else, so that every node has them.
 *
 * <pre>
 * raft/&lt;group&gt;/   log, term and members of the shard's group; see {@link LogFiles}. Of all shards' groups, where there are several
 * store.db, store.redo
 * shards/1 ...     store of shard 1, where there are several
 * </pre>
 *
 * @param directory the locked folder
 */
public record ReplicatedStorage(DataDirectory directory, RaftJournal journal, PagedMessageStore store)
        implements AutoCloseable {
    private static final long NEEDED_BYTES = 64L << 20;

    /**
     * Opens the folder of a shard; a snapshot that was received before takes the store's place first.
     *
     * @param folder of the node
     * @param shard that of shard 0 is opened first: it makes the folders of all
     * @param groups of every shard, by its number
     * @param settings whose folder is {@code raft} in the folder of the node
     * @param server that has the members of all shards of this node
     * @param promises of this shard, the same from its first opening by this process on
     * @throws StorageException the folder is in use, unusable, of a newer format, or of a broker on its own
     */
    public static ReplicatedStorage open(
            Disk disk,
            Path folder,
            ShardNumber shard,
            IntFunction<UUID> groups,
            RaftSettings settings,
            ReplicaServer server,
            StoreLimits limits,
            Metrics metrics,
            Promises promises)
            throws StorageException {
        DataDirectory directory = DataDirectory.openMember(disk, folder, shard, groups, NEEDED_BYTES);
        Path itsFolder = directory.folder();
        boolean opened = false;
        try {
            StoreSnapshots.adopt(
                    settings.folder().resolve(settings.group().toString()),
                    itsFolder.resolve("store.db"),
                    itsFolder.resolve("store.redo"));
            PagedMessageStore store = new PagedMessageStore(disk, itsFolder, directory.store(), limits, metrics);
            RaftJournal journal = new RaftJournal(
                    settings,
                    server,
                    (position, file) -> store.copy(position, file, settings.group()),
                    promises,
                    metrics);
            opened = true;
            return new ReplicatedStorage(directory, journal, store);
        } catch (IOException e) {
            throw new StorageException("Data folder " + itsFolder + " cannot be used: " + Causes.sentence(e), e);
        } finally {
            if (!opened) {
                directory.close();
            }
        }
    }

    /** Closes the journal, which commits what was appended where it can, then the store, then unlocks the folder. */
    @Override
    public void close() throws StorageException {
        try (directory;
                store) {
            journal.close();
        }
    }
}
