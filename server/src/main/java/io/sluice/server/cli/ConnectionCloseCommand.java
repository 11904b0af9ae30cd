package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice connection close}. */
@Command(
        name = "close",
        mixinStandardHelpOptions = true,
        description = "Close a connection with amqp:connection:forced; most clients connect again by themselves.")
final class ConnectionCloseCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "IDENTITY", description = "Its number, as connection list shows it.")
    String identity;

    @Option(names = "--reason", paramLabel = "TEXT", description = "What the client is told.")
    String reason;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of("identity", identity));
        if (reason != null) {
            properties.put("reason", reason);
        }
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "connection", properties, Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("closed", identity));
        }
        return ExitCode.OK;
    }
}
