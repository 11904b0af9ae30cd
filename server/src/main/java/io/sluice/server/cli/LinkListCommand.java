package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice link list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the attached links; --json shows all that is known of them.")
final class LinkListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("identity", "connection", "role", "address", "name", "credit", "unsettled", "messages", "filter");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> links;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            links = ManagementNode.open(connection).all("link", broker.json ? List.of() : ATTRIBUTES);
        }
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, links);
        return ExitCode.OK;
    }
}
