package io.sluice.storage.raft;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.DataDirectory;
import io.sluice.storage.Disk;
import io.sluice.storage.Storage;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/**
 * Makes the data folder of a broker on its own that of the first member of a group. What is in it at the end:
 *
 * <ol>
 *   <li>In {@code raft.new}, a replica is begun as a group of one, so that its log says who is in the group, whatever a configuration says.
 *   <li>The store's last checkpoint is copied into that under the group's identity, as a snapshot that was received.
 *   <li>{@code raft.new} becomes {@code raft}. Before it, the folder is as it was; from then on it is the member's.
 *   <li>Journal and store of the broker on its own are removed, and the identity in {@code format} is changed.
 *   <li>The copy becomes the store.
 * </ol>
 *
 * What is cut off before the third step is begun anew by the next attempt; what is cut off behind it, the next open of the folder by the
 * member finishes.
 */
public final class FirstMember {
    private static final int BEGIN_SECONDS = 30;

    private final Disk disk;
    private final RaftSettings settings;

    /**
     * @param settings whose folder is {@code raft} in the data folder; its address must be free
     */
    public FirstMember(Disk disk, RaftSettings settings) {
        this.disk = disk;
        this.settings = settings;
    }

    /**
     * Does it, and closes the storage, whatever comes of it.
     *
     * @param checkpoint the store's last one, behind which the journal has nothing
     * @throws StorageException there are large bodies, which a cluster does not keep apart; or a disk or the address fails
     */
    public void make(Storage storage, JournalPosition checkpoint) throws StorageException {
        DataDirectory directory = storage.directory();
        boolean locked = true;
        try {
            Path begun = directory.folder().resolve("raft.new");
            build(storage, checkpoint, begun);
            disk.rename(begun, directory.raftFolder());
            disk.forceFolder(directory.folder());
            locked = false;
            try (DataDirectory members = directory.becomeMembers(disk, settings.group())) {
                StoreSnapshots.adopt(
                        replica(members.raftFolder()),
                        members.folder().resolve("store.db"),
                        members.folder().resolve("store.redo"));
                Files.deleteIfExists(members.journalFolder());
                Files.deleteIfExists(members.largeFolder());
            }
        } catch (IOException e) {
            throw failed(directory, e);
        } finally {
            if (locked) {
                directory.close();
            }
        }
    }

    /** Whether it can be done, as far as that is known before. @throws StorageException as {@link #make} */
    public void check(DataDirectory directory) throws StorageException {
        try {
            int bodies = disk.list(directory.largeFolder()).size();
            if (bodies > 0) {
                throw new StorageException("Data folder " + directory.folder() + " has " + bodies
                        + " bodies of large messages in files of their own, which a cluster does not have: start the"
                        + " broker on its own and drain them first. Nothing was changed.");
            }
        } catch (IOException e) {
            throw failed(directory, e);
        }
    }

    private static StorageException failed(DataDirectory directory, IOException e) {
        return new StorageException(
                "Data folder " + directory.folder() + " cannot be made that of a cluster: " + Causes.sentence(e), e);
    }

    private Path replica(Path raft) {
        return raft.resolve(settings.group().toString());
    }

    private void build(Storage storage, JournalPosition checkpoint, Path begun) throws StorageException, IOException {
        try (PagedMessageStore store = storage.store()) {
            try {
                check(storage.directory());
                delete(begun);
                disk.createFolder(begun);
                begin(checkpoint, begun);
                if (!checkpoint.equals(JournalPosition.START)) {
                    Path copy = StoreSnapshots.adoptable(replica(begun), checkpoint);
                    disk.createFolder(copy.getParent());
                    store.copy(checkpoint, copy, settings.group());
                    StoreSnapshots.marked(copy);
                }
                force(begun);
            } finally {
                storage.largeBodies().close();
                storage.journal().close();
            }
        }
    }

    /** Elects this member, which writes who is in the group. */
    private void begin(JournalPosition checkpoint, Path begun) throws StorageException {
        RaftSettings alone = new RaftSettings(
                settings.group(),
                settings.self(),
                List.of(settings.self()),
                begun,
                settings.timing(),
                settings.limits(),
                RaftSettings.Sync.DISK);
        new LogFiles(alone).prepare(checkpoint);
        StoreSnapshots snapshots = new StoreSnapshots(
                (position, file) -> {
                    throw new StorageException("there is nobody who needs a snapshot");
                },
                checkpoint);
        Election election = new Election();
        try (ReplicaServer server = ReplicaServer.open(alone, List.of(begun))) {
            Replica replica = server.replica(alone, new ShardStateMachine(snapshots, election));
            try {
                replica.start(alone);
                election.await();
            } finally {
                replica.close();
            }
        }
    }

    /** Hears when this member is the primary. */
    private static final class Election implements ReplicaListener {
        private final CompletableFuture<Void> end = new CompletableFuture<>();

        void await() throws StorageException {
            try {
                end.get(BEGIN_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw new StorageException(
                        "The replicated journal cannot be begun: " + Causes.sentence(e.getCause()), e.getCause());
            } catch (TimeoutException e) {
                throw new StorageException("The replicated journal was not begun in " + BEGIN_SECONDS + " s.", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StorageException("Interrupted while the replicated journal was begun.", e);
            }
        }

        @Override
        public void primary(long term) {
            end.complete(null);
        }

        @Override
        public void applied(LogEntryProto entry) {
            fails("a log that was just begun has an entry");
        }

        @Override
        public void following(String primaryId) {
            fails(primaryId + " is in a group of one");
        }

        @Override
        public void notPrimary() {}

        @Override
        public void replaced() {
            fails("somebody sent a snapshot");
        }

        @Override
        public void removed() {
            fails("somebody removed the group");
        }

        @Override
        public void misfit(Throwable cause) {
            fails("somebody sent entries");
        }

        @Override
        public void logFailed(Throwable cause) {
            end.completeExceptionally(cause);
        }

        private void fails(String why) {
            end.completeExceptionally(new IllegalStateException(why));
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** All of it on the disk, before it counts. */
    private void force(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (Files.isDirectory(file)) {
                    disk.forceFolder(file);
                } else {
                    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
            }
        }
    }
}
