package io.sluice.storage.raft;

import io.sluice.storage.raft.RaftSettings.Timing;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * When a primary that no majority answers any more has to give its role up, so that its clients learn of it and go elsewhere. Ratis looks for
 * that only when nothing else has happened for {@code electionMaxMillis}, which may be several times that.
 *
 * <p>It has not answered for {@code electionMaxMillis}, and for {@code electionMinMillis} more since that was seen: a process that stood still has
 * time to read the answers that came meanwhile. No clock; one thread.
 */
final class LostMajority {
    private final long mostMillis;
    private final long againNanos;
    private Optional<Long> sinceNanos = Optional.empty();

    LostMajority(Timing timing) {
        this.mostMillis = timing.electionMaxMillis();
        this.againNanos = TimeUnit.MILLISECONDS.toNanos(timing.electionMinMillis());
    }

    /**
     * To be asked several times in {@code electionMinMillis}.
     *
     * @param heardMillis how long ago a majority was heard of; {@code Long.MAX_VALUE} where that is not known
     * @param roleMillis how long this node has been the primary: it was elected by a majority then
     * @return whether the role is to be given up, once for each time the majority is lost
     */
    boolean isSeen(long nowNanos, long heardMillis, long roleMillis) {
        if (Math.min(heardMillis, roleMillis) <= mostMillis || heardMillis == Long.MAX_VALUE) {
            sinceNanos = Optional.empty();
            return false;
        }
        if (sinceNanos.isEmpty()) {
            sinceNanos = Optional.of(nowNanos);
        }
        if (nowNanos - sinceNanos.get() < againNanos) {
            return false;
        }
        // Where it is still the primary then, it is asked for once more.
        sinceNanos = Optional.of(nowNanos);
        return true;
    }
}
