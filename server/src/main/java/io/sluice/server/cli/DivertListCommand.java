package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice divert list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List diverts, also those of the configuration file.")
final class DivertListCommand implements Callable<Integer> {
    private static final List<String> ATTRIBUTES =
            List.of("name", "of", "pattern", "filter", "toA", "to", "exclusive", "origin");

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws CommandFailure {
        List<Map<String, Object>> all;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            all = ManagementNode.open(connection).all("divert", broker.json ? List.of() : ATTRIBUTES);
        }
        Table.print(new Output(spec.commandLine().getOut()), broker.json, ATTRIBUTES, all);
        return ExitCode.OK;
    }
}
