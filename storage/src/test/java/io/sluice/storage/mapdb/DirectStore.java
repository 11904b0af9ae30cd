package io.sluice.storage.mapdb;

import io.sluice.broker.port.Metrics;
import io.sluice.storage.Disk;
import java.nio.file.Path;
import java.util.UUID;

/** A store that does its work on the caller's thread. */
public final class DirectStore {
    private DirectStore() {}

    public static PagedMessageStore on(Disk disk, Path folder, UUID store, StoreLimits limits) {
        return on(disk, folder, store, limits, Metrics.NONE);
    }

    static PagedMessageStore on(Disk disk, Path folder, UUID store, StoreLimits limits, Metrics metrics) {
        return new PagedMessageStore(
                disk, folder, store, limits, metrics, new PagedMessageStore.StoreThreads(Runnable::run, Runnable::run));
    }
}
