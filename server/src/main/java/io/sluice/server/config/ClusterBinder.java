package io.sluice.server.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Makes a {@link Cluster} of its sections. */
final class ClusterBinder {
    private static final int MAX_MILLIS = 600_000;
    private static final int MIN_SPREAD_MILLIS = 1_000;
    private static final String NODE_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    /** @param amqp of the same file */
    Cluster bind(Section file, Configuration.Amqp amqp) {
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
                section.choice(
                        "routing",
                        Map.of("hand-through", Cluster.Routing.HAND_THROUGH, "redirect", Cluster.Routing.REDIRECT),
                        defaults.routing()),
                section.number("spreadLeadersMillis", MIN_SPREAD_MILLIS, MAX_MILLIS, defaults.spreadLeadersMillis()),
                replication);
        if (cluster.isOn() && nodes.isEmpty()) {
            section.problem("nodes", "has none, but a cluster with a name needs them");
        }
        if (!cluster.isOn() && !nodes.isEmpty()) {
            section.problem("name", "is missing, but there are nodes");
        }
        section.end();
        if (cluster.isOn()) {
            checkSecret(section, cluster);
            checkMessageSize(file, amqp);
        }
        return cluster;
    }

    private static void checkSecret(Section section, Cluster cluster) {
        Optional<String> elsewhere = cluster.nodes().stream()
                .map(Cluster.Node::host)
                .filter(host -> !host.equals(ConfigurationBinder.MISSING) && !Listen.isLoopback(host))
                .findFirst();
        if (cluster.secretFile().isEmpty() && elsewhere.isPresent()) {
            section.problem(
                    "secretFile",
                    "is empty, but " + elsewhere.get()
                            + " is another machine: connections that are handed through show a secret");
        }
    }

    /** What the file leaves out, or has as it was shipped, is bounded without a word. */
    private static void checkMessageSize(Section file, Configuration.Amqp amqp) {
        int most = Configuration.MAX_MEMBERS_MESSAGE_BYTES;
        int asked = amqp.maxMessageSizeBytes();
        if (asked > most && asked != Defaults.AMQP.maxMessageSizeBytes()) {
            file.section("amqp")
                    .problem("maxMessageSizeBytes", "is " + asked + "; in a cluster it must be at most " + most);
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
        Map<String, String> taken = new HashMap<>();
        for (Section section : sections) {
            Cluster.Node node = new Cluster.Node(
                    ConfigurationBinder.required(section, "name"),
                    ConfigurationBinder.required(section, "host"),
                    port(section, "port"),
                    port(section, "replicationPort"),
                    port(section, "handThroughPort"),
                    clients(section));
            if (section.has("name") && !names.add(node.name())) {
                section.problem("name", "is \"" + node.name() + "\", which another node has already");
            }
            if (section.has("name") && !node.name().matches(NODE_NAME)) {
                section.problem(
                        "name",
                        "is \"" + node.name() + "\"; it must be letters, digits, dots, hyphens and underscores, at most"
                                + " 64");
            }
            checkPort(section, "port", node, node.port(), taken);
            checkPort(section, "replicationPort", node, node.replicationPort(), taken);
            checkPort(section, "handThroughPort", node, node.handThroughPort(), taken);
            section.end();
            nodes.add(node);
        }
        return nodes;
    }

    private static List<Listen.Server> clients(Section node) {
        List<Listen.Server> clients = new ArrayList<>();
        Set<Listen.Protocol> protocols = new HashSet<>();
        for (Section section : node.sections("clients").orElse(List.of())) {
            Listen.Server server = ListenBinder.server(section);
            if (section.has("protocol") && !protocols.add(server.protocol())) {
                section.problem(
                        "protocol", "is " + server.protocol().scheme() + ", for which there is an address already");
            }
            clients.add(server);
        }
        return clients;
    }

    /** @param taken by the nodes before, and by this one */
    private static void checkPort(Section section, String key, Cluster.Node node, int port, Map<String, String> taken) {
        if (!section.has("host") || !section.has(key)) {
            return;
        }
        String before = taken.putIfAbsent(node.host() + " " + port, key + " of " + node.name());
        if (before != null) {
            section.problem(key, "is " + port + " on " + node.host() + ", which is the " + before + " already");
        }
    }

    private static int port(Section section, String key) {
        if (!section.has(key)) {
            section.problem(key, "is missing");
        }
        return section.number(key, 1, 65_535, 1);
    }
}
