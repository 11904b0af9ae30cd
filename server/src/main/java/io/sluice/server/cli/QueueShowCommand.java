package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code sluice queue show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Show all that is known of a queue: its settings, and what is in it.")
final class QueueShowCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        Map<String, Object> queue = node.ask("READ", "queue", Map.of("name", name));
        if (broker.json) {
            output.object(queue);
        } else {
            queue.forEach((attribute, value) -> output.quoted(attribute + ": " + (value == null ? "none" : value)));
        }
    }
}
