package io.sluice.storage.raft;

import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** The only member of a group, in a server of its own. */
final class SoleMember implements AutoCloseable {
    private static final UUID GROUP = UUID.nameUUIDFromBytes(new byte[] {1});

    private final RaftSettings settings;
    private final ReplicaServer server;

    SoleMember(Path folder) throws StorageException {
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

    RaftSettings settings() {
        return settings;
    }

    /** Where Ratis keeps the log. */
    Path log() {
        return settings.folder().resolve(GROUP.toString()).resolve("current");
    }

    /** A journal over the same history each time; not opened. */
    RaftJournal journal() {
        StoreSnapshots.SnapshotSource nobodysNeed = (position, file) -> {
            throw new StorageException("nobody needs a snapshot");
        };
        return new RaftJournal(settings, server, nobodysNeed, new Promises(settings.timing()), Metrics.NONE);
    }

    /** Without a journal; not started. */
    Replica replica(ShardStateMachine machine) {
        return server.replica(settings, machine);
    }

    @Override
    public void close() {
        server.close();
    }
}
