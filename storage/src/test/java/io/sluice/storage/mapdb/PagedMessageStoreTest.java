package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.ModelShard;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PagedMessageStoreTest {
    private static final Path FOLDER = Path.of("data");
    private static final UUID STORE = new UUID(1, 2);

    private final Random random = new Random(1);
    private final SimulatedDisk disk = new SimulatedDisk(random);
    private ModelShard shard;
    private PagedMessageStore store;
    private int completed;
    private StorageException failure;

    private JournalPosition open() throws StorageException {
        store = DirectStore.on(disk, FOLDER, STORE, StoreLimits.DEFAULT);
        shard = new ModelShard();
        shard.use(store);
        return store.restore(shard);
    }

    private void checkpoint(long index) {
        shard.at(new JournalPosition(1, index));
        store.checkpoint(shard, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                completed++;
                shard.evict();
            }

            @Override
            public void failed(StorageException cause) {
                failure = cause;
                shard.checkpointFailed();
            }
        });
    }

    private void publish(long from, int count, int bytes) {
        for (long sequence = from; sequence < from + count; sequence++) {
            shard.enqueued(Workload.message(1, sequence, bytes, random));
        }
    }

    @Test
    void aNewStoreIsEmpty() throws Exception {
        assertEquals(JournalPosition.START, open());
        store.close();
        assertEquals(JournalPosition.START, open());
    }

    @Test
    void messagesOfEverySizeComeBack() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        int[] sizes = {0, 1, 100, 4_000, 65_000, 65_380, 65_400, 65_500, 70_000, 300_000, 5_000_000};
        for (int i = 0; i < sizes.length; i++) {
            publish(i + 1, 1, sizes[i]);
        }
        checkpoint(7);
        var before = shard.state();
        store.close();
        assertEquals(new JournalPosition(1, 7), open());
        assertEquals(before, shard.state());
    }

    @Test
    void manyQueuesComeBack() throws Exception {
        open();
        for (long id = 1; id <= 500; id++) {
            shard.queueDeclared(Workload.queue(id));
            shard.enqueued(Workload.message(id, 1, 10, random));
        }
        checkpoint(1);
        var before = shard.state();
        open();
        assertEquals(before, shard.state());
    }

    @Test
    void theFileStopsGrowingWhenTheBacklogDoes() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        long next = 1;
        long grownBytes = 0;
        for (int cycle = 1; cycle <= 60; cycle++) {
            int bytes = 50 + random.nextInt(3_000);
            publish(next, 600, bytes);
            if (cycle % 7 == 0) {
                shard.enqueued(Workload.message(1, next + 600, 200_000, random));
            }
            next += 601;
            checkpoint(cycle);
            List<Long> waiting = shard.sequences(1);
            for (long sequence : waiting.subList(0, Math.max(0, waiting.size() - 1_000))) {
                shard.removed(Workload.removed(1, sequence));
            }
            if (cycle == 30) {
                grownBytes = disk.content(FOLDER.resolve("store.db")).length;
            }
        }
        long bytes = disk.content(FOLDER.resolve("store.db")).length;
        assertEquals(60, completed);
        assertTrue(
                bytes <= grownBytes + grownBytes / 10, grownBytes + " bytes after 30 cycles, " + bytes + " after 60");
    }

    @Test
    void theFileIsFlatBehindAMovingQueue() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        long next = 1;
        long flatBytes = 0;
        for (int cycle = 1; cycle <= 200; cycle++) {
            publish(next, 500, 100);
            next += 500;
            checkpoint(cycle);
            for (long sequence : shard.sequences(1)) {
                if (sequence < next - 1_000) {
                    shard.removed(Workload.removed(1, sequence));
                }
            }
            if (cycle == 20) {
                flatBytes = disk.content(FOLDER.resolve("store.db")).length;
            }
        }
        assertEquals(flatBytes, disk.content(FOLDER.resolve("store.db")).length);
        assertEquals(1_000, shard.sequences(1).size());
    }

    @Test
    void aFailedCheckpointLeavesTheOneBefore() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 100, 500);
        checkpoint(1);
        var before = shard.state();
        publish(101, 100, 500);
        disk.capacity(0);
        publish(201, 2_000, 500);
        checkpoint(2);
        assertTrue(failure.getMessage().contains("No space left"), failure.getMessage());
        var now = shard.state();
        assertEquals(before, stateOfACopy(1), "on disk");
        disk.capacity(Long.MAX_VALUE);
        checkpoint(3);
        assertEquals(now, stateOfACopy(3));
    }

    private Object stateOfACopy(long index) throws StorageException {
        PagedMessageStore other = DirectStore.on(disk.copy(), FOLDER, STORE, StoreLimits.DEFAULT);
        ModelShard found = new ModelShard();
        found.use(other);
        assertEquals(index, other.restore(found).index());
        return found.state();
    }

    @Test
    void aCopyIsNotWrittenWhereItWouldTakeTheRoomThatIsToStayFree() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 100, 10_000);
        checkpoint(1);
        Path copy = FOLDER.resolve("copy.db");
        long files = disk.list(FOLDER).size();
        long usedBytes = Long.MAX_VALUE / 2 - freeBytes(Long.MAX_VALUE / 2);
        disk.capacity(usedBytes + StoreShrink.SPARE_BYTES + 500_000);
        StorageException refused = assertThrows(
                StorageException.class, () -> store.copy(new JournalPosition(1, 1), copy, UUID.randomUUID()));
        assertTrue(refused.getMessage().contains("of them are kept free"), refused.getMessage());
        assertEquals(files, disk.list(FOLDER).size());
        disk.capacity(usedBytes + StoreShrink.SPARE_BYTES + 10_000_000);
        store.copy(new JournalPosition(1, 1), copy, UUID.randomUUID());
        assertTrue(disk.exists(copy));
    }

    private long freeBytes(long capacityBytes) throws IOException {
        disk.capacity(capacityBytes);
        return disk.usableBytes(FOLDER);
    }

    @Test
    void aDamagedPageIsRefusedWithItsPlaceAndOthersAreRead() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 200, 1_000);
        checkpoint(1);
        store.close();
        byte[] bytes = disk.content(FOLDER.resolve("store.db"));
        disk.delete(FOLDER.resolve("store.redo")); // it would repair the page
        int at = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf("SLP1") + 5_000;
        disk.flipBit(FOLDER.resolve("store.db"), at, 1);
        open();
        List<Long> pages = shard.pages();
        assertTrue(pages.size() > 2, pages + "");
        int read = 0;
        StorageException refused = null;
        for (long page : pages) {
            try {
                assertTrue(store.readNow(page).size() > 10);
                read++;
            } catch (StorageException damaged) {
                refused = damaged;
                String text = damaged.getMessage();
                assertTrue(
                        text.contains("store.db")
                                && text.contains("offset")
                                && text.contains("queue 1")
                                && text.contains("Page " + page),
                        text);
            }
        }
        assertEquals(pages.size() - 1, read, String.valueOf(refused));
    }

    @Test
    void closingGivesUpACheckpointThatWaits() throws Exception {
        PagedMessageStore threaded = new PagedMessageStore(disk, FOLDER, STORE, StoreLimits.DEFAULT);
        threaded.restore(new ModelShard());
        java.util.concurrent.CompletableFuture<StorageException> told = new java.util.concurrent.CompletableFuture<>();
        threaded.checkpoint(
                new MessageStore.CheckpointSource() {
                    @Override
                    public void begin(MessageStore.Answer<MessageStore.Beginning> never) {}

                    @Override
                    public void next(int maxBytes, MessageStore.Answer<MessageStore.Slice> never) {}

                    @Override
                    public void stored(List<io.sluice.broker.record.JournalRecord.Enqueued> messages, long page) {}
                },
                new MessageStore.CheckpointListener() {
                    @Override
                    public void completed(JournalPosition position) {
                        told.complete(null);
                    }

                    @Override
                    public void failed(StorageException cause) {
                        told.complete(cause);
                    }
                });
        threaded.close();
        assertTrue(told.get().getMessage().contains("closed"));
    }
}
