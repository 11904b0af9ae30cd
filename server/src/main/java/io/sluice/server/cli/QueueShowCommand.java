package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Show all that is known of a queue: its settings, and what is in it.")
final class QueueShowCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> queue;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            queue = ManagementNode.open(connection).ask("READ", "queue", Map.of("name", name));
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(queue);
        } else {
            queue.forEach((attribute, value) -> output.quoted(attribute + ": " + (value == null ? "none" : value)));
        }
        return ExitCode.OK;
    }
}
