package io.sluice.amqp.management;

import io.sluice.broker.QueueDefinition;
import java.util.List;
import java.util.Map;

/** READ: 200 with the attributes of one queue, and where its settings come from. */
final class ReadQueue implements Operation {
    private final Queues queues;
    private final QueueDefinition plain;

    /** @param plain a queue of which nothing is said */
    ReadQueue(Queues queues, QueueDefinition plain) {
        this.queues = queues;
        this.plain = plain;
    }

    @Override
    public String name() {
        return "READ";
    }

    @Override
    public List<String> arguments() {
        return List.of();
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.owner(name).describe(name, Queues.NO_BATCHES, answer.then(status -> {
            Map<String, Object> values = QueueAttributes.of(status, queues);
            values.put("origins", QueueOrigins.shown(status.definition(), plain));
            answer.give(Status.OK, "OK", values);
        }));
    }
}
