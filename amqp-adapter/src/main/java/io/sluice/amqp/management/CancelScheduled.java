package io.sluice.amqp.management;

import java.util.List;
import java.util.Map;

/** CANCEL-SCHEDULED: 204 when the message is gone; 404 when none of this sequence waits, because it is delivered or gone. */
final class CancelScheduled implements Operation {
    private final Queues queues;

    CancelScheduled(Queues queues) {
        this.queues = queues;
    }

    @Override
    public String name() {
        return "CANCEL-SCHEDULED";
    }

    @Override
    public List<String> arguments() {
        return List.of("sequence");
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        long sequence = request.numberArgument("sequence", 1)
                .orElseThrow(() -> ManagementException.badRequest("argument 'sequence' is missing"));
        queues.ofQueue().apply(name).cancelScheduled(name, sequence, Queues.NO_BATCHES, answer.<Boolean>then(was -> {
            if (was) {
                answer.give(Status.NO_CONTENT, "No Content", Map.of());
            } else {
                String text = "no message " + sequence + " of queue '" + name + "' waits for its time";
                answer.give(Status.NOT_FOUND, text, Map.of());
            }
        }));
    }
}
