package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice explain}. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description =
                "Say why a queue gives out messages or none, or why one message or one link waits, and what to do.")
final class ExplainCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    String queue;

    @Option(
            names = "--message",
            paramLabel = "SEQUENCE",
            description = "This message, by its number: queue peek shows it.")
    Long message;

    @Option(names = "--link", paramLabel = "LINK", description = "This link, by identity or name: link list shows it.")
    String link;

    @Override
    public Integer call() throws CommandFailure {
        if (message != null && link != null) {
            throw new ParameterException(spec.commandLine(), "of --message and --link one can be asked for");
        }
        Map<String, Object> why;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode node = ManagementNode.open(connection);
            if (link != null) {
                boolean identity = link.matches("[0-9]+\\.[0-9]+");
                why = node.ask("EXPLAIN", "link", Map.of(identity ? "identity" : "name", link, "address", queue));
            } else if (message != null) {
                why = node.ask("EXPLAIN", "queue", Map.of("name", queue, "sequence", message));
            } else {
                why = node.ask("EXPLAIN", "queue", Map.of("name", queue));
            }
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(why);
        } else {
            ExplanationPrinter.lines(why).forEach(output::quoted);
        }
        return ExitCode.OK;
    }
}
