package io.sluice.amqp.management;

import io.sluice.broker.shard.ShardMailbox.DeleteCondition;
import java.util.List;
import java.util.Map;

/** DELETE: 204, with {@code messages} that went with it as a property, for it has no body; 409 when the queue is in use and {@code ifUnused} is asked for, or holds messages and {@code ifEmpty} is. */
final class DeleteQueue implements Operation {
    private final Queues queues;

    DeleteQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "DELETE";
    }

    @Override
    public List<String> arguments() {
        return List.of("ifUnused", "ifEmpty");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.owner(name)
                .delete(
                        name,
                        condition(request),
                        Queues.NO_BATCHES,
                        answer.then(last -> answer.counting(last.messages())
                                .give(Status.NO_CONTENT, "No Content", Map.of(), Map.of("messages", last.messages()))));
    }

    private static DeleteCondition condition(ManagementRequest request) throws ManagementException {
        boolean unused = request.flagArgument("ifUnused").orElse(false);
        boolean empty = request.flagArgument("ifEmpty").orElse(false);
        if (unused && empty) {
            throw ManagementException.badRequest("of ifUnused and ifEmpty one can be asked for");
        }
        return unused ? DeleteCondition.UNUSED : empty ? DeleteCondition.EMPTY : DeleteCondition.ALWAYS;
    }
}
