package io.sluice.broker.shard;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.List;

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
    public void hurry(boolean urgent) {}

    @Override
    public void forget(long page, int index) {}

    @Override
    public void forgetPage(long page) {}

    @Override
    public void read(long page, PageListener listener) {
        listener.failed(noPages());
    }

    @Override
    public List<Enqueued> readNow(long page) throws StorageException {
        throw noPages();
    }

    private static StorageException noPages() {
        return new StorageException("this broker keeps nothing: there is no store that has pages");
    }

    @Override
    public void close() {}
}
