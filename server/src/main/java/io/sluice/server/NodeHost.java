package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.LargeMessages;
import io.sluice.amqp.management.ClusterNodes;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.ServerLoops;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.ShardPlace;
import io.sluice.server.config.Configuration;
import io.sluice.storage.raft.Promises;
import io.sluice.storage.raft.ReplicaServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * A virtual host on a node of a cluster, or the default one: its shards, each with a group of its own, and what its connections share.
 *
 * @param configuration of this host
 * @param led which of its shards are served here
 */
record NodeHost(Configuration configuration, LedShards led, List<ShardLives> shards) {
    /**
     * What the hosts of a node have in common.
     *
     * @param onChange called where a shard is served here from now on, or no more; any thread
     */
    record Node(
            ServerLoops loops, ReplicaServer replicas, AmqpServer endpoint, Runnable onChange, IntConsumer onFailure) {}

    /**
     * @param led of this host; nothing is in it yet
     * @param metrics with a tag for each of its shards
     * @throws StorageException a folder cannot be used; nothing stays open
     */
    static NodeHost open(Configuration configuration, LedShards led, Node node, List<Metrics> metrics)
            throws StorageException {
        // What is defined for the host as a whole is in the first.
        EffectiveRules rules = EffectiveRules.of(configuration).definedIn(led::defined);
        List<ShardLives> opened = new ArrayList<>();
        boolean all = false;
        try {
            for (int shard = 0; shard < configuration.shards(); shard++) {
                ShardOfNode part = new ShardOfNode(
                        configuration,
                        node.loops,
                        metrics.get(shard),
                        rules,
                        new ShardPlace(configuration.placement(), shard),
                        new Promises(ClusterSettings.timing(configuration)),
                        node.replicas);
                opened.add(ShardLives.open(part, led, node));
            }
            all = true;
            return new NodeHost(configuration, led, List.copyOf(opened));
        } finally {
            if (!all) {
                opened.forEach(ShardLives::abandon);
            }
        }
    }

    AmqpEnvironment environment(ClusterNodes cluster) {
        return ServedShards.environment(led, led::defined, configuration, LargeMessages.NONE, Optional.of(cluster));
    }
}
