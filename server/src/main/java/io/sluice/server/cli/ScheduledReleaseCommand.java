package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice scheduled release}. */
@Command(
        name = "release",
        mixinStandardHelpOptions = true,
        description = "Put a scheduled or parked message into its own place now: it is delivered in its order.")
final class ScheduledReleaseCommand implements Callable<Integer> {
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
                    .request("RELEASE-SCHEDULED", Map.of("name", queue, "sequence", sequence), Map.of());
        }
        if (broker.json) {
            new Output(spec.commandLine().getOut()).object(Map.of("released", sequence));
        }
        return ExitCode.OK;
    }
}
