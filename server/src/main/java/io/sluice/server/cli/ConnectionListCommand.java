package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice connection list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the open connections; --json shows all that is known of them.")
final class ConnectionListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES = List.of(
            "identity",
            "remoteAddress",
            "user",
            "container",
            "product",
            "sessions",
            "links",
            "messagesIn",
            "messagesOut");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> connections;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            connections = ManagementNode.open(connection).all("connection", broker.json ? List.of() : ATTRIBUTES);
        }
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, connections);
        return ExitCode.OK;
    }
}
