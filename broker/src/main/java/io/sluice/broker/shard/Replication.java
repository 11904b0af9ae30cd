package io.sluice.broker.shard;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What part a shard has in a cluster: as a backup it applies what the primary decided and decides nothing itself; as the primary it serves
 * while it is sure to be the only one. A shard whose journal is its own is the primary from the start. Shard's thread only.
 */
final class Replication {
    private final ShardQueues queues;
    private final ShardLimits limits;
    private final Journal journal;
    /** Of batches that are applied; the journal waits for them while messages take more memory than they may. */
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    private boolean primary;
    private long replicatedBytes;

    Replication(ShardQueues queues, ShardLimits limits, Journal journal) {
        this.queues = queues;
        this.limits = limits;
        this.journal = journal;
        this.primary = journal.decidesAtOnce();
    }

    /** Whether messages may be given out, and time may have consequences, at this moment. */
    boolean serves() {
        return primary && journal.mayServe();
    }

    void becamePrimary() {
        primary = true;
        releaseAll();
    }

    /** Applies a batch. @param applied see {@link Journal.Listener#replicated} */
    void apply(List<JournalRecord> records, JournalPosition position, Checkpoints checkpoints, Runnable applied) {
        for (JournalRecord record : records) {
            record.accept(queues);
            replicatedBytes += RecordSize.of(record);
        }
        queues.definitions().publish();
        checkpoints.applied(position);
        held.add(applied);
    }

    /** Bytes of batches applied as a backup in this life. */
    long replicatedBytes() {
        return replicatedBytes;
    }

    /** Lets the journal go on, unless memory is short and a checkpoint is about to give some back. */
    void turnEnds(boolean checkpointRuns) {
        if (!checkpointRuns || queues.bytes() <= limits.memoryBytes() / 10 * 9) {
            releaseAll();
        }
    }

    private void releaseAll() {
        for (Runnable applied = held.poll(); applied != null; applied = held.poll()) {
            applied.run();
        }
    }
}
