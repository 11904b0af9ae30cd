package io.sluice.server.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue redrive}. */
@Command(
        name = "redrive",
        mixinStandardHelpOptions = true,
        description = "Move dead letters of a queue back to where each came from. One that cannot go back stays, and is"
                + " reported.")
final class QueueRedriveCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "NAME", description = "The dead-letter queue.")
    String name;

    @Mixin
    MoveOptions options;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> ended;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ended = new MoveRun(ManagementNode.open(connection)).run("REDRIVE", options.into(Map.of("name", name)));
        }
        return MoveRun.report(
                ended, new Output(spec.commandLine().getOut()), broker.json, name + " back to where they came from");
    }
}
