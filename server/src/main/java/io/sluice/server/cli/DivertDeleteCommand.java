package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice divert delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Delete a divert. Messages that it sent elsewhere stay there.")
final class DivertDeleteCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The divert.")
    String name;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request("DELETE", "divert", Map.of("name", name), Map.of());
        if (broker.json) {
            output.object(Map.of("deleted", name));
        }
    }
}
