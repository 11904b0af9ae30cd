package io.sluice.amqp.management;

import io.sluice.broker.queue.Selection;
import java.util.List;
import java.util.Map;

/**
 * PURGE: 200 with {@code messages}, how many were removed: all, or of those that {@code filter} selects the first {@code count}. What
 * consumers have locked stays.
 */
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
        return List.of("filter", "count");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        Selection selection = new Selection(
                MoveMessages.filterOf(request).map(filter -> filter),
                request.numberArgument("count", 1).orElse(Long.MAX_VALUE));
        queues.owner(name)
                .purge(
                        name,
                        selection,
                        Queues.NO_BATCHES,
                        answer.<Long>then(
                                count -> answer.counting(count).give(Status.OK, "OK", Map.of("messages", count))));
    }
}
