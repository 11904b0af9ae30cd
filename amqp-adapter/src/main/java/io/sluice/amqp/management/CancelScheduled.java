package io.sluice.amqp.management;

import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one message that waits for its time, or is parked: CANCEL-SCHEDULED removes it, RELEASE-SCHEDULED puts it into
 * its own place now. 204 when that is done; 404 when none of this sequence waits, because it is delivered or gone.
 */
final class CancelScheduled implements Operation {
    private final Queues queues;
    private final boolean releases;

    private CancelScheduled(Queues queues, boolean releases) {
        this.queues = queues;
        this.releases = releases;
    }

    static CancelScheduled cancel(Queues queues) {
        return new CancelScheduled(queues, false);
    }

    static CancelScheduled release(Queues queues) {
        return new CancelScheduled(queues, true);
    }

    @Override
    public String name() {
        return releases ? "RELEASE-SCHEDULED" : "CANCEL-SCHEDULED";
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
        ShardMailbox shard = queues.owner(name);
        Reply<Boolean> told = told(answer, "no message " + sequence + " of queue '" + name + "' waits for its time");
        if (releases) {
            shard.release(name, sequence, Queues.NO_BATCHES, told);
        } else {
            shard.cancelScheduled(name, sequence, Queues.NO_BATCHES, told);
        }
    }

    private static Reply<Boolean> told(Answer answer, String otherwise) {
        return answer.then(was -> {
            if (was) {
                answer.counting(1).give(Status.NO_CONTENT, "No Content", Map.of());
            } else {
                answer.give(Status.NOT_FOUND, otherwise, Map.of());
            }
        });
    }
}
