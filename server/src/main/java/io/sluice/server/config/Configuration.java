package io.sluice.server.config;

import io.sluice.amqp.message.DeadLetterNames;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Users;
import io.sluice.broker.shard.Placement;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that {@code sluice.yaml} says, valid and complete: what the file leaves out has its default. Immutable. The keys of the
 * file are the names in here; what each means to an operator is written in the file itself.
 *
 * @param node the name this broker gives itself; its container-id
 * @param virtualHosts virtual hosts beside the default one
 * @param shards parts that queues and topics are spread over
 * @param eventLoops threads that serve connections
 */
@RecordBuilder
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
        Cluster cluster,
        VirtualHost.Hosting virtualHosts,
        int shards,
        int eventLoops)
        implements ConfigurationBuilder.With {

    /** A message goes through the journal of a cluster in one piece. */
    public static final int MAX_MEMBERS_MESSAGE_BYTES = 16 << 20;

    /** No limit, for the numbers in here. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    public record Security(
            Users.Anonymous anonymous, Users.Plain plain, boolean scramSha1, List<User> users, Tokens tokens) {
        public Security {
            users = List.copyOf(users);
        }

        /** Of a virtual host: tokens are the broker's matter. */
        private Security of(List<User> accounts) {
            return new Security(anonymous, plain, scramSha1, accounts, Defaults.TOKENS);
        }
    }

    /**
     * @param password a stored password as {@code sluice user hash} prints it; empty: nobody logs in with one
     * @param loopbackOnly whether the user may connect from this machine only
     * @param permissions what the user may do; empty: everything
     */
    public record User(
            String name, Optional<String> password, boolean loopbackOnly, Optional<Permissions> permissions) {
        @Override
        public String toString() {
            return "User[" + name + (loopbackOnly ? ", loopback only]" : "]");
        }
    }

    /** Limits of the AMQP endpoint. */
    @RecordBuilder
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
            int maxTerminusTimeoutSeconds,
            Set<DeadLetterNames> deadLetterAnnotations)
            implements ConfigurationAmqpBuilder.With {
        public Amqp {
            deadLetterAnnotations = Set.copyOf(deadLetterAnnotations);
        }

        private Amqp withoutLargeMessages(int mostBytes) {
            return with(changed -> changed.maxMessageSizeBytes(Math.min(maxMessageSizeBytes, mostBytes))
                    .largeMessageBytes(Integer.MAX_VALUE));
        }
    }

    /**
     * Sizes of the data folder; {@link #minFreeDiskBytes} is what the broker leaves free on its file system.
     *
     * @param checkpointBytesPerSecond what a checkpoint that is not urgent writes at most; 0 for no limit
     * @param idleCheckpointMillis without a write after which a checkpoint is made that is worth it; 0 for never
     */
    @RecordBuilder
    public record Storage(
            Path dataDir,
            long segmentBytes,
            long journalBudgetBytes,
            long journalMaxBytes,
            long minFreeDiskBytes,
            int slowForceMillis,
            int stalledForceMillis,
            long checkpointBytesPerSecond,
            int idleCheckpointMillis)
            implements ConfigurationStorageBuilder.With {}

    /** What messages may take of the heap: the smaller of the two. */
    public record Memory(int maxMessagePercentOfHeap, long maxMessageBytes) {
        /** Of all shards. @param heapBytes the most the heap can grow to */
        public long budgetBytes(long heapBytes) {
            return Math.min(maxMessageBytes, heapBytes / 100 * maxMessagePercentOfHeap);
        }
    }

    /**
     * @param prometheus whether this machine can read figures over HTTP
     * @param port on the loopback address; 0 for any free one
     */
    public record Metrics(boolean prometheus, int port) {}

    /** Where queues and topics are. */
    public Placement placement() {
        return queues.placement(shards);
    }

    /** Of a virtual host, as if it were a broker of its own; it gets its part of memory and storage. */
    public Configuration of(VirtualHost host) {
        return with(changed -> changed.security(security.of(host.accounts()))
                .queues(host.queues())
                .storage(storage.withDataDir(hostsFolder().resolve(host.name())))
                .virtualHosts(new VirtualHost.Hosting(Optional.of(host.name()), List.of(), virtualHosts.parts()))
                .shards(1));
    }

    /** Where the folders of virtual hosts are. */
    public Path hostsFolder() {
        return storage.dataDir().resolve("hosts");
    }

    /** What the command line says over the file. */
    public Configuration withDataDir(Path dataDir) {
        return withStorage(storage.withDataDir(dataDir));
    }

    /** What the command line says over the file. */
    public Configuration joining() {
        return withCluster(cluster.joining());
    }

    /**
     * In a cluster: as this node is to run, with what the list of nodes says of it; and every message is in the journal as a whole.
     *
     * @throws ConfigurationException this node is not among the nodes
     */
    public Configuration asMember() throws ConfigurationException {
        if (!cluster.isOn()) {
            return this;
        }
        Cluster.Node self = cluster.node(node)
                .orElseThrow(() -> new ConfigurationException(List.of(new Problem(
                        "cluster " + cluster.name(),
                        0,
                        0,
                        "there is no node \"" + node + "\" in cluster.nodes, only "
                                + cluster.nodes().stream()
                                        .map(Cluster.Node::name)
                                        .toList()
                                + ": say which one this is with --node"))));
        return with(changed -> changed.listen(listen.at(self.host(), self.port()))
                .amqp(amqp.withoutLargeMessages(MAX_MEMBERS_MESSAGE_BYTES)));
    }
}
