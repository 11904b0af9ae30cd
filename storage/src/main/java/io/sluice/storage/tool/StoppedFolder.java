package io.sluice.storage.tool;

import io.sluice.broker.port.StorageException;
import io.sluice.storage.DataDirectory;
import io.sluice.storage.Disk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.mapdb.PagedMessageStore;
import io.sluice.storage.mapdb.StoreLimits;
import java.nio.file.Path;
import java.util.UUID;

/** The data folder of a broker that does not run, locked so that none starts meanwhile. */
public final class StoppedFolder implements AutoCloseable {
    private final Disk disk;
    private final DataDirectory directory;

    private StoppedFolder(Disk disk, DataDirectory directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * What one shard has of a folder. While that of shard 0 is open no broker starts.
     *
     * @throws StorageException there is no data folder, it is in use, or it is of a newer format
     */
    public static StoppedFolder open(Disk disk, Path folder, int shard) throws StorageException {
        return new StoppedFolder(disk, DataDirectory.openExisting(disk, folder, shard));
    }

    /** As {@link #open}, and makes a new one, of so many shards, where there is none. */
    public static StoppedFolder openOrCreate(Disk disk, Path folder, ShardNumber shard) throws StorageException {
        return new StoppedFolder(disk, DataDirectory.open(disk, folder, shard, 0));
    }

    Disk disk() {
        return disk;
    }

    DataDirectory directory() {
        return directory;
    }

    /** Which one it is, and of how many. */
    public ShardNumber shard() {
        return directory.shard();
    }

    UUID store() {
        return directory.store();
    }

    /** Its store, not restored yet, and never written anew: a tool changes no more than it was asked to. */
    PagedMessageStore openStore() {
        return openStore(path());
    }

    /** As {@link #openStore()}, of this store's files in another folder. */
    PagedMessageStore openStore(Path place) {
        StoreLimits noRewrite = new StoreLimits(0, StoreLimits.DEFAULT.stepBytes(), Long.MAX_VALUE, 0);
        return new PagedMessageStore(disk, place, store(), noRewrite);
    }

    public Path path() {
        return directory.folder();
    }

    /** Unlocks it. */
    @Override
    public void close() {
        directory.close();
    }
}
