package io.sluice.server.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice scheduled list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "List the messages of a queue that wait for the time of their delivery, by their number.")
final class ScheduledListCommand extends ManagementCommand {
    private static final List<String> ATTRIBUTES =
            List.of("sequence", "deliverAtMillis", "bytes", "priority", "durable");

    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    String queue;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1000",
            description = "At most so many (default ${DEFAULT-VALUE}).")
    long count;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        List<Map<String, Object>> all = new ArrayList<>();
        Object next = 1L;
        while (all.size() < count && next instanceof Number from) {
            Map<String, Object> answer = node.ask(
                    "LIST-SCHEDULED",
                    "queue",
                    Map.of("name", queue, "from", from.longValue(), "count", count - all.size()));
            all.addAll(ManagementNode.maps(answer.get("messages")));
            next = answer.get("next");
        }
        if (!broker.json) {
            all.forEach(message -> message.computeIfPresent(
                    "deliverAtMillis",
                    (name, at) -> ((Number) at).longValue() == Long.MAX_VALUE
                            ? "parked"
                            : Instant.ofEpochMilli(((Number) at).longValue())));
        }
        Table.print(output, broker.json, ATTRIBUTES, all);
    }
}
