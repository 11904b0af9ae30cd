package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue purge}. */
@Command(
        name = "purge",
        mixinStandardHelpOptions = true,
        description =
                "Remove messages of a queue, the oldest first: all, or those selected; not those a consumer has. Prints how many.")
final class QueuePurgeCommand implements Callable<Integer> {
    private static final long ANSWER_MILLIS = TimeUnit.HOURS.toMillis(1);

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The queue.")
    String name;

    @Mixin
    SelectionOptions selection;

    @Override
    public Integer call() throws CommandFailure {
        Object purged;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            // It is answered when it has ended, which in a deep queue takes as long as it takes.
            purged = ManagementNode.open(connection, ANSWER_MILLIS)
                    .ask("PURGE", "queue", selection.into(Map.of("name", name)))
                    .get("messages");
        }
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(json -> {
                json.writeStringField("purged", name);
                json.writeFieldName("messages");
                MessagePrinter.write(json, purged);
            });
        } else {
            output.line(purged + " messages removed from " + name);
        }
        return ExitCode.OK;
    }
}
