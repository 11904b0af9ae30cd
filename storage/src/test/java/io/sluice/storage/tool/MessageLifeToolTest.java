package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Schedule;
import io.sluice.broker.SessionState;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore.Beginning;
import io.sluice.broker.port.MessageStore.Slice;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ModelShard;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools keep last values, times to wait for and what a queue does with its messages, in the store and in the journal. */
class MessageLifeToolTest {
    private static final QueueDefinition VALUES = QueueDefinition.named("values")
            .withLife(MessageLife.PLAIN
                    .withBackoff(Backoff.fixed(50))
                    .withLastValue(new LastValue(9, "k"))
                    .withStamped(true));
    private static final long LATER = 4_000_000_000_000L;

    @TempDir
    Path folder;

    private Path data;
    private Path other;

    private static Enqueued message(long sequence) {
        Message message = new Message(
                ("m" + sequence).getBytes(StandardCharsets.UTF_8), 0, Message.Header.DURABLE, Annotations.EMPTY);
        return new Enqueued(1, sequence, 1_000 + sequence, Message.NONE, 0, message);
    }

    private static LastValues last(String key, long sequence) {
        return new LastValues(1, List.of(new LastValues.Value(key, sequence)));
    }

    private static SessionStateSet state(String session, String state) {
        return new SessionStateSet(1, session, Optional.of(kept(state)));
    }

    private static SessionState kept(String state) {
        return new SessionState(state.getBytes(StandardCharsets.UTF_8), 7);
    }

    /** In the store a, b and c; in the journal a is replaced, b waits, c is parked and d comes. */
    @BeforeEach
    void write() throws Exception {
        data = folder.resolve("data");
        other = folder.resolve("other");
        Commits commits = new Commits();
        try (Storage storage = Storage.open(new StorageConfig(data, GoldenFolder.LIMITS))) {
            storage.journal().open(storage.store().restore(new ModelShard()), new ModelShard(), commits);
            List<Enqueued> stored = List.of(message(1), message(2), message(3));
            QueueDeclared declared = new QueueDeclared(1, VALUES, 1);
            List<JournalRecord> first = new ArrayList<>(List.of(declared));
            first.addAll(stored);
            List<JournalRecord> keys = List.of(
                    last("a", 1), last("b", 2), last("c", 3), state("s", "1"), state("t", "1"), state("u", "1"));
            first.addAll(keys);
            storage.journal().append(first);
            JournalPosition position = commits.next();
            new FixedCheckpoint(
                            new Beginning(position, List.of(new QueueDeclared(1, VALUES, 4)), keys),
                            List.of(new Slice(4, stored)))
                    .write(storage.store());
            storage.journal()
                    .append(List.of(
                            message(4),
                            last("a", 4),
                            new Removed(1, SequenceRanges.of(1), Removed.Reason.SUPERSEDED),
                            new Returned(1, 2, 1, Annotations.EMPTY, LATER),
                            new Returned(1, 3, 0, Annotations.EMPTY, Schedule.NEVER),
                            message(5),
                            last("d", 5),
                            state("s", "2"),
                            new SessionStateSet(1, "t", Optional.empty())));
            commits.next();
        }
    }

    private static StoppedFolder open(Path path) throws StorageException {
        return StoppedFolder.openOrCreate(new FileDisk(), path, ShardNumber.ONLY);
    }

    private static void assertAll(Path path, long offset, long messages) throws Exception {
        try (StoppedFolder opened = open(path);
                FolderReader reader = FolderReader.open(opened)) {
            assertEquals(List.of(), reader.damages());
            assertEquals(messages, reader.messages());
            QueueContent queue = reader.queues().iterator().next();
            assertEquals(VALUES, queue.definition());
            List<LastValues.Value> values = new ArrayList<>(queue.lastValues());
            values.sort(Comparator.comparing(LastValues.Value::key));
            assertEquals(
                    List.of(
                            new LastValues.Value("a", offset + 4),
                            new LastValues.Value("b", offset + 2),
                            new LastValues.Value("c", offset + 3),
                            new LastValues.Value("d", offset + 5)),
                    values);
            assertEquals(Map.of("s", kept("2"), "u", kept("1")), queue.sessionStates());
            List<String> lines = new ArrayList<>();
            reader.messages((in, message) -> {
                if (message.sequence() > offset) {
                    lines.add(message.sequence() - offset + " " + message.deliveryCount() + " "
                            + message.deliverAtMillis());
                }
            });
            lines.sort(null);
            assertEquals(List.of("2 1 " + LATER, "3 0 " + Schedule.NEVER, "4 0 0", "5 0 0"), lines);
        }
    }

    @Test
    void readingSaysWhatABrokerWouldHave() throws Exception {
        assertAll(data, 0, 4);
    }

    @Test
    void exportAndImportKeepIt() throws Exception {
        Path export = folder.resolve("all.export");
        try (StoppedFolder opened = open(data)) {
            MessageExport.run(List.of(opened), new MessageExport.Request(export, name -> true, false, 1), done -> {});
        }
        for (int round = 0; round < 2; round++) {
            try (StoppedFolder opened = open(other)) {
                assertEquals(
                        4,
                        MessageImport.run(opened, new MessageImport.Request(export, name -> true, false), done -> {})
                                .messages());
            }
            // The second time behind what is there: the last of a key is the one that came last.
            assertAll(other, round * 5L, 4 + round * 4L);
        }
    }

    @Test
    void compactionKeepsIt() throws Exception {
        try (StoppedFolder opened = open(data)) {
            FolderRepair.compact(opened);
        }
        assertAll(data, 0, 4);
    }

    private static final class Commits implements Journal.Listener {
        private final BlockingQueue<JournalPosition> committed = new LinkedBlockingQueue<>();

        JournalPosition next() throws InterruptedException {
            JournalPosition position = committed.poll(1, TimeUnit.MINUTES);
            assertNotNull(position, "not committed within a minute");
            return position;
        }

        @Override
        public void committed(int batches, JournalPosition position) {
            committed.add(position);
        }

        @Override
        public void failed(StorageException cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public void checkpointWanted(boolean urgent) {}

        @Override
        public void roomLow(boolean low, String reason) {}
    }
}
