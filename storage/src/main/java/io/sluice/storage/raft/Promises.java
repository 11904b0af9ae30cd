package io.sluice.storage.raft;

import java.util.concurrent.TimeUnit;

/**
 * What this node told primaries in earlier lives, as far as it matters: a primary's lease counts on an answer for at most
 * {@code electionMinMillis} after the request was sent, and a life that has just begun remembers none. So it may not take part in elections
 * before all of them are out of date.
 *
 * <p>That time counts from when the life before stopped answering, where this process saw that: what is closed and opened in between is
 * part of it. A process that has just started cannot know when the one before it ended, but that it is over now that the folder is its own.
 *
 * <p>Belongs to a data folder, as long as the process has it to itself. Time is that of {@link System#nanoTime}. Any thread.
 */
public final class Promises {
    private final long validNanos;
    private long lastNanos;
    private boolean silent;
    private Life latest = new Life();

    public Promises(RaftSettings.Timing timing) {
        this.validNanos = TimeUnit.MILLISECONDS.toNanos(timing.electionMinMillis());
    }

    /** A life begins, whose folder nobody else has open; it answers nobody yet. */
    synchronized Life opened(long nowNanos) {
        if (!silent) {
            lastNanos = nowNanos;
            silent = true;
        }
        latest = new Life();
        return latest;
    }

    private synchronized long leftNanos(long nowNanos) {
        return lastNanos + validNanos - nowNanos;
    }

    private synchronized void answers(Life life) {
        if (life == latest) {
            silent = false;
        }
    }

    private synchronized void silent(Life life, long nowNanos) {
        if (life == latest && !silent) {
            lastNanos = nowNanos;
            silent = true;
        }
    }

    /** What one life does; once the next one is opened nothing that it says counts, as where it is closed twice. */
    final class Life {
        private Life() {}

        /** How long it has to wait before it takes part in elections; 0 or less: not at all. */
        long leftNanos(long nowNanos) {
            return Promises.this.leftNanos(nowNanos);
        }

        /** It may answer from now on. */
        void answers() {
            Promises.this.answers(this);
        }

        /** It answered no request that came after this. */
        void silent(long sinceNanos) {
            Promises.this.silent(this, sinceNanos);
        }
    }
}
