package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Reply;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import io.sluice.storage.FileDisk;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: what a released version wrote is read by every later one, to the last message. See {@link GoldenFolder}. */
class GoldenFolderTest {
    private static final List<String> CONTENT = List.of(
            "alarms 1: alarm 1, priority 1, deliveries 0, expires -1, deliver at 0, id , {}, large 0",
            "alarms 2: alarm 2, priority 9, deliveries 0, expires -1, deliver at 0, id , {}, large 0",
            "alarms 3: alarm 3, priority 1, deliveries 0, expires -1, deliver at 0, id , {}, large 0",
            "alarms 5: alarm 5, priority 9, deliveries 1, expires -1, deliver at 0, id , {}, large 0",
            "orders 1: order 1, priority 4, deliveries 2, expires -1, deliver at 0, id id-1,"
                    + " {x-seen=Number[value=7]}, large 0",
            "orders 4: order 4, priority 4, deliveries 0, expires 4000000000000, deliver at 0, id id-4, {}, large 0",
            "orders 5: head , priority 4, deliveries 0, expires -1, deliver at 0, id id-5, {}, large 300000",
            "orders 6: order 6, priority 4, deliveries 0, expires -1, deliver at 4100000000000, id id-6, {}, large 0",
            "orders 7: order 7, priority 4, deliveries 0, expires -1, deliver at 0, id id-7, {}, large 0",
            "orders 8: order 8, priority 4, deliveries 0, expires -1, deliver at 0, id , {}, large 0");

    @TempDir
    Path data;

    @BeforeEach
    void unpack() throws Exception {
        try (InputStream resource = GoldenFolderTest.class.getResourceAsStream("/golden/v1/folder.zip");
                ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = data.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }

    private static List<String> content(Path path) throws Exception {
        List<String> content = new ArrayList<>();
        try (StoppedFolder folder = StoppedFolder.open(new FileDisk(), path, 0);
                FolderReader reader = FolderReader.open(folder)) {
            reader.messages((queue, message) ->
                    content.add(queue.definition().name() + " " + message.sequence() + ": " + text(message)));
        }
        content.sort(null);
        return content;
    }

    private static String text(Enqueued enqueued) {
        Message message = enqueued.message();
        return new String(message.encoded(), StandardCharsets.UTF_8) + ", priority " + message.priority()
                + ", deliveries " + enqueued.deliveryCount() + ", expires " + enqueued.expiresAtMillis()
                + ", deliver at " + enqueued.deliverAtMillis() + ", id " + enqueued.duplicateId() + ", "
                + message.added().values() + ", large "
                + message.largeBody().map(body -> body.length()).orElse(0L);
    }

    @Test
    void theToolsReadEveryMessageAndFindNoDamage() throws Exception {
        assertEquals(CONTENT, content(data));
        try (StoppedFolder folder = StoppedFolder.open(new FileDisk(), data, 0)) {
            FolderVerification.Report report = FolderVerification.run(folder, read -> {});
            assertEquals(List.of(), report.damages());
            assertEquals(CONTENT.size(), report.messages());
            try (FolderReader reader = FolderReader.open(folder)) {
                assertTrue(reader.checkpoint().index() > 0 && reader.journal().records() > 0);
                List<String> queues = new ArrayList<>();
                reader.queues()
                        .forEach(queue -> queues.add(queue.definition().name() + " "
                                + queue.definition().service() + " "
                                + queue.definition().deduplication().maxIds() + " next " + queue.nextSequence()));
                assertEquals(List.of("orders Fifo[] 100 next 9", "alarms Strict[] 0 next 6"), queues);
                assertEquals(
                        List.of(
                                new Remembered("early-1", 500),
                                new Remembered("early-2", 600),
                                new Remembered("id-7", 1_007)),
                        reader.queues().iterator().next().remembered());
            }
        }
    }

    @Test
    void theBrokerOpensIt() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (Storage storage = Storage.open(new StorageConfig(data, GoldenFolder.LIMITS))) {
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            ShardMailbox mailbox = Shard.recover(new ShardSetup(
                                    thread,
                                    () -> 3_000,
                                    storage.journal(),
                                    storage.store(),
                                    ShardLimits.ofMemory(64 << 20),
                                    name -> Optional.of(QueueDefinition.named(name)),
                                    failure::complete)
                            .withLargeBodies(storage.largeBodies()))
                    .mailbox();
            assertEquals(6, messages(mailbox, "orders"));
            assertEquals(4, messages(mailbox, "alarms"));
        } finally {
            thread.shutdown();
        }
        assertEquals(CONTENT, content(data));
    }

    private static long messages(ShardMailbox mailbox, String queue) throws Exception {
        CompletableFuture<QueueStatus> status = new CompletableFuture<>();
        mailbox.describe(queue, () -> {}, new Reply<>() {
            @Override
            public void done(QueueStatus value) {
                status.complete(value);
            }

            @Override
            public void refused(Refusal refusal) {
                status.completeExceptionally(new AssertionError(refusal.text()));
            }
        });
        return status.get(1, TimeUnit.MINUTES).messages();
    }
}
