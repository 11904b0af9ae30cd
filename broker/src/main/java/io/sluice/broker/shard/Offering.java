package io.sluice.broker.shard;

import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition.Deduplication;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Metrics.Unit;
import io.sluice.broker.queue.LargeReferences;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.Optional;

/** Puts messages of producers into queues, once: what is a copy of one that came before is accepted, not stored, and leaves a trace. */
final class Offering {
    private final LargeReferences large;
    private final Metrics.Counter dropped;
    private final Metrics.Counter unroutable;

    Offering(LargeReferences large, Metrics metrics) {
        this.large = large;
        this.dropped = metrics.counter(
                "sluice.shard.duplicates", Unit.COUNT, "Messages accepted and not stored, because they are copies.");
        this.unroutable = metrics.counter(
                "sluice.shard.unroutable", Unit.COUNT, "Messages to exchanges that no queue was bound for.");
    }

    /** By what the queue knows the message when it comes again, or the delivery when it is resumed; "" for nothing. */
    static String duplicateId(Publish publish, Queue queue) {
        Deduplication window = queue.definition().deduplication();
        String id = window.isOn() ? publish.duplicateId(window.property()) : "";
        return id.isEmpty() ? publish.deliveryKey() : id;
    }

    /** "" where the queue keeps no last values. */
    static String lastValueKey(Publish publish, Queue queue) {
        LastValue keys = queue.definition().life().lastValue();
        return keys.isOn() ? publish.lastValueKey(keys.property()) : "";
    }

    /**
     * @param key whose last message it takes the place of, "" for none
     * @param then runs when it is in the queue, or the one it is a copy of
     * @return why it is not taken, empty when it is
     */
    Optional<Refusal> offer(Publish publish, String key, Queue queue, Turn turn, Turn.Effect then) {
        String id = duplicateId(publish, queue);
        if (queue.isDuplicate(id, turn.nowMillis())) {
            skipped(publish, queue, turn);
            publish.sequence = queue.sequenceOf(id);
            large.discard(publish.message());
            turn.afterDecided(then);
            return Optional.empty();
        }
        Optional<Refusal> refusal = queue.offer(publish.message(), id, key, turn, then);
        publish.sequence = queue.lastSequence();
        return refusal;
    }

    /** Why a message without a queue is not taken; empty where it is all the same. */
    Optional<Refusal> unroutable(Publish publish) {
        Optional<Refusal> refusal = Routing.refusalOfNoTarget(publish);
        if (refusal.isPresent()) {
            unroutable.increment();
        }
        return refusal;
    }

    /** The queue does not get the message, which is a copy; others may. */
    void skipped(Publish publish, Queue queue, Turn turn) {
        dropped.increment();
        queue.copyDropped(duplicateId(publish, queue), publish.link(), turn.nowMillis());
    }
}
