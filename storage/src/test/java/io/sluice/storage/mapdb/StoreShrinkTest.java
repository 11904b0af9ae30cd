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
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Goal: the room of a drained backlog is given back, and nothing that goes wrong meanwhile loses or changes a message. */
class StoreShrinkTest {
    private static final Path FOLDER = Path.of("data");
    private static final Path FILE = FOLDER.resolve("store.db");
    private static final UUID STORE = new UUID(1, 2);
    private static final int BACKLOG_BYTES = 2 << 20;
    private static final StoreLimits EARLY = new StoreLimits(0, 256 << 10, 2 << 20, 64 << 20);
    private static final StoreLimits NEVER = new StoreLimits(0, 256 << 10, Long.MAX_VALUE, 0);
    private static final StoreLimits AT_START = new StoreLimits(0, 256 << 10, 2 << 20, 0);

    private SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private final Random random = new Random(2);
    private ModelShard shard;
    private PagedMessageStore store;
    private int completed;
    private int failed;

    private void open(StoreLimits limits) throws StorageException {
        store = DirectStore.on(disk, FOLDER, STORE, limits);
        shard = new ModelShard();
        shard.use(store);
        shard.at(store.restore(shard));
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
                failed++;
                shard.checkpointFailed();
            }
        });
    }

    /** A backlog of two queues, one of them with gaps in its pages, most of which is gone but not yet forgotten on disk. */
    private void drainedBacklog() throws StorageException {
        open(NEVER);
        long sequence = 1;
        for (long queue = 1; queue <= 2; queue++) {
            shard.queueDeclared(Workload.queue(queue));
            for (int bytes = 0; bytes < BACKLOG_BYTES / 2; sequence++) {
                int size = random.nextInt(30) == 0 ? 100_000 : random.nextInt(1_000);
                shard.enqueued(Workload.message(queue, sequence, size, random));
                bytes += size;
            }
        }
        checkpoint(1);
        for (long queue = 1; queue <= 2; queue++) {
            for (long waiting : shard.sequences(queue)) {
                if (waiting % 400 >= 10) {
                    shard.removed(Workload.removed(queue, waiting));
                }
            }
        }
        checkpoint(2);
        store.close();
    }

    private long fileBytes() {
        return disk.content(FILE).length;
    }

    @Test
    void aDrainedStoreGivesItsRoomBackWhileItIsOpen() throws Exception {
        drainedBacklog();
        long before = fileBytes();
        disk.capacity(1); // no room to do it at the start
        open(EARLY);
        disk.capacity(Long.MAX_VALUE);
        Map<String, String> state = shard.state();
        List<Long> pages = shard.pages();
        assertEquals(before, fileBytes());
        checkpoint(3);
        assertTrue(fileBytes() < before / 2, before + " bytes before, " + fileBytes() + " after");
        assertEquals(state, shard.state());
        assertEquals(pages, shard.pages());

        shard.enqueued(Workload.message(1, 1_000_000, 70_000, random));
        checkpoint(4);
        state = shard.state();
        store.close();
        open(EARLY);
        assertEquals(state, shard.state());
        assertEquals(List.of(FILE, FOLDER.resolve("store.redo")), disk.files());
    }

    @Test
    void aStartGivesRoomBackWhateverIsInUse() throws Exception {
        drainedBacklog();
        long before = fileBytes();
        open(NEVER);
        Map<String, String> state = shard.state();
        store.close();
        open(AT_START);
        assertTrue(fileBytes() < before / 2, before + " bytes before, " + fileBytes() + " after");
        assertEquals(state, shard.state());
    }

    @Test
    void aFailedCheckpointAfterItIsUndone() throws Exception {
        drainedBacklog();
        open(AT_START);
        int there = messages().size();
        List<Long> pages = shard.pages();
        for (long sequence = 1_000_000; sequence < 1_003_000; sequence++) {
            shard.enqueued(Workload.message(1, sequence, random.nextInt(3_000), random));
        }
        shard.removed(Workload.removed(1, shard.sequences(1).get(0)));
        disk.capacity(0);
        checkpoint(3);
        assertEquals(1, failed);
        for (long page : pages) {
            store.readNow(page);
        }
        disk.capacity(Long.MAX_VALUE);
        checkpoint(4);
        assertEquals(1, failed);
        Map<String, String> state = messages();
        assertEquals(there + 2_999, state.size());
        store.close();
        open(NEVER);
        assertEquals(state, messages());
    }

    @Test
    void aDamagedPageKeepsTheFile() throws Exception {
        drainedBacklog();
        open(NEVER);
        long page = shard.pages().get(shard.pages().size() / 2);
        store.close();
        String content = new String(disk.content(FILE), java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] head = java.nio.ByteBuffer.allocate(8)
                .put("SLP1".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .putInt(Slot.numberOf(page))
                .array();
        int at = content.indexOf(new String(head, java.nio.charset.StandardCharsets.ISO_8859_1));
        disk.delete(FOLDER.resolve("store.redo"));
        disk.flipBit(FILE, at + 20, 3);
        long before = fileBytes();
        open(AT_START);
        assertEquals(before, fileBytes());
        assertThrows(StorageException.class, () -> store.readNow(page));
        checkpoint(3);
        assertEquals(0, failed);
    }

    @Test
    void whatGoesWrongAtAnyStepLosesNothing() throws Exception {
        drainedBacklog();
        SimulatedDisk drained = disk.copy();
        open(NEVER);
        Map<String, String> expected = messages();
        for (SimulatedDisk.Fault fault : SimulatedDisk.Fault.values()) {
            for (boolean atStart : new boolean[] {true, false}) {
                String where = fault + (atStart ? " at the start" : " in a checkpoint");
                int at = 1;
                boolean happened = true;
                for (; happened; at += at < 20 ? 1 : 3) {
                    disk = drained.copy();
                    happened = goWrong(fault, at, atStart, expected, where + ", operation " + at);
                }
                assertTrue(at > 60, where + ": only " + at + " operations");
            }
        }
    }

    private boolean goWrong(
            SimulatedDisk.Fault fault, int at, boolean atStart, Map<String, String> expected, String where)
            throws StorageException {
        completed = 0;
        try {
            if (atStart) {
                disk.failAt(at, fault);
                open(EARLY);
            } else {
                disk.capacity(1);
                open(EARLY);
                disk.capacity(Long.MAX_VALUE);
                disk.failAt(at, fault);
            }
            for (long index = 3; index <= 5; index++) {
                shard.enqueued(Workload.message(1, 1_000_000 + index, 5_000, random));
                checkpoint(index);
            }
            if (!disk.isOut()) {
                assertEquals(expected.size() + 3, messages().size(), where);
            }
        } catch (StorageException e) {
            assertTrue(disk.faultHappened(), where + ": " + e);
        }
        boolean happened = disk.faultHappened();
        if (random.nextInt(3) > 0) {
            disk.powerLost();
        } else {
            disk.processKilled();
        }
        try {
            open(EARLY);
            Map<String, String> found = messages();
            assertTrue(found.size() >= expected.size() + completed, where + ": lost a checkpoint");
            found.keySet().retainAll(expected.keySet());
            assertEquals(expected, found, where);
        } catch (StorageException e) {
            throw new AssertionError(where + ": " + e, e);
        }
        return happened;
    }

    private Map<String, String> messages() throws StorageException {
        Map<String, String> state = shard.state();
        state.keySet().removeIf(key -> key.startsWith("queue"));
        return state;
    }
}
