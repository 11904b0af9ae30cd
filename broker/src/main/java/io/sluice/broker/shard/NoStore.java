package io.sluice.broker.shard;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;

/** No store at all, for a shard whose journal is in memory. */
public final class NoStore implements MessageStore {
    @Override
    public JournalPosition restore(Restored restored) {
        return JournalPosition.START;
    }

    @Override
    public void checkpoint(CheckpointSource source, CheckpointListener listener) {
        listener.failed(new StorageException("this broker keeps nothing: there is no store to write a checkpoint to"));
    }

    @Override
    public void forget(long token) {}

    @Override
    public void close() {}
}
