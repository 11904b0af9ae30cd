package io.sluice.amqp.management;

import java.util.List;
import java.util.Map;

/** PURGE: 200 with {@code messages}, how many were removed. What consumers have locked stays. */
final class PurgeQueue implements Operation {
    private final Queues queues;

    PurgeQueue(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "PURGE";
    }

    @Override
    public List<String> arguments() {
        return List.of();
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.ofQueue()
                .apply(name)
                .purge(
                        name,
                        Queues.NO_BATCHES,
                        answer.<Long>then(count -> answer.give(Status.OK, "OK", Map.of("messages", count))));
    }
}
