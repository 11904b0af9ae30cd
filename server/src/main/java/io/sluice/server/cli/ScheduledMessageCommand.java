package io.sluice.server.cli;

import java.util.Map;
import picocli.CommandLine.Parameters;

/** Ends one message's waiting for its time. */
abstract class ScheduledMessageCommand extends ManagementCommand {
    private final String operation;
    private final String done;

    @Parameters(paramLabel = "QUEUE", description = "The queue.")
    String queue;

    @Parameters(paramLabel = "SEQUENCE", description = "Its number, as scheduled list shows it.")
    long sequence;

    /** @param done what has come of the message, as the name of a field */
    ScheduledMessageCommand(String operation, String done) {
        this.operation = operation;
        this.done = done;
    }

    @Override
    final void ask(ManagementNode node, Output output) throws CommandFailure {
        node.request(operation, Map.of("name", queue, "sequence", sequence), Map.of());
        if (broker.json) {
            output.object(Map.of(done, sequence));
        }
    }
}
