package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice cluster status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "List the nodes: who is the primary, and how far the others are behind it.")
final class ClusterStatusCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("name", "role", "lagRecords", "lagBytes", "clients", "replication");

    private static final String VIRTUAL_HOST = "virtualHost";
    private static final List<String> OF_REPLICAS =
            List.of(VIRTUAL_HOST, "shard", "node", "role", "term", "lagRecords", "lagBytes");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> nodes;
        List<Map<String, Object>> replicas;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode management = ManagementNode.open(connection);
            nodes = management.all("node", List.of());
            replicas = management.all("replica", OF_REPLICAS);
        }
        if (nodes.isEmpty()) {
            throw new CommandFailure(ExitCode.REFUSED, broker.url + " is a broker on its own, not in a cluster");
        }
        Output out = new Output(spec.commandLine().getOut());
        if (!broker.json) {
            Table.print(out, false, ATTRIBUTES, nodes);
            if (shards(replicas).size() > 1) {
                out.line("");
                boolean hosts = replicas.stream().anyMatch(replica -> replica.get(VIRTUAL_HOST) != null);
                Table.print(out, false, hosts ? OF_REPLICAS : OF_REPLICAS.subList(1, OF_REPLICAS.size()), replicas);
            }
            return ExitCode.OK;
        }
        Map<String, Object> status = new LinkedHashMap<>();
        status.put(
                "primary",
                nodes.stream()
                        .filter(node -> "primary".equals(node.get("role")))
                        .map(node -> node.get("name"))
                        .findFirst()
                        .orElse(null));
        status.put(
                "term", nodes.stream().map(node -> node.get("term")).findFirst().orElse(null));
        status.put("nodes", nodes);
        if (shards(replicas).size() > 1) {
            status.put("shards", shards(replicas).values());
        }
        out.object(status);
        return ExitCode.OK;
    }

    /** By their hosts and numbers: each with its primary, its term and what it is to each node. */
    private static Map<List<Object>, Map<String, Object>> shards(List<Map<String, Object>> replicas) {
        Map<List<Object>, Map<String, Object>> shards = new LinkedHashMap<>();
        for (Map<String, Object> replica : replicas) {
            Map<String, Object> its = new LinkedHashMap<>(replica);
            Object host = its.remove(VIRTUAL_HOST);
            Map<String, Object> shard = shards.computeIfAbsent(Arrays.asList(host, replica.get("shard")), key -> {
                Map<String, Object> begun = new LinkedHashMap<>();
                if (host != null) {
                    begun.put(VIRTUAL_HOST, host);
                }
                begun.put("shard", replica.get("shard"));
                begun.put("primary", null);
                begun.put("term", replica.get("term"));
                begun.put("replicas", new ArrayList<>());
                return begun;
            });
            if ("primary".equals(replica.get("role"))) {
                shard.put("primary", replica.get("node"));
            }
            @SuppressWarnings("unchecked")
            List<Object> all = (List<Object>) shard.get("replicas");
            all.add(its);
        }
        return shards;
    }
}
