package io.sluice.amqp.management;

import io.sluice.broker.Refusal;
import io.sluice.broker.shard.ShardMailbox;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * MOVE: 200 with {@code messages}, how many are in the other queue now, and {@code stoppedBy} where something stopped it before
 * there were no more. What consumers have locked stays.
 */
final class MoveMessages implements Operation {
    private final Queues queues;

    MoveMessages(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "MOVE";
    }

    @Override
    public List<String> arguments() {
        return List.of("to", "count");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String from = request.name();
        String to = request.textArgument("to")
                .orElseThrow(() -> ManagementException.badRequest("argument 'to' is missing: the queue to move to"));
        long count = request.numberArgument("count", 1).orElse(Long.MAX_VALUE);
        ShardMailbox shard = queues.ofQueue().apply(from);
        if (shard != queues.ofQueue().apply(to)) {
            throw new ManagementException(
                    Status.NOT_IMPLEMENTED, "queues '" + from + "' and '" + to + "' are of different shards");
        }
        shard.move(from, to, count, Queues.NO_BATCHES, answer.then(moved -> answer.give(Status.OK, "OK", body(moved))));
    }

    private static Map<String, Object> body(ShardMailbox.Moved moved) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("messages", moved.messages());
        body.put("stoppedBy", moved.stoppedBy().map(Refusal::text).orElse(null));
        return body;
    }
}
