package io.sluice.server;

import io.sluice.amqp.ServerAddresses;
import io.sluice.amqp.netty.HandThrough;
import io.sluice.server.config.Cluster;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.Listen;
import io.sluice.storage.raft.RaftGroups;
import io.sluice.storage.raft.RaftMember;
import io.sluice.storage.raft.RaftSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** The sections {@code cluster} and {@code replication} of the configuration, in the terms of the other modules. */
final class ClusterSettings {
    private ClusterSettings() {}

    static RaftMember member(Cluster.Node node) {
        return new RaftMember(
                node.name(),
                new RaftMember.Endpoint(node.host(), node.replicationPort()),
                new RaftMember.Endpoint(node.host(), node.port()),
                new RaftMember.Endpoint(node.host(), node.handThroughPort()));
    }

    static Cluster.Node self(Configuration configuration) {
        return configuration.cluster().nodes().stream()
                .filter(node -> node.name().equals(configuration.node()))
                .findFirst()
                .orElseThrow();
    }

    /** @param shard its number; what the section {@code storage} allows is for all of them together, and for those of virtual hosts */
    static RaftSettings raft(Configuration configuration, int shard) {
        Cluster cluster = configuration.cluster();
        Configuration.Storage storage = configuration.storage();
        List<RaftMember> founders = cluster.join()
                ? List.of()
                : cluster.nodes().stream().map(ClusterSettings::member).toList();
        return new RaftSettings(
                group(configuration, shard),
                member(self(configuration)),
                founders,
                dataFolder(configuration).resolve("raft"),
                timing(configuration),
                new RaftSettings.Limits(
                        storage.journalBudgetBytes()
                                / configuration.virtualHosts().parts(),
                        storage.journalMaxBytes() / configuration.virtualHosts().parts(),
                        storage.minFreeDiskBytes(),
                        RaftSettings.Limits.DEFAULT.maxBatchBytes()),
                cluster.replication().sync() == Cluster.Sync.MAJORITY
                        ? RaftSettings.Sync.DISK
                        : RaftSettings.Sync.MEMORY);
    }

    /** Which keeps a shard of the host that the configuration is of. */
    static UUID group(Configuration configuration, int shard) {
        String cluster = configuration.cluster().name();
        return configuration
                .virtualHosts()
                .self()
                .map(host -> RaftGroups.ofVirtualHost(cluster, host))
                .orElseGet(() -> RaftGroups.of(cluster, shard));
    }

    /** Where logs are: of the default host, and of each virtual host. */
    static List<Path> raftFolders(Configuration configuration) {
        return Stream.concat(
                        Stream.of(configuration),
                        configuration.virtualHosts().others().stream().map(configuration::of))
                .map(host -> raft(host, 0).folder())
                .toList();
    }

    /** To the main ports of the nodes. */
    static Redirects redirects(Configuration configuration) {
        return new Redirects(
                configuration.listen().ports().get(0).protocol().forClients().scheme());
    }

    /** Where clients are told to go; what the redirects above name is known to it. */
    static ServerAddresses addresses(Configuration configuration) {
        Listen listen = configuration.listen();
        List<ServerAddresses.FurtherPort> alike = listen.also().stream()
                .filter(port -> isReachable(port, listen))
                .flatMap(port -> listen.spoken(port.protocol()).stream()
                        .map(protocol -> new ServerAddresses.FurtherPort(port.port(), protocol.scheme())))
                .toList();
        return new ServerAddresses(
                addresses(listen.failoverServers()),
                configuration.cluster().nodes().stream()
                        .map(node -> new ServerAddresses.Node(
                                new ServerAddresses.Address(
                                        node.host(),
                                        node.port(),
                                        listen.protocol().forClients().scheme()),
                                node.clients().isEmpty() ? clients(node, listen, alike) : addresses(node.clients())))
                        .toList(),
                alike);
    }

    /** Of a node whose main port takes more than one protocol; empty: it takes one. */
    private static List<ServerAddresses.Address> clients(
            Cluster.Node node, Listen listen, List<ServerAddresses.FurtherPort> alike) {
        if (listen.protocol() != Listen.Protocol.ANY) {
            return List.of();
        }
        return Stream.concat(
                        listen.spoken(listen.protocol()).stream()
                                .map(protocol ->
                                        new ServerAddresses.Address(node.host(), node.port(), protocol.scheme())),
                        alike.stream()
                                .map(port -> new ServerAddresses.Address(node.host(), port.port(), port.scheme())))
                .toList();
    }

    private static List<ServerAddresses.Address> addresses(List<Listen.Server> servers) {
        return servers.stream()
                .map(server -> new ServerAddresses.Address(
                        server.host(), server.port(), server.protocol().scheme(), server.path()))
                .toList();
    }

    /** Whether clients of another node could come to this one's port of that number: it is known, and not for this machine or a proxy only. */
    private static boolean isReachable(Listen.Port port, Listen listen) {
        return port.port() != 0
                && !port.proxyProtocol()
                && (!Listen.isLoopback(port.host()) || Listen.isLoopback(listen.host()));
    }

    static RaftSettings.Timing timing(Configuration configuration) {
        Cluster.Replication replication = configuration.cluster().replication();
        return new RaftSettings.Timing(replication.electionMinMillis(), replication.electionMaxMillis());
    }

    static Path dataFolder(Configuration configuration) {
        return configuration.storage().dataDir().toAbsolutePath().normalize();
    }

    /** @throws StartFailure the file with the secret cannot be read */
    static HandThrough handThrough(Cluster cluster) throws StartFailure {
        String secret = "";
        if (!cluster.secretFile().isEmpty()) {
            Path file = Path.of(cluster.secretFile());
            try {
                secret = Files.readString(file).lines().findFirst().orElse("").strip();
            } catch (IOException e) {
                throw new StartFailure(
                        ExitCode.CONFIGURATION, "The secret of the cluster in " + file + " cannot be read: " + e, e);
            }
        }
        return new HandThrough(secret, cluster.handThroughWaitMillis());
    }
}
