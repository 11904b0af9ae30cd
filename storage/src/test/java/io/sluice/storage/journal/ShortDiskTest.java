package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ModelShard;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is what lets the store give room back: while the disk is short the journal asks for one, again and again. */
class ShortDiskTest implements Journal.Listener {
    private final CountDownLatch wanted = new CountDownLatch(3);
    private final CountDownLatch low = new CountDownLatch(1);

    @TempDir
    private Path folder;

    /** The real one, but with nothing free. */
    private static Disk full() {
        FileDisk disk = new FileDisk();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, args) -> {
                    try {
                        return method.getName().equals("usableBytes") ? (Object) 0L : method.invoke(disk, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void theJournalAsksForCheckpointsWhileTheDiskIsShort() throws Exception {
        JournalLimits limits = new JournalLimits(64 << 10, 128 << 10, 512 << 10, 0, 1);
        try (SegmentJournal journal = new SegmentJournal(full(), folder, new UUID(1, 2), limits)) {
            journal.open(JournalPosition.START, new ModelShard(), this);
            assertTrue(low.await(1, TimeUnit.MINUTES));
            assertTrue(wanted.await(1, TimeUnit.MINUTES));
        }
    }

    @Override
    public void checkpointWanted(boolean urgent) {
        wanted.countDown();
    }

    @Override
    public void roomLow(boolean isLow, String reason) {
        low.countDown();
    }

    @Override
    public void committed(int batches, JournalPosition position) {}

    @Override
    public void failed(StorageException cause) {}
}
