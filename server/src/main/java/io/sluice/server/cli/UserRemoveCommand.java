package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice user remove}. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Remove a user, and close the user's connections. Not one of sluice.yaml.")
final class UserRemoveCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The user.")
    String name;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "user", Map.of("name", name), Map.of());
        if (broker.json) {
            output.object(Map.of("removed", name));
        }
    }
}
