package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
    /** So that a long move is answered in time. */
    private static final long PER_REQUEST = 10_000;

    @Spec
    CommandSpec spec;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "FROM", description = "The queue they are in.")
    String from;

    @Parameters(paramLabel = "TO", description = "The queue they go to.")
    String to;

    @Option(names = "--count", paramLabel = "N", description = "At most so many.")
    Long count;

    @Override
    public Integer call() throws CommandFailure {
        long moved = 0;
        Object stoppedBy = null;
        try (BrokerConnection connection = BrokerConnection.open(broker.url)) {
            ManagementNode node = ManagementNode.open(connection);
            long wanted = count == null ? Long.MAX_VALUE : count;
            long got = PER_REQUEST;
            while (got == PER_REQUEST && moved < wanted && stoppedBy == null) {
                long some = Math.min(PER_REQUEST, wanted - moved);
                Map<String, Object> answer = node.ask("MOVE", "queue", Map.of("name", from, "to", to, "count", some));
                got = answer.get("messages") instanceof Number number ? number.longValue() : 0;
                moved += got;
                stoppedBy = answer.get("stoppedBy");
            }
        }
        print(moved);
        if (stoppedBy != null) {
            throw new CommandFailure(ExitCode.REFUSED, "stopped before the end: " + stoppedBy);
        }
        return ExitCode.OK;
    }

    private void print(long moved) {
        Output output = new Output(spec.commandLine().getOut());
        if (broker.json) {
            output.object(Map.of("from", from, "to", to, "messages", moved));
        } else {
            output.line(moved + " messages moved from " + from + " to " + to);
        }
    }
}
