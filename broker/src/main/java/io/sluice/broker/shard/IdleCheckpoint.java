package io.sluice.broker.shard;

/**
 * Asks for a checkpoint when the shard has had nothing to write for a while and it is worth one. What is written then holds nobody
 * up, and a start after a crash has that much less to replay. Shard's thread only.
 */
final class IdleCheckpoint {
    private final ShardLimits.Idle limits;
    private final ShardQueues queues;
    private final Checkpoints checkpoints;
    private Written last = new Written(0, 0);
    private long quietSinceMillis;
    /** What was written when the last checkpoint began, whoever asked for it; -1 bytes: whatever the start left is new. */
    private Written stored = new Written(-1, 0);

    private long begun;

    /**
     * How far the shard has come.
     *
     * @param bytes handed to the journal
     * @param forgotten messages that left pages
     */
    record Written(long bytes, long forgotten) {}

    IdleCheckpoint(ShardLimits.Idle limits, ShardQueues queues, Checkpoints checkpoints) {
        this.limits = limits;
        this.queues = queues;
        this.checkpoints = checkpoints;
    }

    /** Time has passed. */
    void tick(Written now, long nowMillis) {
        if (checkpoints.begun() != begun) {
            begins(now);
        }
        if (!now.equals(last) || quietSinceMillis == 0) {
            last = now;
            quietSinceMillis = nowMillis;
            return;
        }
        boolean quiet = limits.afterMillis() > 0 && nowMillis - quietSinceMillis >= limits.afterMillis();
        if (quiet && !now.equals(stored) && isWorthIt(now) && !checkpoints.isRunning()) {
            checkpoints.wanted();
            begins(now);
        }
    }

    private void begins(Written now) {
        begun = checkpoints.begun();
        stored = now;
    }

    private boolean isWorthIt(Written now) {
        return now.bytes - stored.bytes >= limits.leastBytes()
                || now.forgotten - stored.forgotten >= limits.leastMessages()
                || queues.memory().unstoredBytes() >= limits.leastBytes();
    }
}
