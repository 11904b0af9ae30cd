package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.QueueDeleted;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.storage.JournalContract.Commits;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A log that ends before the store's checkpoint is of no use, and is not in the way. */
@Timeout(60)
final class LogFilesTest {
    @TempDir
    private Path folder;

    private SoleMember member;

    @BeforeEach
    void open() throws StorageException {
        member = new SoleMember(folder);
    }

    @AfterEach
    void close() {
        member.close();
    }

    /** Opens the journal, appends, and closes it. @return where it is committed */
    private JournalPosition append(JournalPosition checkpoint) throws Exception {
        RecordVisitor nobody = (RecordVisitor) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {RecordVisitor.class}, (proxy, method, arguments) -> null);
        Commits commits = new Commits();
        Journal journal = member.journal();
        try {
            journal.open(checkpoint, nobody, commits);
            commits.awaitPrimary();
            journal.append(List.of(new QueueDeleted(1)));
            return commits.await(1);
        } finally {
            journal.close();
        }
    }

    private Path openSegment() throws Exception {
        try (var files = Files.list(member.log())) {
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
        LogFiles files = new LogFiles(member.settings());
        files.prepare(last);
        assertTrue(Files.exists(segment), "the checkpoint is its last entry");
        files.prepare(new JournalPosition(last.epoch(), last.index() - 1));
        assertTrue(Files.exists(segment));
        files.prepare(new JournalPosition(last.epoch(), last.index() + 1));
        assertFalse(Files.exists(segment));
    }
}
