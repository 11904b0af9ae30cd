package io.sluice.storage;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.journal.SegmentJournal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast the journal is: one producer, one 1 KB message per batch, a number of batches outstanding. Not a test: run {@code main}
 * with a folder on the disk to be measured. Segments are checkpointed as soon as they are full, as if the store were free of cost.
 */
public final class JournalBenchmark implements Journal.Listener {
    private static final int MESSAGE_BYTES = 1024;
    private static final long SECONDS = Long.getLong("seconds", 4);

    private final AtomicLong committed = new AtomicLong();
    private volatile Thread producer;
    private volatile JournalPosition last = JournalPosition.START;
    private volatile boolean wanted;

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        for (int window : new int[] {1, 1, 16, 64, 64, 256}) {
            new JournalBenchmark().run(Files.createTempDirectory(folder, "journal-"), window);
        }
        replay(Files.createTempDirectory(folder, "journal-"), 1_000_000);
    }

    private static void delete(Path folder) throws java.io.IOException {
        for (Path file : new FileDisk().list(folder)) {
            Files.delete(file);
        }
        Files.delete(folder);
    }

    private void run(Path folder, int window) throws Exception {
        SegmentJournal journal = new SegmentJournal(new FileDisk(), folder, UUID.randomUUID(), JournalLimits.DEFAULT);
        journal.open(JournalPosition.START, new ModelShard(), this);
        producer = Thread.currentThread();
        List<JournalRecord> batch = List.of(Workload.message(1, 1, new byte[MESSAGE_BYTES]));
        Deque<Long> started = new ArrayDeque<>();
        long[] latencies = new long[8_000_000];
        int measured = 0;
        long appended = 0;
        long warm = System.nanoTime() + 1_000_000_000L;
        long end = warm + SECONDS * 1_000_000_000L;
        long answered = 0;
        long now = System.nanoTime();
        long countFrom = 0;
        while (now < end) {
            while (appended - committed.get() < window) {
                started.add(System.nanoTime());
                journal.append(batch);
                appended++;
            }
            while (committed.get() == answered) {
                LockSupport.park();
            }
            now = System.nanoTime();
            for (long until = committed.get(); answered < until; answered++) {
                long nanos = now - started.remove();
                if (now > warm && measured < latencies.length) {
                    latencies[measured++] = nanos;
                } else {
                    countFrom = answered;
                }
            }
            if (wanted) {
                wanted = false;
                journal.checkpointed(last);
            }
        }
        journal.close();
        Arrays.sort(latencies, 0, measured);
        System.out.printf(
                "W=%d: %d msg/s, p50 %d us, p99 %d us, p99.9 %d us%n",
                window,
                (answered - countFrom) / SECONDS,
                latencies[measured / 2] / 1000,
                latencies[(int) (measured * 0.99)] / 1000,
                latencies[(int) (measured * 0.999)] / 1000);
        delete(folder);
    }

    private static void replay(Path folder, int messages) throws Exception {
        UUID store = UUID.randomUUID();
        JournalBenchmark listener = new JournalBenchmark();
        listener.producer = Thread.currentThread();
        SegmentJournal journal = new SegmentJournal(new FileDisk(), folder, store, JournalLimits.DEFAULT);
        journal.open(JournalPosition.START, new ModelShard(), listener);
        for (int i = 1; i <= messages; i++) {
            journal.append(List.of(Workload.message(1, i, new byte[MESSAGE_BYTES])));
            while (i - listener.committed.get() > 4_000) {
                LockSupport.park();
            }
        }
        journal.close();
        for (int i = 0; i < 3; i++) {
            journal = new SegmentJournal(new FileDisk(), folder, store, JournalLimits.DEFAULT);
            long start = System.nanoTime();
            journal.open(JournalPosition.START, new ModelShard(), new JournalBenchmark());
            System.out.printf("replay of %d messages: %d ms%n", messages, (System.nanoTime() - start) / 1_000_000);
            journal.close();
        }
        delete(folder);
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        last = position;
        committed.addAndGet(batches);
        LockSupport.unpark(producer);
    }

    @Override
    public void failed(StorageException cause) {
        cause.printStackTrace();
        System.exit(1);
    }

    @Override
    public void checkpointWanted(boolean urgent) {
        wanted = true;
    }

    @Override
    public void roomLow(boolean low, String reason) {}
}
