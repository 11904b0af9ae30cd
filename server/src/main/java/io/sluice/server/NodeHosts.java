package io.sluice.server;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.management.ClusterNodes;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.StorageException;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.VirtualHost;
import io.sluice.storage.raft.RaftMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual hosts of a node of a cluster, the default one first. Clients are served where the default host is; the others are where its
 * first shard has its primary ({@link HostGathering}). Opened on one thread, which may block; the rest on any.
 */
final class NodeHosts {
    private static final Logger LOG = LoggerFactory.getLogger(NodeHosts.class);

    private final Configuration configuration;
    private final List<NodeHost> hosts = new ArrayList<>();

    private NodeHosts(Configuration configuration) {
        this.configuration = configuration;
    }

    /**
     * @param led of the default host; nothing is in it yet
     * @throws StorageException a folder cannot be used; nothing stays open
     */
    static NodeHosts open(Configuration configuration, LedShards led, NodeHost.Node node, Metrics metrics)
            throws StorageException {
        NodeHosts opened = new NodeHosts(configuration);
        boolean all = false;
        try {
            Metrics ofDefault = TaggedMetrics.ofDefaultHost(metrics, configuration);
            int shards = configuration.shards();
            opened.hosts.add(NodeHost.open(
                    configuration,
                    led,
                    node,
                    IntStream.range(0, shards)
                            .mapToObj(shard -> TaggedMetrics.of(ofDefault, shard, shards))
                            .toList()));
            for (VirtualHost host : configuration.virtualHosts().others()) {
                Configuration its = configuration.of(host);
                opened.hosts.add(NodeHost.open(
                        its,
                        new LedShards(its.placement(), ClusterSettings.redirects(configuration)),
                        node,
                        List.of(TaggedMetrics.of(metrics, configuration, host))));
                LOG.info("Virtual host '{}': its folder is {}", host.name(), ClusterSettings.dataFolder(its));
            }
            all = true;
        } finally {
            if (!all) {
                opened.shards().forEach(ShardLives::abandon);
            }
        }
        HostFolders.warnOfNobodys(configuration);
        return opened;
    }

    /** Of the default host. */
    List<ShardLives> ofDefault() {
        return hosts.get(0).shards();
    }

    /** Of all of them. */
    List<ShardLives> shards() {
        return hosts.stream().flatMap(host -> host.shards().stream()).toList();
    }

    private Stream<NodeHost> others() {
        return hosts.stream().skip(1);
    }

    /** What all connections share; of virtual hosts, once a peer has named one. */
    AmqpEnvironment environment() {
        ClusterNodes cluster = new ClusterAdministration(
                configuration.node(), hosts.stream().flatMap(NodeHosts::parts).toList());
        NamedHosts named = new NamedHosts(hosts.get(0).environment(cluster));
        for (int index = 1; index < hosts.size(); index++) {
            NodeHost host = hosts.get(index);
            VirtualHost settings = configuration.virtualHosts().others().get(index - 1);
            named.add(
                    settings,
                    host.environment(new ClusterAtHost(cluster)),
                    () -> host.led().isAnyLed() ? Optional.empty() : Optional.of(elsewhere(settings.name())));
        }
        return named.environment();
    }

    private static Stream<ClusterAdministration.Part> parts(NodeHost host) {
        return host.shards().stream()
                .map(shard -> ClusterAdministration.Part.of(
                        shard.part(), () -> shard.life().administration()));
    }

    /** Why it is not served here: who comes to another node than that of the first shard has to go there, and there it will be. */
    private Refusal elsewhere(String name) {
        return home().map(primary -> ClusterSettings.redirects(configuration)
                        .to(
                                primary,
                                Refusal.Kind.CONNECTION_REDIRECT,
                                "the virtual host '" + name + "' is not served here, but by "))
                .orElseGet(() -> Refusal.of(
                        Refusal.Kind.CONNECTION_FORCED,
                        "the virtual host '" + name + "' has no primary here at the moment: connect again"));
    }

    /** The node where the first shard has its primary; empty where this is that node, or nobody is known. */
    private Optional<RaftMember> home() {
        NodeHost byDefault = hosts.get(0);
        return byDefault.led().isLed(0)
                ? Optional.empty()
                : byDefault
                        .shards()
                        .get(0)
                        .primary()
                        .filter(member -> !member.id().equals(configuration.node()));
    }

    /** Gives hosts away that are to be where another node is the primary of the first shard. One thread, which may block. */
    void gather(HostGathering gathering, long nowMillis) {
        List<ShardLives> shards =
                others().flatMap(host -> host.shards().stream()).toList();
        List<LeaderSpread.Led> led = new ArrayList<>();
        for (int host = 0; host < shards.size(); host++) {
            int number = host;
            shards.get(host)
                    .led()
                    .ifPresent(one -> led.add(new LeaderSpread.Led(number, one.term(), one.given(), one.others())));
        }
        for (LeaderSpread.HandOver next : gathering.next(nowMillis, home().map(RaftMember::id), led)) {
            ShardLives host = shards.get(next.shard());
            LOG.info(
                    "{}it goes to {}, where the primary of shard 0 is",
                    host.part().title(),
                    next.to());
            try {
                host.give(next.to());
            } catch (StorageException e) {
                LOG.info("{}it stays here for now: {}", host.part().title(), e.getMessage());
            }
        }
    }
}
