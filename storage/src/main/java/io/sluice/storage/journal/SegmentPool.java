package io.sluice.storage.journal;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.Metrics;
import io.sluice.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.DoubleSupplier;

/**
 * The segment files that are not being written: full ones that wait for a checkpoint, and free ones. A background thread calls
 * {@link #tend}; it alone creates and deletes files and tells the listener about room.
 *
 * <p>Any thread. No file operation and no listener call happens under the lock.
 */
final class SegmentPool {
    static final String SUFFIX = ".seg";
    static final String UNFINISHED = ".new";

    private enum Phase {
        OPEN,
        /** What was appended is still written, but nobody waits for a checkpoint. */
        DRAINING,
        CLOSED
    }

    /** A full segment. */
    record Closed(Path file, long lastIndex) {}

    private final Disk disk;
    private final Path folder;
    private final JournalLimits limits;
    private final Journal.Listener listener;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Path> free = new ArrayDeque<>();
    private final Deque<Closed> closed = new ArrayDeque<>();
    private int files;
    private Phase phase = Phase.OPEN;
    private boolean low;
    private String diskProblem = "";

    /**
     * @param found what a replay found in the folder
     * @param limits of the journal; files of another size are not used again
     */
    SegmentPool(Disk disk, Path folder, JournalLimits limits, Journal.Listener listener, Found found) {
        this.disk = disk;
        this.folder = folder;
        this.limits = limits;
        this.listener = listener;
        closed.addAll(found.closed);
        free.addAll(found.free);
        files = closed.size() + free.size();
    }

    /** Segment files of the folder that are full, oldest first, and those that may be written. */
    record Found(List<Closed> closed, List<Path> free) {}

    /** Makes the segments visible. */
    void showIn(Metrics metrics) {
        show(metrics, "free", () -> count(free));
        show(metrics, "full", () -> count(closed));
        show(metrics, "active", () -> files() - count(free) - count(closed));
        metrics.gauge(
                "sluice.storage.size",
                Metrics.Unit.BYTES,
                "What the data folder takes on the disk.",
                () -> (double) files() * limits.segmentBytes(),
                "kind",
                "journal");
    }

    private static void show(Metrics metrics, String state, DoubleSupplier count) {
        metrics.gauge(
                "sluice.journal.segments",
                Metrics.Unit.COUNT,
                "Segment files: free, being written (active), waiting for a checkpoint (full).",
                count,
                "state",
                state);
    }

    private int count(Deque<?> segments) {
        lock.lock();
        try {
            return segments.size();
        } finally {
            lock.unlock();
        }
    }

    private int files() {
        lock.lock();
        try {
            return files;
        } finally {
            lock.unlock();
        }
    }

