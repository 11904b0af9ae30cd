package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.mapdb.StoreLimits;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The data folder of a broker on its own goes on as that of the first member of a group, with all that is in it. */
@Timeout(300)
class FirstMemberTest {
    private static final int MESSAGES = 200;
    private static final List<Integer> ALL =
            IntStream.range(0, MESSAGES).boxed().toList();

    @TempDir
    private Path folder;

    private final RaftMember self = Members.of("n1");

    private static StorageConfig config(Path data) {
        return new StorageConfig(data, new JournalLimits(1 << 20, 4 << 20, 16 << 20, 1, 1000));
    }

    private RaftSettings settings(Path data) {
        return new RaftSettings(
                TestNode.Part.group(0),
                self,
                List.of(self),
                data.resolve("raft"),
                new RaftSettings.Timing(50, 100),
                new RaftSettings.Limits(8 << 20, 1 << 30, 1, 4 << 20),
                RaftSettings.Sync.DISK);
    }

    /** A broker on its own, for a moment. */
    private interface Work {
        void on(Storage storage, ShardMailbox shard) throws Exception;
    }

    private static void alone(Path data, Work work) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        try (Storage storage = Storage.open(config(data))) {
            work.on(storage, recovered(storage, thread, failure));
        } finally {
            thread.shutdown();
        }
        assertNull(failure.getNow(null));
    }

    private static ShardMailbox recovered(Storage storage, ExecutorService thread, CompletableFuture<Throwable> failure)
            throws StorageException {
        return Shard.recover(new ShardSetup(
                                thread,
                                System::currentTimeMillis,
                                storage.journal(),
                                storage.store(),
                                ShardLimits.ofMemory(64 << 20),
                                name -> Optional.of(QueueDefinition.named(name)),
                                failure::complete)
                        .withLargeBodies(storage.largeBodies()))
                .mailbox();
    }

    private static void fill(Path data) throws Exception {
        alone(data, (storage, shard) -> TestNode.publish(shard, 0, MESSAGES));
    }

    private void convert(Path data, Disk disk) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Storage storage = Storage.open(config(data));
            ShardMailbox shard = recovered(storage, thread, new CompletableFuture<>());
            CompletableFuture<JournalPosition> checkpoint = new CompletableFuture<>();
            shard.checkpoint(TestNode.reply(checkpoint));
            new FirstMember(disk, settings(data)).make(storage, checkpoint.get(30, TimeUnit.SECONDS));
        } finally {
            thread.shutdown();
        }
    }

    /** What the member has, whose configuration names these founders. */
    private void assertMemberHasAll(Path data, List<RaftMember> founders) throws Exception {
        TestNode node = TestNode.start(self, founders, data);
        try {
            while (!node.isPrimary()) {
                assertNull(node.failure());
                Thread.onSpinWait();
            }
            assertEquals(ALL, node.numbers(MESSAGES + 1));
            assertEquals(
                    List.of(self),
                    node.administration().status().members().stream()
                            .map(ClusterStatus.Member::node)
                            .toList());
            node.publish(MESSAGES, 1);
            assertEquals(MESSAGES + 1, node.messages());
        } finally {
            node.close();
        }
        assertNull(node.failure());
    }

    @Test
    void everyMessageIsThere() throws Exception {
        fill(folder);
        convert(folder, new FileDisk());
        assertMemberHasAll(folder, List.of(self));
        assertFalse(Files.exists(folder.resolve("journal")));
        assertFalse(Files.exists(folder.resolve("large")));
    }

    /** Nobody else can elect itself over its head: its log says who is in the group, not a file that lists others. */
    @Test
    void itIsAloneWhateverTheConfigurationSays() throws Exception {
        fill(folder);
        convert(folder, new FileDisk());
        assertMemberHasAll(folder, List.of(self, Members.of("n2"), Members.of("n3")));
    }

    @Test
    void anotherNodeJoinsAndGetsAll() throws Exception {
        fill(folder.resolve("n1"));
        convert(folder.resolve("n1"), new FileDisk());
        TestNode first = TestNode.start(self, List.of(self), folder.resolve("n1"));
        RaftMember other = Members.of("n2");
        TestNode second = TestNode.start(other, List.of(), folder.resolve("n2"));
        try {
            while (!first.isPrimary()) {
                Thread.onSpinWait();
            }
            first.administration().add(other);
            while (second.messages() < MESSAGES) {
                assertNull(second.failure());
                Thread.onSpinWait();
            }
            assertEquals(ALL, second.numbers(MESSAGES + 1));
        } finally {
            first.close();
            second.close();
        }
        assertNull(first.failure());
        assertNull(second.failure());
    }

    @Test
    void aFolderWithNothingInItToo() throws Exception {
        alone(folder, (storage, shard) -> {});
        convert(folder, new FileDisk());
        TestNode node = TestNode.start(self, List.of(self), folder);
        try {
            while (!node.isPrimary()) {
                assertNull(node.failure());
                Thread.onSpinWait();
            }
            node.publish(0, 3);
            assertEquals(List.of(0, 1, 2), node.numbers(10));
        } finally {
            node.close();
        }
        assertNull(node.failure());
    }

    @Test
    void aBrokerOnItsOwnDoesNotTakeItAnyMore() throws Exception {
        fill(folder);
        convert(folder, new FileDisk());
        String why = assertThrows(StorageException.class, () -> Storage.open(config(folder)))
                .getMessage();
        assertTrue(why.contains("is of a node of a cluster"), why);
    }

    @Test
    void bodiesOfLargeMessagesAreRefusedAndNothingIsChanged() throws Exception {
        fill(folder);
        String why =
                assertThrows(StorageException.class, () -> withALargeBody()).getMessage();
        assertTrue(why.contains("has 1 bodies of large messages"), why);
        assertFalse(Files.exists(folder.resolve("raft")));
        assertAloneHasAll(folder);
    }

    /** A body comes while the folder is open: one that no message has would be removed at the next start. */
    private void withALargeBody() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Storage storage = Storage.open(config(folder));
            ShardMailbox shard = recovered(storage, thread, new CompletableFuture<>());
            CompletableFuture<JournalPosition> checkpoint = new CompletableFuture<>();
            shard.checkpoint(TestNode.reply(checkpoint));
            JournalPosition position = checkpoint.get(30, TimeUnit.SECONDS);
            Files.createFile(folder.resolve("large").resolve("0000000000000001.body"));
            new FirstMember(new FileDisk(), settings(folder)).make(storage, position);
        } finally {
            thread.shutdown();
        }
    }

    private static void assertAloneHasAll(Path data) throws Exception {
        alone(data, (storage, shard) -> {
            CompletableFuture<List<io.sluice.broker.QueueStatus>> queues = new CompletableFuture<>();
            shard.list(() -> {}, TestNode.reply(queues));
            assertEquals(
                    MESSAGES,
                    queues.get(30, TimeUnit.SECONDS).stream()
                            .mapToLong(queue -> queue.messages())
                            .sum());
        });
    }

    /** Wherever it is cut off, the folder is the broker's on its own as before, or the member's. */
    @Tag("slow")
    @Test
    void cutOffAnywhereNothingIsLost() throws Exception {
        Path whole = folder.resolve("whole");
        fill(whole);
        int before = 0;
        int behind = 0;
        boolean cut = true;
        Path last = whole;
        for (int step = 0; cut; step++) {
            Path data = folder.resolve("cut" + step);
            copy(whole, data);
            Disk disk = failingAt(step);
            try {
                convert(data, disk);
                cut = false;
            } catch (StorageException e) {
                assertTrue(e.getMessage().contains("pulled the plug"), e.getMessage());
            }
            if (Files.exists(data.resolve("raft"))) {
                behind++;
                assertMemberStores(data);
            } else {
                before++;
                assertAloneHasAll(data);
            }
            last = cut ? data : last;
        }
        assertMemberHasAll(last, List.of(self));
        Path begun = folder.resolve("cut0");
        convert(begun, new FileDisk());
        assertMemberHasAll(begun, List.of(self));
        assertTrue(before > 2 && behind > 5, before + " before, " + behind + " behind");
    }

    /** As {@link #assertMemberHasAll}, without an election. */
    private void assertMemberStores(Path data) throws Exception {
        AtomicInteger messages = new AtomicInteger();
        RaftSettings settings = settings(data);
        Promises none = new Promises(settings.timing());
        try (ReplicaServer server = ReplicaServer.open(settings, List.of(settings.folder()));
                ReplicatedStorage storage = ReplicatedStorage.open(
                        new FileDisk(),
                        data,
                        ShardNumber.ONLY,
                        TestNode.Part::group,
                        settings,
                        server,
                        StoreLimits.DEFAULT,
                        Metrics.NONE,
                        none)) {
            storage.store().restore(new MessageStore.Restored() {
                @Override
                public void queue(JournalRecord.QueueDeclared queue) {}

                @Override
                public void page(MessageStore.StoredPage page) {
                    messages.addAndGet(
                            page.live() == null
                                    ? page.sequences().length
                                    : LongStream.of(page.live())
                                            .mapToInt(Long::bitCount)
                                            .sum());
                }

                @Override
                public void record(JournalRecord record) {}
            });
        }
        assertEquals(MESSAGES, messages.get());
    }

    /** A disk whose operation of this number, and all behind it, fail. */
    private static Disk failingAt(int step) {
        Disk real = new FileDisk();
        AtomicInteger operations = new AtomicInteger();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (operations.getAndIncrement() >= step) {
                        throw new IOException("somebody pulled the plug");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
