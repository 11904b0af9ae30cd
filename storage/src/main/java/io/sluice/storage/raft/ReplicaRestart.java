package io.sluice.storage.raft;

import io.sluice.broker.port.StorageException;

/**
 * This life of the replica is over, and the next one mends what there is to mend: it is no longer the primary, it got a snapshot in place of
 * what it had, or its log does not fit what the primary sends. What was not durable is dropped with the shard; the node opens its data folder
 * again and goes on as a backup.
 */
public final class ReplicaRestart extends StorageException {
    private static final long serialVersionUID = 1L;

    /** @param message one sentence for an operator */
    public ReplicaRestart(String message) {
        super(message);
    }
}
