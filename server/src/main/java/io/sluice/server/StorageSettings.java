package io.sluice.server;

import io.sluice.server.config.Configuration;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;

/** The section {@code storage} of the configuration, in the storage module's terms. */
final class StorageSettings {
    /** Of one shard: less would never be done. */
    private static final long MIN_PACE_BYTES_PER_SECOND = 1 << 20;

    private StorageSettings() {}

    /** Of one shard: what the section allows is for all of them together, and for those of virtual hosts. @param shard its number, from 0 */
    static StorageConfig of(Configuration configuration, int shard) {
        Configuration.Storage storage = configuration.storage();
        int parts = configuration.virtualHosts().parts();
        return new StorageConfig(
                storage.dataDir().toAbsolutePath().normalize(),
                new JournalLimits(
                        (int) storage.segmentBytes(),
                        storage.journalBudgetBytes() / parts,
                        storage.journalMaxBytes() / parts,
                        storage.minFreeDiskBytes(),
                        JournalLimits.DEFAULT.diskCheckMillis(),
                        storage.slowForceMillis(),
                        storage.stalledForceMillis()),
                new StoreLimits(
                        pace(storage.checkpointBytesPerSecond(), parts),
                        StoreLimits.DEFAULT.stepBytes(),
                        StoreLimits.DEFAULT.shrinkFileBytes(),
                        StoreLimits.DEFAULT.shrinkLiveBytes()),
                new ShardNumber(shard, configuration.shards()));
    }

    /** No limit stays none, and one stays one. */
    private static long pace(long bytesPerSecond, int parts) {
        return bytesPerSecond == 0 ? 0 : Math.max(MIN_PACE_BYTES_PER_SECOND, bytesPerSecond / parts);
    }
}
