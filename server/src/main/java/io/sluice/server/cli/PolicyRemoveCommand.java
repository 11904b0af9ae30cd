package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice policy remove}. */
@Command(
        name = "remove",
        mixinStandardHelpOptions = true,
        description = "Remove a policy. Queues that were created by it stay as they are.")
final class PolicyRemoveCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The policy.")
    String name;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "policy", Map.of("name", name), Map.of());
        if (broker.json) {
            output.object(Map.of("removed", name));
        }
    }
}
