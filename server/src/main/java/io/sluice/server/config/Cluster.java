package io.sluice.server.config;

import java.util.List;
import java.util.Optional;

/**
 * The sections {@code cluster} and {@code replication}: which brokers keep the same queues.
 *
 * @param name the same on every node, and no other cluster's; "" for a broker on its own
 * @param nodes those that found the cluster, and this one
 * @param join whether this node waits to be added to a cluster that there is already
 * @param secretFile its first line is known to all nodes; "" for none
 * @param handThroughWaitMillis a client waits so long for a primary
 * @param routing what a node does with clients of which it is not the primary
 * @param spreadLeadersMillis with several shards, a node that is back gets what is its own again after so long, one shard at a time
 */
public record Cluster(
        String name,
        List<Node> nodes,
        boolean join,
        String secretFile,
        int handThroughWaitMillis,
        Routing routing,
        int spreadLeadersMillis,
        Replication replication) {
    public Cluster {
        nodes = List.copyOf(nodes);
    }

    /**
     * @param host where it is reached, by clients and by the others
     * @param port for clients, on its main port
     * @param replicationPort for the journal
     * @param handThroughPort for connections that other nodes hand through to it
     * @param clients where clients reach it, for each protocol once; empty: at {@link #port}, and at the further ports that all nodes have
     */
    public record Node(
            String name, String host, int port, int replicationPort, int handThroughPort, List<Listen.Server> clients) {
        public Node {
            clients = List.copyOf(clients);
        }
    }

    /** How clients that come to a backup find the primary. */
    public enum Routing {
        /** The backup passes their bytes on: they need know nothing of it. */
        HAND_THROUGH,
        /** They are told where the primary is, and go there themselves. */
        REDIRECT
    }

    /** What an accepted message has survived. */
    public enum Sync {
        /** On the disks of most nodes. */
        MAJORITY,
        /** Written by most nodes, and not yet forced to their disks. */
        OS_CACHE
    }

    /**
     * @param electionMinMillis a backup that hears nothing for so long asks to become the primary
     * @param electionMaxMillis the latest it does so
     */
    public record Replication(Sync sync, int electionMinMillis, int electionMaxMillis) {}

    /** Whether there is more than this broker. */
    public boolean isOn() {
        return !name.isEmpty();
    }

    Optional<Node> node(String nodeName) {
        return nodes.stream().filter(node -> node.name().equals(nodeName)).findFirst();
    }

    Cluster joining() {
        return new Cluster(
                name, nodes, true, secretFile, handThroughWaitMillis, routing, spreadLeadersMillis, replication);
    }
}
