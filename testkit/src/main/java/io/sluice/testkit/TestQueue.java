package io.sluice.testkit;

import io.sluice.broker.QueueStatus;

/**
 * One queue of a {@link SluiceBroker}, seen from the test. Any thread but the broker's own; every call waits for the broker's
 * answer, which is behind everything the broker had received before. Fails with {@link SluiceBrokerException} when the queue is
 * gone.
 */
public final class TestQueue {
    private final ShardAccess shard;
    private final String name;

    TestQueue(ShardAccess shard, String name) {
        this.shard = shard;
        this.name = name;
    }

    /** The address that clients use. */
    public String name() {
        return name;
    }

    /** Everything about it at one instant. */
    public QueueStatus status() {
        return shard.describe(name);
    }

    /** All it holds, those included that a consumer has and did not settle yet. */
    public long messages() {
        return status().messages();
    }

    /** Of {@link #messages}, those a consumer has and did not settle yet. */
    public long unsettled() {
        return status().unsettled();
    }

    /** Of {@link #messages}, those that wait for the time of their delivery. */
    public long scheduled() {
        return status().scheduled();
    }

    /** Messages that were accepted and not stored because they had been sent before. */
    public long duplicates() {
        return status().duplicates();
    }

    /** Consumers attached. */
    public int consumers() {
        return status().consumers();
    }

    /** Producers attached. */
    public int producers() {
        return status().producers();
    }

    /** Removes its messages, except those that consumers have. @return how many */
    public long purge() {
        return shard.purge(name);
    }

    /** Deletes it with all it holds; links attached to it are closed with {@code amqp:resource-deleted}. */
    public void delete() {
        shard.delete(name);
    }

    @Override
    public String toString() {
        return "queue '" + name + "'";
    }
}
