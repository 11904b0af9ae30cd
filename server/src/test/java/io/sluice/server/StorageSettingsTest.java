package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.server.config.ConfigurationFile;
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
        return StorageSettings.of(ConfigurationFile.read(Files.writeString(folder.resolve("sluice.yaml"), file)));
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
}
