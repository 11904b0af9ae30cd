package io.sluice.storage;

import io.sluice.storage.journal.JournalLimits;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where and how much to store.
 *
 * @param folder the data folder; created where there is none
 * @param journal limits of the journal
 */
public record StorageConfig(Path folder, JournalLimits journal) {
    public StorageConfig {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(journal, "journal");
    }

    /** The defaults, in this folder. */
    public static StorageConfig in(Path folder) {
        return new StorageConfig(folder, JournalLimits.DEFAULT);
    }
}
