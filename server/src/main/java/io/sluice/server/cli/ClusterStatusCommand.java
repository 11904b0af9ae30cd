package io.sluice.server.cli;

import io.sluice.server.ExitCode;
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

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> nodes;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            nodes = ManagementNode.open(connection).all("node", List.of());
        }
        if (nodes.isEmpty()) {
            throw new CommandFailure(ExitCode.REFUSED, broker.url + " is a broker on its own, not in a cluster");
        }
        Output out = new Output(spec.commandLine().getOut());
        if (!broker.json) {
            Table.print(out, false, ATTRIBUTES, nodes);
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
        out.object(status);
        return ExitCode.OK;
    }
}
