package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.server.config.ConfigurationFile;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageSettingsTest {
    @TempDir
    private Path folder;

    private StorageConfig settings(String file) throws Exception {
        return settings(file, 0);
    }

    private StorageConfig settings(String file, int shard) throws Exception {
        return StorageSettings.of(
                ConfigurationFile.read(Files.writeString(folder.resolve("sluice.yaml"), file)), shard);
    }

    @Test
    void withoutAFileTheyAreTheStorageModulesDefaults() throws Exception {
        assertEquals(JournalLimits.DEFAULT, settings("").journal());
        assertEquals(StoreLimits.DEFAULT, settings("").messages());
    }

    @Test
    void thePaceOfCheckpointsIsTheOneOfTheFile() throws Exception {
        StoreLimits limits =
                settings("storage: {checkpointBytesPerSecond: 5000000}").messages();
        assertEquals(5_000_000, limits.checkpointBytesPerSecond());
        assertEquals(StoreLimits.DEFAULT.stepBytes(), limits.stepBytes());
    }

    @Test
    void shardsShareWhatThereIs() throws Exception {
        StorageConfig third = settings("shards: 4", 2);
        assertEquals(JournalLimits.DEFAULT.budgetBytes() / 4, third.journal().budgetBytes());
        assertEquals(JournalLimits.DEFAULT.maxBytes() / 4, third.journal().maxBytes());
        assertEquals(JournalLimits.DEFAULT.segmentBytes(), third.journal().segmentBytes());
        assertEquals(
                StoreLimits.DEFAULT.checkpointBytesPerSecond() / 4,
                third.messages().checkpointBytesPerSecond());
        assertEquals(new ShardNumber(2, 4), third.shard());
        assertEquals(
                1 << 20,
                settings("{shards: 4, storage: {checkpointBytesPerSecond: 1500000}}", 0)
                        .messages()
                        .checkpointBytesPerSecond());
    }
}
