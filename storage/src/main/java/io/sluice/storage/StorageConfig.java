package io.sluice.storage;

import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where and how much to store.
 *
 * @param folder the data folder of the broker; created where there is none
 * @param journal limits of the journal
 * @param messages limits of the message store
 * @param shard whose part of the folder it is
 */
public record StorageConfig(Path folder, JournalLimits journal, StoreLimits messages, ShardNumber shard) {
    public StorageConfig {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(journal, "journal");
        Objects.requireNonNull(messages, "messages");
        Objects.requireNonNull(shard, "shard");
    }

    /** Of a broker with one shard. */
    public StorageConfig(Path folder, JournalLimits journal, StoreLimits messages) {
        this(folder, journal, messages, ShardNumber.ONLY);
    }

    /** With the default limits of the message store. */
    public StorageConfig(Path folder, JournalLimits journal) {
        this(folder, journal, StoreLimits.DEFAULT);
    }

    /** The defaults, in this folder. */
    public static StorageConfig in(Path folder) {
        return new StorageConfig(folder, JournalLimits.DEFAULT);
    }
}
