package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice exchange list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List exchanges, also those that are always there.")
final class ExchangeListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("name", "kind", "autoDelete", "internal", "alternateExchange", "bindings", "producers");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> all;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            all = ManagementNode.open(connection).all("exchange", broker.json ? List.of() : ATTRIBUTES);
        }
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, all);
        return ExitCode.OK;
    }
}
