package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command that asks the cluster to change something about one node. */
abstract class ClusterChange implements Callable<Integer> {
    /** A new node gets all there is before it counts. */
    private static final long CATCH_UP_MILLIS = 600_000;

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NODE", description = "The name of the node.")
    String node;

    /** @param body arguments of the operation */
    Integer change(String operation, Map<String, Object> body, String done) throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection, CATCH_UP_MILLIS).request(operation, "node", Map.of("name", node), body);
        }
        report(done);
        return ExitCode.OK;
    }

    final void report(String done) {
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of(done, node));
        }
    }
}