    /** A segment to write next; null while there is none. */
    Path take() {
        lock.lock();
        try {
            changed.signalAll();
            return free.poll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@link #take} may succeed. @return false: the journal is being closed, and no segment can be had */
    boolean awaitFree() {
        lock.lock();
        try {
            while (free.isEmpty()) {
                boolean none = files >= limits.maxSegments() || !diskProblem.isEmpty();
                if (phase != Phase.OPEN && none) {
                    return false;
                }
                changed.awaitUninterruptibly();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The segment taken last is full. */
    void full(Path file, long lastIndex) {
        boolean wanted;
        lock.lock();
        try {
            closed.add(new Closed(file, lastIndex));
            wanted = overBudget();
        } finally {
            lock.unlock();
        }
        if (wanted) {
            listener.checkpointWanted();
        }
    }

    private boolean overBudget() {
        return closed.size() > limits.budgetSegments();
    }

    /**
     * Segments whose last batch is not behind {@code index} may be written again. The newest full one stays: until the next has a
     * durable frame, it is what says where the journal ends.
     */
    void checkpointed(long index) {
        lock.lock();
        try {
            while (closed.size() > 1 && closed.peek().lastIndex <= index) {
                free.add(closed.poll().file);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** What a replay leaves may be over the budget already. */
    void start() {
        boolean wanted;
        lock.lock();
        try {
            wanted = overBudget();
        } finally {
            lock.unlock();
        }
        if (wanted) {
            listener.checkpointWanted();
        }
    }

    /** From now on {@link #awaitFree} does not wait for a checkpoint. */
    void drain() {
        lock.lock();
        try {
            phase = Phase.DRAINING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends {@link #tendUntilClosed}. */
    void close() {
        lock.lock();
        try {
            phase = Phase.CLOSED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The background thread's loop; returns after {@link #close}. */
    void tendUntilClosed() {
        start();
        while (true) {
            boolean more = tend();
            lock.lock();
            try {
                if (phase == Phase.CLOSED) {
                    return;
                }
                if (!more) {
                    changed.await(limits.diskCheckMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException stray) {
                continue; // nobody interrupts this thread; if somebody does, there is nothing to give up here
            } finally {
                lock.unlock();
            }
        }
    }

    /** One step of work: deletes a surplus file, prepares a spare, reports room. @return whether there is more to do at once */
    boolean tend() {
        boolean trimmed = trim();
        boolean prepared = wantsSpare() && prepare();
        reportRoom();
        return trimmed || (prepared && wantsSpare());
    }

    private boolean trim() {
        Path surplus;
        lock.lock();
        try {
            boolean many = free.size() > limits.budgetSegments() + JournalLimits.SPARE_SEGMENTS;
            surplus = many ? free.pollLast() : null;
            files -= many ? 1 : 0;
        } finally {
            lock.unlock();
        }
        if (surplus == null) {
            return false;
        }
        deleteQuietly(surplus);
        return true;
    }

    private boolean wantsSpare() {
        lock.lock();
        try {
            // The segment being written is among the files that are neither free nor closed.
            return phase != Phase.CLOSED && free.size() < JournalLimits.SPARE_SEGMENTS && files < limits.maxSegments();
        } finally {
            lock.unlock();
        }
    }

    /** Creates one zeroed segment. A disk that is full is not fatal here: nothing was promised yet. */
    private boolean prepare() {
        Path unfinished = null;
        try {
            Path file = freeName();
            unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
            fillWithZeros(unfinished);
            disk.rename(unfinished, file);
            disk.forceFolder(folder);
            lock.lock();
            try {
                files++;
                free.add(file);
                diskProblem = "";
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            return true;
        } catch (IOException e) {
            if (unfinished != null) {
                deleteQuietly(unfinished);
            }
            setDiskProblem("No journal segment of " + limits.segmentBytes() + " bytes can be created in " + folder
                    + ": " + e.getMessage());
            return false;
        }
    }

    private Path freeName() throws IOException {
        List<Path> taken = new ArrayList<>(disk.list(folder));
        for (int slot = 0; ; slot++) {
            Path file = folder.resolve(String.format("%06d", slot) + SUFFIX);
            if (!taken.contains(file)) {
                return file;
            }
        }
    }

    /** Real extents, so that a later force() of data does not also commit file system metadata: half the latency. */
    private void fillWithZeros(Path file) throws IOException {
        int chunkBytes = Math.min(limits.segmentBytes(), 1 << 20);
        ByteBuffer zeros = ByteBuffer.allocateDirect(chunkBytes);
        try (Disk.OpenFile out = disk.open(file)) {
            for (long at = 0; at < limits.segmentBytes(); at += chunkBytes) {
                zeros.clear().limit((int) Math.min(chunkBytes, limits.segmentBytes() - at));
                out.write(zeros, at);
                out.force(); // in steps: one large flush would hold up the writer's
            }
        }
    }

    private void deleteQuietly(Path file) {
        try {
            disk.delete(file);
        } catch (IOException e) {
            setDiskProblem("Journal file " + file + " cannot be deleted: " + e.getMessage());
        }
    }

    private void setDiskProblem(String problem) {
        lock.lock();
        try {
            diskProblem = problem;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void reportRoom() {
        String reason = problem();
        boolean nowLow = !reason.isEmpty();
        if (nowLow != low) {
            low = nowLow;
            listener.roomLow(nowLow, reason);
        }
    }

    /** One sentence, "" where there is room enough. */
    private String problem() {
        long usable;
        try {
            usable = disk.usableBytes(folder);
        } catch (IOException e) {
            return "Free space of " + folder + " cannot be read: " + e.getMessage();
        }
        lock.lock();
        try {
            int left = free.size() + Math.max(0, limits.maxSegments() - files);
            if (left < JournalLimits.SPARE_SEGMENTS) {
                return "The journal in " + folder + " is close to its limit of " + limits.maxBytes()
                        + " bytes and waits for a checkpoint.";
            }
            if (!diskProblem.isEmpty() && free.size() < JournalLimits.SPARE_SEGMENTS) {
                return diskProblem;
            }
            if (usable < limits.lowDiskBytes()) {
                return "The disk of " + folder + " has only " + usable + " bytes left.";
            }
            return "";
        } finally {
            lock.unlock();
        }
    }
}
