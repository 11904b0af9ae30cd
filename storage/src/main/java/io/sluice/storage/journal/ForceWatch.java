package io.sluice.storage.journal;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches how long the disk takes to make a frame durable. The writer says when it begins and ends; another thread, which never
 * touches the disk, looks on: a disk that hangs does not come back to say so.
 *
 * <p>Slow forces that follow one another are one episode: one line when it begins, one when it is over.
 */
final class ForceWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ForceWatch.class);
    private static final long NOTHING_RUNS = 0;
    private static final long GIVEN_UP = -1;
    private static final long MILLION = 1_000_000;

    private final long slowNanos;
    private final long stalledNanos;
    private final String folder;
    private final JournalMeters meters;
    private final long origin;

    /** When the force under way began, counted from the origin, positive. */
    private final AtomicLong running = new AtomicLong(NOTHING_RUNS);

    /** The force that was logged as slow while it ran. */
    private volatile long reported;

    private volatile boolean inEpisode;
    private int episodeForces;
    private long episodeBegan;
    private long episodeLongest;

    /** @param nowNanos of a clock that only rises */
    ForceWatch(JournalLimits limits, String folder, JournalMeters meters, long nowNanos) {
        this.slowNanos = limits.slowForceMillis() * MILLION;
        this.stalledNanos = limits.stalledForceMillis() * MILLION;
        this.folder = folder;
        this.meters = meters;
        this.origin = nowNanos - 1;
    }

    /** Writer's thread: the disk is about to be waited for. */
    void began(long nowNanos) {
        running.set(nowNanos - origin);
    }

    /** Writer's thread: it came back. @return false: too late, it was given up */
    boolean ended(long nowNanos) {
        long began = running.get();
        if (began == GIVEN_UP || !running.compareAndSet(began, NOTHING_RUNS)) {
            return false;
        }
        long took = nowNanos - origin - began;
        meters.forced(took);
        if (took > slowNanos) {
            slow(began, took);
        } else if (inEpisode) {
            LOG.info(
                    "The disk of {} is fast again: {} forces of the journal took longer than {} ms within {} ms, the longest {} ms",
                    folder,
                    episodeForces,
                    slowNanos / MILLION,
                    (nowNanos - origin - episodeBegan) / MILLION,
                    episodeLongest / MILLION);
            inEpisode = false;
        }
        return true;
    }

    private void slow(long began, long took) {
        meters.slow();
        if (!inEpisode) {
            inEpisode = true;
            episodeBegan = began;
            episodeForces = 0;
            episodeLongest = 0;
            if (reported != began) {
                warn(took);
            }
        }
        episodeForces++;
        episodeLongest = Math.max(episodeLongest, took);
    }

    private void warn(long took) {
        LOG.warn(
                "The disk of {} is slow: a force of the journal takes {} ms; after {} ms the broker stops",
                folder,
                took / MILLION,
                stalledNanos / MILLION);
    }

    /** Whether the disk was given up: nothing may be written or reported any more. Any thread. */
    boolean isGivenUp() {
        return running.get() == GIVEN_UP;
    }

    /** How often to look, in nanoseconds. */
    long periodNanos() {
        return Math.max(MILLION, slowNanos / 4);
    }

    /** Watching thread. @return true, once: the force under way takes too long and is given up, its frame is never reported committed */
    boolean stalled(long nowNanos) {
        long began = running.get();
        if (began <= NOTHING_RUNS) {
            return false;
        }
        long taken = nowNanos - origin - began;
        if (taken > stalledNanos) {
            return running.compareAndSet(began, GIVEN_UP);
        }
        if (taken > slowNanos && reported != began && !inEpisode) {
            reported = began;
            warn(taken);
        }
        return false;
    }
}
