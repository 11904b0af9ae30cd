package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.ModelShard;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A disk that takes a force and does not come back: the journal ends all the same, and what comes back later counts for nothing. */
class HungDiskTest implements Journal.Listener {
    private static final long SECOND = 1_000_000_000;
    private static final Path FOLDER = Path.of("journal");

    private final AtomicLong nanos = new AtomicLong();
    private final CompletableFuture<StorageException> failure = new CompletableFuture<>();
    private final AtomicInteger committed = new AtomicInteger();
    private final CountDownLatch inForce = new CountDownLatch(1);
    private final CountDownLatch comesBack = new CountDownLatch(1);
    private final CompletableFuture<Thread> writer = new CompletableFuture<>();

    @Test
    void aForceThatDoesNotComeBackEndsTheJournal() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(new Random(1)) {
            @Override
            protected void forcing() {
                if (Thread.currentThread().getName().equals("journal-writer")) {
                    writer.complete(Thread.currentThread());
                    hang();
                }
            }
        };
        JournalLimits limits = new JournalLimits(64 << 10, 128 << 10, 384 << 10, 0, 1000, 4, 30_000);
        SegmentJournal journal =
                new SegmentJournal(disk, FOLDER, new UUID(1, 2), limits, Metrics.NONE, nanos::get, true);
        journal.open(JournalPosition.START, new ModelShard(), this);
        journal.append(List.of(Workload.queue(1)));
        inForce.await();
        nanos.set(29 * SECOND);
        nanos.set(31 * SECOND);
        assertTrue(
                failure.get().getMessage().contains("30000 ms"), failure.get().getMessage());
        journal.append(List.of(Workload.queue(2)));
        journal.close(); // though the writer hangs
        comesBack.countDown();
        writer.get().join();
        assertEquals(0, committed.get(), "the force came back, but nobody may hear of it");
    }

    private void hang() {
        inForce.countDown();
        boolean waiting = true;
        while (waiting) {
            try {
                comesBack.await();
                waiting = false;
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts the writer", e);
            }
        }
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        committed.addAndGet(batches);
    }

    @Override
    public void failed(StorageException cause) {
        failure.complete(cause);
    }

    @Override
    public void checkpointWanted() {}

    @Override
    public void roomLow(boolean low, String reason) {}
}
