package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.RecordVisitor;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log that ends before the store's checkpoint is of no use, and is not in the way. */
@Timeout(60)
final class LogFilesTest {
    private static final UUID GROUP = UUID.nameUUIDFromBytes(new byte[] {1});

    @TempDir
    private Path folder;

    private RaftSettings settings;
    private ReplicaServer server;

    @BeforeEach
    void open() throws StorageException {
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
    void close() {
        server.close();
    }

    /** Opens the journal, appends, and closes it. @return where it is committed */
    private JournalPosition append(JournalPosition checkpoint) throws Exception {
        CompletableFuture<Void> primary = new CompletableFuture<>();
        BlockingQueue<JournalPosition> committed = new LinkedBlockingQueue<>();
        StoreSnapshots.SnapshotSource nobodysNeed = (position, file) -> {
            throw new StorageException("nobody needs a snapshot");
        };
        Journal journal = new RaftJournal(settings, server, nobodysNeed, new Promises(settings.timing()), Metrics.NONE);
        RecordVisitor nobody = (RecordVisitor) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RecordVisitor.class}, (proxy, method, arguments) -> null);
        try {
            journal.open(checkpoint, nobody, new Journal.Listener() {
                @Override
                public void replayed(JournalPosition position) {}

                @Override
                public void committed(int batches, JournalPosition position) {
                    committed.add(position);
                }

                @Override
                public void becamePrimary(long epoch) {
                    primary.complete(null);
                }

                @Override
                public void failed(StorageException cause) {
                    primary.completeExceptionally(cause);
                }

                @Override
                public void checkpointWanted(boolean urgent) {}

                @Override
                public void roomLow(boolean low, String reason) {}
            });
            primary.get(30, TimeUnit.SECONDS);
            List<JournalRecord> batch = List.of(new QueueDeleted(1));
            journal.append(batch);
            return committed.take();
        } finally {
            journal.close();
        }
    }

    private Path openSegment() throws Exception {
        try (var files = Files.list(folder.resolve(GROUP.toString()).resolve("current"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("log_inprogress_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void behindAReceivedSnapshotTheLogGoesOn() throws Exception {
        JournalPosition last = append(JournalPosition.START);
        JournalPosition received = new JournalPosition(last.epoch(), last.index() + 500);
        assertTrue(append(received).index() > received.index());
    }

    @Test
    void anEmptySegmentIsNotInTheWay() throws Exception {
        JournalPosition last = append(JournalPosition.START);
        Path segment = openSegment();
        byte[] head = new byte[8];
        System.arraycopy(Files.readAllBytes(segment), 0, head, 0, head.length);
        Files.write(segment, head, StandardOpenOption.TRUNCATE_EXISTING);
        assertTrue(append(new JournalPosition(last.epoch(), last.index() + 500)).index() > last.index() + 500);
    }

    @Test
    void whatGoesBeyondTheCheckpointStays() throws Exception {
        JournalPosition last = append(JournalPosition.START);
        Path segment = openSegment();
        LogFiles files = new LogFiles(settings);
        files.prepare(last);
        assertTrue(Files.exists(segment), "the checkpoint is its last entry");
        files.prepare(new JournalPosition(last.epoch(), last.index() - 1));
        assertTrue(Files.exists(segment));
        files.prepare(new JournalPosition(last.epoch(), last.index() + 1));
        assertFalse(Files.exists(segment));
    }
}
