package io.sluice.amqp.management;

import java.util.List;

/** READ: 200 with the attributes of one queue. */
final class ReadQueue implements Operation {
    private final Queues queues;

    ReadQueue(Queues queues) {
        this.queues = queues;
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
        queues.owner(name)
                .describe(
                        name,
                        Queues.NO_BATCHES,
                        answer.then(status -> answer.give(Status.OK, "OK", QueueAttributes.of(status, queues))));
    }
}
