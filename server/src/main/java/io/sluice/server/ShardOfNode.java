package io.sluice.server;

import io.sluice.amqp.netty.ServerLoops;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.shard.ShardPlace;
import io.sluice.server.config.Configuration;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.raft.Promises;
import io.sluice.storage.raft.ReplicaServer;
import io.sluice.storage.raft.ReplicatedStorage;
import java.util.Optional;

/**
 * What all lives of one shard of a node of a cluster have in common, of the default host or of a virtual host.
 *
 * @param configuration of its host
 * @param metrics with the shard's number, where there are several
 * @param rules of all shards
 * @param promises of the lives before
 * @param server that has the replicas of all shards
 */
record ShardOfNode(
        Configuration configuration,
        ServerLoops loops,
        Metrics metrics,
        EffectiveRules rules,
        ShardPlace place,
        Promises promises,
        ReplicaServer server) {
    /** What its primary is to operators and clients. */
    String primary() {
        return "the primary" + its().map(name -> " of " + name).orElse("");
    }

    /** In front of what is said of it. */
    String title() {
        return its().map(name -> Character.toUpperCase(name.charAt(0)) + name.substring(1) + ": ")
                .orElse("");
    }

    /** Empty: there is no other. */
    private Optional<String> its() {
        Optional<String> named = virtualHost().map(host -> "virtual host '" + host + "'");
        return named.isPresent() || configuration.virtualHosts().parts() == 1
                ? named
                : Optional.of("shard " + place.index());
    }

    /** Empty: the default one. */
    Optional<String> virtualHost() {
        return configuration.virtualHosts().self();
    }

    /** Of the thread that goes through its lives. */
    String threadName() {
        return virtualHost().map(host -> "host-" + host).orElse("shard-" + place.index());
    }

    /** @throws StorageException the folder cannot be used */
    ReplicatedStorage open() throws StorageException {
        return ReplicatedStorage.open(
                new FileDisk(),
                ClusterSettings.dataFolder(configuration),
                new ShardNumber(place.index(), configuration.shards()),
                shard -> ClusterSettings.group(configuration, shard),
                ClusterSettings.raft(configuration, place.index()),
                server,
                StorageSettings.of(configuration, place.index()).messages(),
                metrics,
                promises);
    }
}
