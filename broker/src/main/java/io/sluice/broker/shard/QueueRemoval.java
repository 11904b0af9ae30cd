package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.List;

/** Takes a queue away from everybody who has a link to it. */
final class QueueRemoval {
    private final ShardQueues queues;
    private final Links links;

    QueueRemoval(ShardQueues queues, Links links) {
        this.queues = queues;
        this.links = links;
    }

    static Refusal deleted(Queue queue) {
        return Refusal.of(Refusal.Kind.RESOURCE_DELETED, "queue '" + queue.name() + "' was deleted");
    }

    /** @param then runs when the queue is gone for good and everybody has been told */
    void remove(Queue queue, Refusal gone, Turn turn, Turn.Effect then) {
        remove(queues, queue, gone, turn, then);
        links.routesChanged(turn);
    }

    /** As {@link #remove(Queue, Refusal, Turn, Turn.Effect)}, of a queue that is no subscription's. */
    static void remove(ShardQueues queues, Queue queue, Refusal gone, Turn turn, Turn.Effect then) {
        // What was settled up to here is still answered.
        queue.dispatcher().decideRemovals(turn);
        queue.dispatcher().close(gone, turn);
        List<Producer> producers = queue.producers().all();
        for (Producer producer : producers) {
            queue.producers().remove(producer);
        }
        queues.delete(queue, turn, Turn.Effect.NOTHING);
        turn.afterDecided(applied -> {
            // What they sent before is answered by now, so this is the last they hear.
            for (Producer producer : producers) {
                applied.calling(producer.client());
                producer.listener().closed(gone);
            }
            then.run(applied);
        });
    }
}
