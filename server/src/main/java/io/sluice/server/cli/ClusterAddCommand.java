package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice cluster add}. */
@Command(
        name = "add",
        mixinStandardHelpOptions = true,
        description =
                "Take a node into the cluster that was started with 'sluice serve --join'. Returns when it has caught up.")
final class ClusterAddCommand extends ClusterChange {
    @Option(
            names = "--replication",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where the others reach its journal (replicationPort).")
    String replication;

    @Option(
            names = "--clients",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where clients reach it (port).")
    String clients;

    @Option(
            names = "--hand-through",
            paramLabel = "HOST:PORT",
            required = true,
            description = "Where the others bring clients to it (handThroughPort).")
    String handThrough;

    @Override
    public Integer call() throws CommandFailure {
        return change(
                "CREATE", Map.of("replication", replication, "clients", clients, "handThrough", handThrough), "added");
    }
}
