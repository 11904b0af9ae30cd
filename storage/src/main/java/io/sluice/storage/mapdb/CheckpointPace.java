package io.sluice.storage.mapdb;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Holds a checkpoint back to so many bytes per second: large writes and forces of the store hold up those of the journal. Starts in
 * a hurry, because nobody is served while a store is opened.
 *
 * <p>One thread writes; any thread says how urgent it is.
 */
final class CheckpointPace {
    /** What may be written at once after a pause. */
    private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final long bytesPerSecond;
    private final LongSupplier nanoTime;
    private final LongConsumer parkNanos;
    /** When what was written so far may have been written. */
    private long dueNanos;

    private long writtenBytes;

    private volatile boolean urgent = true;
    private volatile Thread waiting;

    /** @param bytesPerSecond 0 for no limit */
    CheckpointPace(long bytesPerSecond) {
        this(bytesPerSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /** @param parkNanos waits so long at most; may return early */
    CheckpointPace(long bytesPerSecond, LongSupplier nanoTime, LongConsumer parkNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
        this.parkNanos = parkNanos;
        dueNanos = nanoTime.getAsLong();
    }

    /** Ends a wait, too. */
    void hurry(boolean newUrgent) {
        urgent = newUrgent;
        Thread waits = waiting;
        if (newUrgent && waits != null) {
            LockSupport.unpark(waits);
        }
    }

    /** All that was written so far, held back or not. The thread that writes. */
    long writtenBytes() {
        return writtenBytes;
    }

    /** Returns when the bytes just written are within the limit. */
    void wrote(int bytes) {
        writtenBytes += bytes;
        if (bytesPerSecond == 0) {
            return;
        }
        long now = nanoTime.getAsLong();
        if (urgent) {
            dueNanos = now;
            return;
        }
        long from = dueNanos - (now - BURST_NANOS) > 0 ? dueNanos : now - BURST_NANOS;
        dueNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
        waiting = Thread.currentThread();
        for (long left = dueNanos - now; left > 0 && !urgent; left = dueNanos - nanoTime.getAsLong()) {
            parkNanos.accept(left);
        }
        waiting = null;
    }
}
