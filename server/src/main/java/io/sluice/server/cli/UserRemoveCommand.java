package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice user remove}. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Remove a user, and close the user's connections. Not one of sluice.yaml.")
final class UserRemoveCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The user.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "user", Map.of("name", name), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("removed", name));
        }
        return ExitCode.OK;
    }
}
