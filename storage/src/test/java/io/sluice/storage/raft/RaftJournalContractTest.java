package io.sluice.storage.raft;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.JournalContract;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

/** A group of one member is held to what every journal promises. */
class RaftJournalContractTest extends JournalContract {
    private static final UUID GROUP = UUID.nameUUIDFromBytes(new byte[] {1});

    @TempDir
    private Path folder;

    @Override
    protected Journal journal() {
        RaftMember self = Members.of("n1");
        RaftSettings settings = new RaftSettings(
                GROUP,
                self,
                List.of(self),
                folder,
                new RaftSettings.Timing(50, 100),
                RaftSettings.Limits.DEFAULT,
                RaftSettings.Sync.DISK);
        StoreSnapshots.SnapshotSource nobodysNeed = (position, file) -> {
            throw new StorageException("nobody needs a snapshot");
        };
        return new RaftJournal(settings, nobodysNeed, new Promises(settings.timing()), Metrics.NONE);
    }
}
