package io.sluice.server.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice queue list}. */
@Command(name = "list", mixinStandardHelpOptions = true, description = "List all queues and what is in them.")
final class QueueListCommand extends ManagementCommand {
    private static final List<String> ATTRIBUTES =
            List.of("name", "kind", "durable", "messages", "bytes", "unsettled", "scheduled", "consumers", "producers");

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        Table.print(output, broker.json, ATTRIBUTES, node.all("queue", ATTRIBUTES));
    }
}
