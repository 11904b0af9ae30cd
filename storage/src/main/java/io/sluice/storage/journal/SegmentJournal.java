package io.sluice.storage.journal;

import io.sluice.broker.Invariant;
import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.RecordVisitor;
import io.sluice.storage.Disk;
import io.sluice.storage.StorageThread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in local files: {@code <folder>/<slot>.seg}, see {@link JournalFormat}.
 *
 * <p>Three threads: {@code journal-writer} writes and reports commits, {@code journal-segments} prepares segments and reports room,
 * {@code journal-watch} looks on how long the disk takes. None can be interrupted. A failed write or force ends it: {@link Listener#failed}, and nothing is written any more (after a
 * failed force the operating system may have dropped what it was to write; trying again would report success for lost data). So does a
 * force that does not come back in time; then {@link #close} does not wait for the thread that hangs in it.
 */
public final class SegmentJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentJournal.class);

    /** How often an idle writer looks again before it parks; waking a parked thread costs more than this. */
    private static final int SPINS = 200;

    private static final int JOIN_STEP_MILLIS = 100;

    /** An idle journal marks its end after so long. */
    private static final long MARK_AFTER_NANOS = 1_000_000_000;

    private final Disk disk;
    private final Path folder;
    private final UUID store;
    private final JournalLimits limits;
    private final LongSupplier nanoTime;
    private final boolean threaded;
    private final JournalMeters meters;
    private final ForceWatch watch;
    private final BatchQueue queue = new BatchQueue();

    private Listener listener;
    private SegmentPool pool;
    private SegmentWriter writer;
    private Workers workers;
    private volatile boolean closing;
    private volatile boolean failed;

    private record Workers(Thread writing, Thread segments, Thread watching) {}

    /**
     * @param folder for the segment files, nothing else
     * @param store identity of the store; segments of another one are refused
     */
    public SegmentJournal(Disk disk, Path folder, UUID store, JournalLimits limits, Metrics metrics) {
        this(disk, folder, store, limits, metrics, System::nanoTime, true);
    }

    /** As above, and nobody looks at its figures. */
    public SegmentJournal(Disk disk, Path folder, UUID store, JournalLimits limits) {
        this(disk, folder, store, limits, Metrics.NONE);
    }

    /**
     * @param nanoTime a clock that only rises
     * @param threaded false: nothing happens but in {@link #step}, for simulations
     */
    SegmentJournal(
            Disk disk,
            Path folder,
            UUID store,
            JournalLimits limits,
            Metrics metrics,
            LongSupplier nanoTime,
            boolean threaded) {
        this.disk = disk;
        this.folder = folder;
        this.store = store;
        this.limits = limits;
        this.nanoTime = nanoTime;
        this.threaded = threaded;
        this.meters = new JournalMeters(metrics);
        this.watch = new ForceWatch(limits, folder.toString(), meters, nanoTime.getAsLong());
    }

    @Override
    public JournalPosition open(JournalPosition after, RecordVisitor replay, Listener newListener)
            throws StorageException {
        Invariant.check(pool == null, "a journal is opened once");
        listener = newListener;
        try {
            disk.createFolder(folder);
            if (folder.getParent() != null) {
                disk.forceFolder(folder.getParent());
            }
            JournalReplay reading = new JournalReplay(disk, folder, store, limits.segmentBytes(), after, replay);
            SegmentWriter.End end = reading.run();
            pool = new SegmentPool(disk, folder, limits, listener, reading.found());
            pool.showIn(meters.metrics());
            SegmentWriter.Timing timing = new SegmentWriter.Timing(nanoTime, watch, meters);
            writer = new SegmentWriter(disk, store, limits.segmentBytes(), pool, queue, timing, end);
        } catch (IOException e) {
            throw new StorageException("The journal in " + folder + " cannot be read: " + e.getMessage(), e);
        }
        JournalPosition last = writer.last();
        if (threaded) {
            Thread writing = start("journal-writer", this::write);
            workers = new Workers(
                    writing,
                    start("journal-segments", this::tendSegments),
                    start("journal-watch", () -> lookOn(writing)));
        }
        return last;
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new StorageThread(work, name);
        thread.start();
        return thread;
    }

    /** The most bytes a batch may take, encoded, with a few per record to spare. */
    @Override
    public int maxBatchBytes() {
        return SegmentWriter.largestFrameBytes(limits.segmentBytes())
                - JournalFormat.FRAME_HEAD_BYTES
                - JournalFormat.BATCH_HEAD_BYTES
                - JournalFormat.ALIGNMENT;
    }

    @Override
    public void append(List<JournalRecord> batch) {
        if (failed) {
            return; // told; the fate of what is under way is decided at the next open
        }
        meters.appended(batch); // before the writer can count it as durable
        queue.add(batch);
        if (queue.isConsumerParked()) {
            LockSupport.unpark(workers.writing);
        }
    }

    @Override
    public void checkpointed(JournalPosition position) {
        pool.checkpointed(position.index());
    }

    /** Threadless mode: tends the segments, then commits one group. @return whether one was committed */
    boolean step() {
        Invariant.check(!threaded, "only a journal without threads is stepped");
        if (failed) {
            return false;
        }
        pool.tend();
        return guarded(this::commitGroup) == SegmentWriter.Step.COMMITTED;
    }

    /** Threadless mode: marks the end, as an idle journal does. */
    void markIdle() {
        if (!failed) {
            guarded(writer::mark);
        }
    }

    private void write() {
        while (!failed && !watch.isGivenUp()) {
            SegmentWriter.Step step = guarded(this::commitGroup);
            if (step == SegmentWriter.Step.STARVED && !pool.awaitFree()) {
                fail(new StorageException(
                        "The journal in " + folder + " was closed while it had no room for what was appended."));
            } else if (step == SegmentWriter.Step.IDLE && !awaitBatch()) {
                guarded(this::finish);
                return;
            }
        }
        guarded(this::abandon);
    }

    /** @return false: closing, and nothing is left */
    private boolean awaitBatch() {
        for (int i = 0; i < SPINS; i++) {
            if (!queue.isEmpty()) {
                return true;
            }
            Thread.onSpinWait();
        }
        queue.consumerParked(true);
        while (queue.isEmpty() && !closing && !failed && !watch.isGivenUp()) {
            if (writer.isUnmarked()) {
                parkThenMark();
            } else {
                LockSupport.park(this);
            }
        }
        queue.consumerParked(false);
        return !queue.isEmpty();
    }

    private void parkThenMark() {
        long parkedAt = nanoTime.getAsLong();
        LockSupport.parkNanos(this, MARK_AFTER_NANOS);
        boolean idle = queue.isEmpty() && !closing;
        if (idle && nanoTime.getAsLong() - parkedAt >= MARK_AFTER_NANOS) {
            guarded(writer::mark);
        }
    }

    /** The watching thread: touches no file, so that a disk that hangs does not hang it. */
    private void lookOn(Thread writing) {
        while (writing.isAlive()) {
            if (watch.stalled(nanoTime.getAsLong())) {
                fail(new StorageException("The disk of " + folder + " has not written a frame of the journal within "
                        + limits.stalledForceMillis() + " ms."));
                return;
            }
            LockSupport.parkNanos(this, watch.periodNanos());
        }
    }

    private SegmentWriter.Step commitGroup() throws IOException, StorageException {
        SegmentWriter.Step step = writer.step();
        if (step == SegmentWriter.Step.COMMITTED) {
            listener.committed(writer.committedBatches(), writer.last());
        }
        return step;
    }

    private SegmentWriter.Step finish() throws IOException {
        if (failed || watch.isGivenUp()) {
            writer.abandon();
        } else {
            writer.close();
        }
        return SegmentWriter.Step.IDLE;
    }

    private SegmentWriter.Step abandon() throws IOException {
        writer.abandon();
        return SegmentWriter.Step.IDLE;
    }

    private interface Work {
        SegmentWriter.Step run() throws IOException, StorageException;
    }

    /** Runs it; whatever goes wrong ends the journal, loudly. */
    private SegmentWriter.Step guarded(Work work) {
        try {
            return work.run();
        } catch (IOException e) {
            fail(new StorageException("The journal in " + folder + " cannot be written: " + e.getMessage(), e));
        } catch (StorageException e) {
            fail(e);
        } catch (RuntimeException | Error defect) {
            fail(new StorageException("The journal in " + folder + " stopped for a defect: " + defect, defect));
        }
        return SegmentWriter.Step.IDLE;
    }

    private void fail(StorageException cause) {
        synchronized (queue) {
            if (failed) {
                return;
            }
            failed = true;
        }
        LOG.error("Journal stopped", cause);
        listener.failed(cause);
    }

    private void tendSegments() {
        try {
            pool.tendUntilClosed();
        } catch (RuntimeException | Error defect) {
            fail(new StorageException("The journal in " + folder + " stopped for a defect: " + defect, defect));
        }
    }

    @Override
    public void close() throws StorageException {
        closing = true;
        if (pool == null) {
            return;
        }
        pool.drain();
        if (workers == null) {
            guarded(this::finish);
            return;
        }
        LockSupport.unpark(workers.writing);
        join(workers.writing);
        LockSupport.unpark(workers.watching);
        pool.close();
        join(workers.segments);
        join(workers.watching);
    }

    private void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive() && !watch.isGivenUp()) {
            try {
                thread.join(JOIN_STEP_MILLIS);
            } catch (InterruptedException e) {
                interrupted = true; // the caller's interrupt; the files must be closed first
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
