package io.sluice.broker.shard;

/**
 * What a shard may hold.
 *
 * @param memoryBytes of memory for messages, with what it costs to keep them; above nine tenths producers get no credit, above it messages are refused
 * @param inFlightBytes handed to the journal and not yet durable, above which producers get no credit until it is half that
 * @param batchBytes after which a batch is closed; one indivisible decision may be larger
 * @param checkpointSliceBytes of messages handed to the store at a time
 * @param paging when messages leave memory, and how they come back
 */
public record ShardLimits(
        long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes, Paging paging) {
    public ShardLimits {
        if (memoryBytes < 1 || inFlightBytes < 1 || batchBytes < 1 || checkpointSliceBytes < 1) {
            throw new IllegalArgumentException("a limit is 1 or more");
        }
    }

    /** With the paging that goes with so much memory. */
    public ShardLimits(long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes) {
        this(memoryBytes, inFlightBytes, batchBytes, checkpointSliceBytes, Paging.ofMemory(memoryBytes));
    }

    /** @param memoryBytes see {@link ShardLimits}; the other limits as they are by default */
    public static ShardLimits ofMemory(long memoryBytes) {
        return new ShardLimits(memoryBytes, 32L << 20, 1 << 20, 60 << 10);
    }

    /**
     * @param residentBytes of memory, above which messages that a page has as well leave it
     * @param unstoredBytes of memory for messages that only the journal has, above which a checkpoint is begun
     * @param readAheadBytes of each queue, read before a consumer asks for it
     * @param readBytes of pages being read at a time, of all queues; one page may be larger
     */
    public record Paging(long residentBytes, long unstoredBytes, long readAheadBytes, long readBytes) {
        private static final long MAX_READ_AHEAD_BYTES = 1 << 20;

        public Paging {
            if (residentBytes < 1 || unstoredBytes < 1 || readAheadBytes < 1 || readBytes < 1) {
                throw new IllegalArgumentException("a limit is 1 or more");
            }
        }

        /** Half of the memory is for what is resident, half of that for what waits for a checkpoint. */
        public static Paging ofMemory(long memoryBytes) {
            long readAhead = Math.min(MAX_READ_AHEAD_BYTES, memoryBytes / 128) + 1;
            return new Paging(memoryBytes / 2 + 1, memoryBytes / 4 + 1, readAhead, readAhead * 4);
        }
    }
}
