package io.sluice.broker.shard;

/**
 * What a shard may hold.
 *
 * @param memoryBytes of memory for messages, with what it costs to keep them; above nine tenths producers get no credit, above it messages are refused
 * @param inFlightBytes handed to the journal and not yet durable, above which producers get no credit until it is half that
 * @param batchBytes after which a batch is closed; one indivisible decision may be larger
 * @param checkpointSliceBytes of messages handed to the store at a time
 * @param paging when messages leave memory, and how they come back
 * @param idle when a shard that has nothing to do writes a checkpoint
 */
public record ShardLimits(
        long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes, Paging paging, Idle idle) {
    public ShardLimits {
        if (memoryBytes < 1 || inFlightBytes < 1 || batchBytes < 1 || checkpointSliceBytes < 1) {
            throw new IllegalArgumentException("a limit is 1 or more");
        }
    }

    /** With the paging that goes with so much memory. */
    public ShardLimits(long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes) {
        this(memoryBytes, inFlightBytes, batchBytes, checkpointSliceBytes, Paging.ofMemory(memoryBytes));
    }

    /** As above, with a paging of its own. */
    public ShardLimits(long memoryBytes, long inFlightBytes, int batchBytes, int checkpointSliceBytes, Paging paging) {
        this(memoryBytes, inFlightBytes, batchBytes, checkpointSliceBytes, paging, Idle.NEVER);
    }

    /** @param memoryBytes see {@link ShardLimits}; the other limits as they are by default */
    public static ShardLimits ofMemory(long memoryBytes) {
        return new ShardLimits(memoryBytes, 32L << 20, 1 << 20, 60 << 10);
    }

    public ShardLimits withIdle(Idle newIdle) {
        return new ShardLimits(memoryBytes, inFlightBytes, batchBytes, checkpointSliceBytes, paging, newIdle);
    }

    /**
     * When a shard that has nothing to do writes a checkpoint: the next start is quick then, and what a drained backlog took of the
     * disk is given back.
     *
     * @param afterMillis so long after the last record went to the journal; 0: never
     * @param leastBytes written to the journal since the last checkpoint, or waiting without a page, for which it is worth it
     * @param leastMessages that left pages since the last checkpoint, for which it is worth it
     */
    public record Idle(long afterMillis, long leastBytes, long leastMessages) {
        public static final Idle NEVER = new Idle(0, 1, 1);

        public Idle {
            if (afterMillis < 0 || leastBytes < 1 || leastMessages < 1) {
                throw new IllegalArgumentException("an idle shard waits 0 ms or more, for 1 byte or message or more");
            }
        }

        /** For 16 MiB, or ten thousand messages that left. */
        public static Idle after(long millis) {
            return new Idle(millis, 16 << 20, 10_000);
        }
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
