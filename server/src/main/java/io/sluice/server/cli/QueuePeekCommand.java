package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue peek}. */
@Command(
        name = "peek",
        mixinStandardHelpOptions = true,
        description = "Print messages of a queue by their number, whoever has them: nothing about them changes.")
final class QueuePeekCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

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
    public Integer call() throws CommandFailure {
        Output output = new Output(spec.commandLine().getOut());
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode node = ManagementNode.open(connection);
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
        return ExitCode.OK;
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
