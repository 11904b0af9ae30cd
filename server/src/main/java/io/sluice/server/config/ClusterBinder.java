package io.sluice.server.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a {@link Cluster} of its sections. */
final class ClusterBinder {
    private static final int MAX_MILLIS = 600_000;

    Cluster bind(Section file) {
        Cluster.Replication replication = replication(file.section("replication"));
        Section section = file.section("cluster");
        Cluster defaults = Defaults.CLUSTER;
        List<Cluster.Node> nodes =
                section.sections("nodes").map(ClusterBinder::nodes).orElse(defaults.nodes());
        Cluster cluster = new Cluster(
                section.textOrNone("name", defaults.name()),
                nodes,
                section.flag("join", defaults.join()),
                section.textOrNone("secretFile", defaults.secretFile()),
                section.number("handThroughWaitMillis", 0, MAX_MILLIS, defaults.handThroughWaitMillis()),
                replication);
        if (cluster.isOn() && nodes.isEmpty()) {
            section.problem("nodes", "has none, but a cluster with a name needs them");
        }
        if (!cluster.isOn() && !nodes.isEmpty()) {
            section.problem("name", "is missing, but there are nodes");
        }
        section.end();
        shards(file);
        return cluster;
    }

    private static void shards(Section file) {
        int shards = file.number("shards", 1, 1024, 1);
        if (shards > 1) {
            file.problem(
                    "shards",
                    "is " + shards + "; this version keeps all queues in one shard: what one connection asks of a shard"
                            + " that another node leads is not forwarded yet");
        }
    }

    private static Cluster.Replication replication(Section section) {
        Cluster.Replication defaults = Defaults.CLUSTER.replication();
        Cluster.Replication replication = new Cluster.Replication(
                section.choice(
                        "sync",
                        Map.of("majority", Cluster.Sync.MAJORITY, "os-cache", Cluster.Sync.OS_CACHE),
                        defaults.sync()),
                section.number("electionMinMillis", 50, MAX_MILLIS, defaults.electionMinMillis()),
                section.number("electionMaxMillis", 50, MAX_MILLIS, defaults.electionMaxMillis()));
        if (replication.electionMaxMillis() <= replication.electionMinMillis()) {
            section.problem(
                    "electionMaxMillis",
                    "is " + replication.electionMaxMillis() + "; it must be more than electionMinMillis, which is "
                            + replication.electionMinMillis());
        }
        section.end();
        return replication;
    }

    private static List<Cluster.Node> nodes(List<Section> sections) {
        List<Cluster.Node> nodes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            Cluster.Node node = new Cluster.Node(
                    ConfigurationBinder.required(section, "name"),
                    ConfigurationBinder.required(section, "host"),
                    port(section, "port"),
                    port(section, "replicationPort"),
                    port(section, "handThroughPort"));
            if (section.has("name") && !names.add(node.name())) {
                section.problem("name", "is \"" + node.name() + "\", which another node has already");
            }
            section.end();
            nodes.add(node);
        }
        return nodes;
    }

    private static int port(Section section, String key) {
        if (!section.has(key)) {
            section.problem(key, "is missing");
        }
        return section.number(key, 1, 65_535, 1);
    }
}
