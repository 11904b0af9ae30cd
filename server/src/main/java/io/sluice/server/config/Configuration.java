package io.sluice.server.config;

import io.sluice.broker.security.Users;
import java.nio.file.Path;
import java.util.List;

/**
 * All that {@code sluice.yaml} says, valid and complete: what the file leaves out has its default. Immutable. The keys of the
 * file are the names in here; what each means to an operator is written in the file itself.
 *
 * @param node the name this broker gives itself; its container-id
 * @param eventLoops threads that serve connections
 */
public record Configuration(
        String node,
        Listen listen,
        Security security,
        Amqp amqp,
        QueueRules queues,
        TopicRules topics,
        Storage storage,
        Memory memory,
        Metrics metrics,
        int eventLoops) {

    /** No limit, for the numbers in here. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public record Security(Users.Anonymous anonymous, Users.Plain plain, List<User> users) {
        public Security {
            users = List.copyOf(users);
        }
    }

    /**
     * @param password a stored password as {@code sluice user hash} prints it
     * @param loopbackOnly whether the user may connect from this machine only
     */
    public record User(String name, String password, boolean loopbackOnly) {
        @Override
        public String toString() {
            return "User[" + name + (loopbackOnly ? ", loopback only]" : "]");
        }
    }

    /** Limits of the AMQP endpoint. */
    public record Amqp(
            int maxConnections,
            int maxFrameSizeBytes,
            int maxMessageSizeBytes,
            int largeMessageBytes,
            int channelMax,
            int maxLinksPerSession,
            int maxLinksPerConnection,
            int linkCreditMessages,
            int idleTimeoutMillis,
            int preOpenTimeoutMillis,
            int transactionTimeoutMillis,
            int maxTransactionsPerConnection,
            int maxTransactionOperations,
            long maxTransactionBytes,
            int maxDynamicNodesPerConnection,
            int maxDynamicNodes,
            int maxTerminusTimeoutSeconds) {}

    /**
     * Sizes of the data folder; {@link #minFreeDiskBytes} is what the broker leaves free on its file system.
     *
     * @param checkpointBytesPerSecond what a checkpoint that is not urgent writes at most; 0 for no limit
     * @param idleCheckpointMillis without a write after which a checkpoint is made that is worth it; 0 for never
     */
    public record Storage(
            Path dataDir,
            long segmentBytes,
            long journalBudgetBytes,
            long journalMaxBytes,
            long minFreeDiskBytes,
            int slowForceMillis,
            int stalledForceMillis,
            long checkpointBytesPerSecond,
            int idleCheckpointMillis) {}

    /** What messages may take of the heap: the smaller of the two. */
    public record Memory(int maxMessagePercentOfHeap, long maxMessageBytes) {
        /** @param heapBytes the most the heap can grow to */
        public long budgetBytes(long heapBytes) {
            return Math.min(maxMessageBytes, heapBytes / 100 * maxMessagePercentOfHeap);
        }
    }

    /**
     * @param prometheus whether this machine can read figures over HTTP
     * @param port on the loopback address; 0 for any free one
     */
    public record Metrics(boolean prometheus, int port) {}

    /** What the command line says over the file. */
    public Configuration withListen(Listen newListen) {
        return new Configuration(node, newListen, security, amqp, queues, topics, storage, memory, metrics, eventLoops);
    }

    /** What the command line says over the file. */
    public Configuration withNode(String newNode) {
        return new Configuration(newNode, listen, security, amqp, queues, topics, storage, memory, metrics, eventLoops);
    }

    /** What the command line says over the file. */
    public Configuration withDataDir(Path dataDir) {
        Storage moved = new Storage(
                dataDir,
                storage.segmentBytes,
                storage.journalBudgetBytes,
                storage.journalMaxBytes,
                storage.minFreeDiskBytes,
                storage.slowForceMillis,
                storage.stalledForceMillis,
                storage.checkpointBytesPerSecond,
                storage.idleCheckpointMillis);
        return new Configuration(node, listen, security, amqp, queues, topics, moved, memory, metrics, eventLoops);
    }
}
