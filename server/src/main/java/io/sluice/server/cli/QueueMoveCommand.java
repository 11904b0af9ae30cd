package io.sluice.server.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice queue move}. */
@Command(
        name = "move",
        mixinStandardHelpOptions = true,
        description =
                "Move available messages of a queue to another one, in order; not those a consumer has. Each is in one of"
                        + " the two at any time.")
final class QueueMoveCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "FROM", description = "The queue they are in.")
    String from;

    @Parameters(paramLabel = "TO", description = "The queue they go to.")
    String to;

    @Mixin
    MoveOptions options;

    @Override
    public Integer call() throws CommandFailure {
        Map<String, Object> ended;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ended = new MoveRun(ManagementNode.open(connection))
                    .run("MOVE", options.into(Map.of("name", from, "to", to)));
        }
        return MoveRun.report(ended, new Output(spec.commandLine().getOut()), broker.json, from + " to " + to);
    }
}
