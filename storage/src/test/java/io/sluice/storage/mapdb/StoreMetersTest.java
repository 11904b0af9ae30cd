package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.storage.ModelShard;
import io.sluice.storage.RecordingMetrics;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StoreMetersTest {
    private static final Path FOLDER = Path.of("data");
    private static final UUID STORE = new UUID(1, 2);

    private final Random random = new Random(1);
    private final SimulatedDisk disk = new SimulatedDisk(random);
    private RecordingMetrics metrics;
    private ModelShard shard;
    private PagedMessageStore store;
    private final List<String> failures = new ArrayList<>();

    private void open() throws StorageException {
        metrics = new RecordingMetrics();
        store = DirectStore.on(disk, FOLDER, STORE, StoreLimits.DEFAULT, metrics);
        shard = new ModelShard();
        shard.use(store);
        assertTrue(Double.isNaN(value("pages")), "not known before the restore");
        store.restore(shard);
    }

    private void checkpoint(long index) {
        shard.at(new JournalPosition(1, index));
        store.checkpoint(shard, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                shard.evict();
            }

            @Override
            public void failed(StorageException cause) {
                failures.add(cause.getMessage());
                shard.checkpointFailed();
            }
        });
    }

    private void publish(long from, int count, int bytes) {
        for (long sequence = from; sequence < from + count; sequence++) {
            shard.enqueued(Workload.message(1, sequence, bytes, random));
        }
    }

    private void read(long page) {
        store.read(page, new MessageStore.PageListener() {
            @Override
            public void loaded(List<Enqueued> messages) {}

            @Override
            public void failed(StorageException cause) {
                failures.add(cause.getMessage());
            }
        });
    }

    private double value(String name) {
        return metrics.value("sluice.store." + name);
    }

    private double bytes(String kind) {
        return metrics.value("sluice.storage.size kind=" + kind);
    }

    @Test
    void checkpointsAreCountedWithWhatTheyWrote() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 500, 1_000);
        checkpoint(1);
        assertEquals(1, value("checkpoint"));
        assertTrue(value("checkpoint sum") > 0);
        assertEquals(1, value("checkpoint.written"));
        assertTrue(value("checkpoint.written sum") > 500_000);

        disk.capacity(0);
        publish(501, 5_000, 1_000);
        checkpoint(2);
        assertEquals(1, failures.size());
        assertEquals(1, value("checkpoint"), "only those that ended well");
        assertEquals(1, value("checkpoint.failed"));
        assertEquals(2, value("checkpoint.written"));
    }

    @Test
    void theyTellHowFullTheStoreIsAlsoAfterARestart() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 1_000, 1_000);
        checkpoint(1);
        double pages = value("pages");
        double liveRatio = value("live");
        assertEquals(shard.pages().size(), pages);
        assertTrue(liveRatio > 0.2 && liveRatio <= 1, "live " + liveRatio);
        sizesAreThoseOfTheFiles();
        store.close();

        open();
        sizesAreThoseOfTheFiles();
        assertEquals(pages, value("pages"));
        assertEquals(liveRatio, value("live"));
        // Every other one, then all of a good part: pages thin out, then their places are free.
        for (long sequence = 1; sequence <= 1_000; sequence += 2) {
            shard.removed(Workload.removed(1, sequence));
        }
        checkpoint(2);
        assertEquals(pages, value("pages"));
        assertEquals(liveRatio / 2, value("live"), 0.01);
        for (long sequence = 2; sequence <= 1_000; sequence += 2) {
            shard.removed(Workload.removed(1, sequence));
        }
        checkpoint(3);
        assertEquals(0, value("pages"));
        assertEquals(pages, value("slots.free"));
        assertEquals(0, value("live"));
    }

    private void sizesAreThoseOfTheFiles() {
        assertEquals(disk.content(FOLDER.resolve("store.db")).length, bytes("store"));
        assertEquals(disk.content(FOLDER.resolve("store.redo")).length, bytes("redo"));
    }

    @Test
    void readsAreTimedAndThoseThatFailCounted() throws Exception {
        open();
        shard.queueDeclared(Workload.queue(1));
        publish(1, 200, 1_000);
        checkpoint(1);
        List<Long> pages = List.copyOf(shard.pages());
        read(pages.get(0));
        assertEquals(1, value("read"));
        assertTrue(value("read sum") > 0);

        disk.failAt(1, SimulatedDisk.Fault.ERROR);
        read(pages.get(1));
        assertEquals(1, failures.size());
        assertEquals(1, value("read.failed"));

        store.forgetPage(pages.get(0));
        checkpoint(2);
        read(pages.get(0));
        assertEquals(2, failures.size(), failures::toString);
        assertEquals(1, value("read.failed"), "nobody wanted it any more");
        assertEquals(1, value("read"));
    }
}
