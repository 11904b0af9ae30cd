package io.sluice.server.cli;

import io.sluice.server.ExitCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts a move and waits for its end, however long that takes. */
final class MoveRun {
    private static final long LOOK_MILLIS = 200;

    private final ManagementNode node;

    MoveRun(ManagementNode node) {
        this.node = node;
    }

    /** @return the move as it ended. It goes on in the broker where this is interrupted */
    Map<String, Object> run(String operation, Map<String, Object> arguments) throws CommandFailure {
        Map<String, Object> properties = new LinkedHashMap<>(arguments);
        properties.put("wait", false);
        Map<String, Object> move = node.ask(operation, "queue", properties);
        while (Boolean.TRUE.equals(move.get("running"))) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                throw BrokerConnection.interrupted();
            }
            move = node.ask("READ", "move", Map.of("identity", String.valueOf(move.get("identity"))));
        }
        return move;
    }

    /** @param what was moved where, in the words of the line that is printed */
    static int report(Map<String, Object> move, Output output, boolean json, String what) throws CommandFailure {
        if (json) {
            output.object(move);
        } else {
            output.line(move.get("messages") + " messages moved from " + what);
            List<Map<String, Object>> refusals = ManagementNode.maps(move.get("refusals"));
            refusals.forEach(one -> output.quoted("  message " + one.get("sequence") + " stays: " + one.get("why")));
        }
        if (move.get("stoppedBy") != null) {
            throw new CommandFailure(ExitCode.REFUSED, "stopped before the end: " + move.get("stoppedBy"));
        }
        if (move.get("refused") instanceof Number refused && refused.longValue() > 0) {
            throw new CommandFailure(ExitCode.REFUSED, refused + " messages could not be moved and stay");
        }
        return ExitCode.OK;
    }
}
