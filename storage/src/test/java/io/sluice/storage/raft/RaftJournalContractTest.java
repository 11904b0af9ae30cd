package io.sluice.storage.raft;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.JournalContract;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A group of one member is held to what every journal promises. */
class RaftJournalContractTest extends JournalContract {
    private static final UUID GROUP = UUID.nameUUIDFromBytes(new byte[] {1});

    @TempDir
    private Path folder;

    private RaftSettings settings;
    private ReplicaServer server;

    @BeforeEach
    void openServer() throws StorageException {
        RaftMember self = Members.of("n1");
        settings = new RaftSettings(
                GROUP,
                self,
                List.of(self),
                folder,
                new RaftSettings.Timing(50, 100),
                RaftSettings.Limits.DEFAULT,
                RaftSettings.Sync.DISK);
        server = ReplicaServer.open(settings, List.of(folder));
    }

    @AfterEach
    @Override
    protected void closeJournal() throws StorageException {
        super.closeJournal();
        server.close();
    }

    @Override
    protected Journal journal() {
        StoreSnapshots.SnapshotSource nobodysNeed = (position, file) -> {
            throw new StorageException("nobody needs a snapshot");
        };
        return new RaftJournal(settings, server, nobodysNeed, new Promises(settings.timing()), Metrics.NONE);
    }
}
