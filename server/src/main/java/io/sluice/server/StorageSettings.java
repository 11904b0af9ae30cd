package io.sluice.server;

import io.sluice.server.config.Configuration;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;

/** The section {@code storage} of the configuration, in the storage module's terms. */
final class StorageSettings {
    private StorageSettings() {}

    static StorageConfig of(Configuration configuration) {
        Configuration.Storage storage = configuration.storage();
        return new StorageConfig(
                storage.dataDir().toAbsolutePath().normalize(),
                new JournalLimits(
                        (int) storage.segmentBytes(),
                        storage.journalBudgetBytes(),
                        storage.journalMaxBytes(),
                        storage.minFreeDiskBytes(),
                        JournalLimits.DEFAULT.diskCheckMillis(),
                        storage.slowForceMillis(),
                        storage.stalledForceMillis()),
                new StoreLimits(
                        storage.checkpointBytesPerSecond(),
                        StoreLimits.DEFAULT.stepBytes(),
                        StoreLimits.DEFAULT.shrinkFileBytes(),
                        StoreLimits.DEFAULT.shrinkLiveBytes()));
    }
}
