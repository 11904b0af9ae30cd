package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice move stop}. */
@Command(name = "stop", mixinStandardHelpOptions = true, description = "Stop a move; what is moved by then is.")
final class MoveStopCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as move list shows it.")
    String identity;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection).request("DELETE", "move", Map.of("identity", identity), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("stopped", identity));
        }
        return ExitCode.OK;
    }
}
