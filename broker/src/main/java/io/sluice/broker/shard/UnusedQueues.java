package io.sluice.broker.shard;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Queues that are deleted by themselves, by their {@link QueueExpiry}. Who used them is nobody's durable state: it counts from when this
 * shard serves. Shard's thread only.
 */
final class UnusedQueues {
    private final ShardQueues queues;
    private final End end;
    /** Of queues that may end so. */
    private final Map<Queue, Use> uses = new LinkedHashMap<>();

    /** Deletes a queue. */
    interface End {
        void end(Queue queue, Refusal why, Turn turn);
    }

    private static final class Use {
        boolean hadConsumer;
        /** When it was looked at last. */
        boolean isUsed;

        long unusedSinceMillis;
    }

    UnusedQueues(ShardQueues queues, End end) {
        this.queues = queues;
        this.end = end;
    }

    /** A consumer is attached. */
    void attached(Consumer consumer, Queue queue, Turn turn) {
        // A look at a queue, and an administrator who empties it, are not what it was made for.
        boolean consumes = consumer.mode() != Consumer.Mode.COPY && consumer.mode() != Consumer.Mode.TAKE_AWAY;
        if (!queue.definition().expiry().isNever()) {
            Use use = look(queue, turn);
            use.hadConsumer |= consumes;
        }
    }

    /** Somebody named the queue as if to create it, or changed it: the time without a consumer begins anew. */
    void touched(Queue queue, Turn turn) {
        if (!queue.definition().expiry().isNever()) {
            look(queue, turn).unusedSinceMillis = turn.nowMillis();
        }
    }

    /** Its consumers or messages may be others than they were. */
    void changed(Queue queue, Turn turn) {
        QueueExpiry expiry = queue.definition().expiry();
        if (expiry.isNever() || queue.isDeleted()) {
            return;
        }
        Use use = look(queue, turn);
        if (expiry.autoDelete() && use.hadConsumer && !use.isUsed && queue.expectedMessages() == 0) {
            end(queue, "it is empty, and its last consumer is gone", turn);
        }
    }

    /** Time has passed. */
    void tick(Turn turn) {
        uses.keySet()
                .removeIf(queue ->
                        queue.isDeleted() || queue.definition().expiry().isNever());
        List<Queue> late = new ArrayList<>();
        for (Queue queue : queues.all()) {
            long idleMillis = queue.definition().expiry().idleMillis();
            if (idleMillis != QueueDefinition.UNLIMITED && queue.isDeclared()) {
                Use use = look(queue, turn);
                if (!use.isUsed && turn.nowMillis() - use.unusedSinceMillis >= idleMillis) {
                    late.add(queue);
                }
            }
        }
        for (Queue queue : late) {
            end(queue, "it had no consumer for " + queue.definition().expiry().idleMillis() + " ms", turn);
        }
    }

    private Use look(Queue queue, Turn turn) {
        Use use = uses.get(queue);
        boolean isUsed = queue.dispatcher().consumerCount() > 0;
        if (use == null) {
            use = new Use();
            use.hadConsumer = queue.dispatcher().hasConsumers();
            use.unusedSinceMillis = turn.nowMillis();
            uses.put(queue, use);
        } else if (use.isUsed && !isUsed) {
            use.unusedSinceMillis = turn.nowMillis();
        }
        use.isUsed = isUsed;
        return use;
    }

    private void end(Queue queue, String why, Turn turn) {
        uses.remove(queue);
        String text = "queue '" + queue.name() + "' was deleted: " + why;
        end.end(queue, Refusal.of(Refusal.Kind.RESOURCE_DELETED, text), turn);
    }
}
