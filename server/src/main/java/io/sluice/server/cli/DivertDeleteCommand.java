package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice divert delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete a divert. Messages that it sent elsewhere stay there.")
final class DivertDeleteCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The divert.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "divert", Map.of("name", name), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("deleted", name));
        }
        return ExitCode.OK;
    }
}
