package io.sluice.broker.shard;

/**
 * What a shard may hold.
 *
 * @param memoryBytes of memory for messages, with what it costs to keep them; above nine tenths producers get no credit, above it messages are refused
 * @param inFlightBytes handed to the journal and not yet durable, above which producers get no credit until it is half that
 * @param batchBytes after which a batch is closed; one indivisible decision may be larger
 * @param checkpointSliceBytes of messages handed to the store at a time
 */
public record ShardLimits(long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes) {
    public ShardLimits {
        if (memoryBytes < 1 || inFlightBytes < 1 || batchBytes < 1 || checkpointSliceBytes < 1) {
            throw new IllegalArgumentException("a limit is 1 or more");
        }
    }

    /** @param memoryBytes see {@link ShardLimits}; the other limits as they are by default */
    public static ShardLimits ofMemory(long memoryBytes) {
        return new ShardLimits(memoryBytes, 32L << 20, 1 << 20, 60 << 10);
    }
}
