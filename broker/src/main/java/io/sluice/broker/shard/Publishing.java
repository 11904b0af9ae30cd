package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Producers;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.Map;
import java.util.Optional;

/** Decides on messages from producers. */
final class Publishing {
    private final ShardQueues queues;
    private final LargeReferences large;
    private final Pressure pressure;

    Publishing(ShardQueues queues, LargeReferences large, Pressure pressure) {
        this.queues = queues;
        this.large = large;
        this.pressure = pressure;
    }

    void publish(Producer producer, Publish publish, Turn turn) {
        if (!Producers.isAttached(producer)) {
            refused(producer, publish, Refusal.of(Refusal.Kind.ILLEGAL_STATE, "the producer is not attached"), turn);
            return;
        }
        if (pressure.memoryExhausted(queues.bytes())) {
            refused(producer, publish, memoryExhausted(), turn);
            return;
        }
        Optional<Queue> queue = queues.findOrCreate(publish.address(), turn);
        if (queue.isEmpty()) {
            refused(producer, publish, Links.noSuchQueue(publish.address()), turn);
            return;
        }
        Optional<Refusal> refusal = queue.get()
                .offer(publish.message(), duplicateId(publish, queue.get()), turn, applied -> {
                    applied.calling(producer.client());
                    producer.listener().accepted(publish);
                });
        refusal.ifPresent(why -> refused(producer, publish, why, turn));
    }

    private static String duplicateId(Publish publish, Queue queue) {
        Deduplication window = queue.definition().deduplication();
        return window.isOn() ? publish.duplicateId(window.property()) : "";
    }

    private void refused(Producer producer, Publish publish, Refusal why, Turn turn) {
        large.discard(publish.message());
        turn.calling(producer.client());
        producer.listener().refused(publish, why);
    }

    private Refusal memoryExhausted() {
        return new Refusal(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED,
                "messages take all the memory they may take, " + queues.bytes() + " bytes",
                Map.of("reason", "memory", "current", queues.bytes()));
    }
}
