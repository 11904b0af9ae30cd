package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice move stop}. */
@Command(name = "stop", mixinStandardHelpOptions = true, description = "Stop a move; what is moved by then is.")
final class MoveStopCommand extends ManagementCommand {
    @Parameters(paramLabel = "IDENTITY", description = "Its identity, as move list shows it.")
    String identity;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "move", Map.of("identity", identity), Map.of());
        if (broker.json) {
            output.object(Map.of("stopped", identity));
        }
    }
}
