package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice scheduled cancel}. */
@Command(
        name = "cancel",
        mixinStandardHelpOptions = true,
        description = "Take a scheduled message back before its time; it is gone.")
final class ScheduledCancelCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    String queue;

    @Parameters(paramLabel = "SEQUENCE", description = "Its number, as scheduled list shows it.")
    long sequence;

    @Override
    public Integer call() throws CommandFailure {
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode.open(connection)
                    .request("CANCEL-SCHEDULED", Map.of("name", queue, "sequence", sequence), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("cancelled", sequence));
        }
        return ExitCode.OK;
    }
}
