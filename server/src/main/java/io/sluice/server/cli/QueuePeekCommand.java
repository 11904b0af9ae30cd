package io.sluice.server.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice queue peek}. */
@Command(
        name = "peek",
        mixinStandardHelpOptions = true,
        description = "Print messages of a queue by their number, whoever has them: nothing about them changes.")
final class QueuePeekCommand extends ManagementCommand {
    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Option(
            names = "--from",
            paramLabel = "SEQUENCE",
            defaultValue = "1",
            description = "The first number (default ${DEFAULT-VALUE}).")
    long from;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many messages (default ${DEFAULT-VALUE}).")
    long count;

    @Override
    void ask(ManagementNode node, Output output) throws CommandFailure {
        Object next = from;
        for (long left = count; left > 0 && next instanceof Number sequence; ) {
            Map<String, Object> answer =
                    node.ask("PEEK", "queue", Map.of("name", name, "from", sequence.longValue(), "count", left));
            List<Map<String, Object>> messages = ManagementNode.maps(answer.get("messages"));
            messages.forEach(message -> print(output, message));
            left -= messages.size();
            next = answer.get("next");
        }
    }

    private void print(Output output, Map<String, Object> message) {
        PeekedPrinter printer = new PeekedPrinter(message);
        if (broker.json) {
            output.object(printer.fields());
        } else {
            output.quoted(printer.line());
        }
    }
}
