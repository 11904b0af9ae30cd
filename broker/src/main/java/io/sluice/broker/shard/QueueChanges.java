package io.sluice.broker.shard;

import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Fifo;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.Optional;

/** Changes what queues are set to be while they serve. What cannot change without a loss is refused, and nothing else changes then. */
final class QueueChanges {
    private final ShardQueues queues;
    private final Loops loops;
    private final UnusedQueues unusedQueues;

    QueueChanges(ShardQueues queues, Loops loops, UnusedQueues unusedQueues) {
        this.queues = queues;
        this.loops = loops;
        this.unusedQueues = unusedQueues;
    }

    void update(String name, QueueChange change, Client client, Reply<QueueStatus> reply, Turn turn) {
        Optional<Queue> queue = queues.find(name);
        Optional<Refusal> refusal =
                queue.isPresent() ? change(queue.get(), change, turn) : Optional.of(Administration.noQueue(name));
        if (refusal.isPresent()) {
            turn.calling(client);
            reply.refused(refusal.get());
            return;
        }
        unusedQueues.touched(queue.get(), turn);
        turn.dispatchable(queue.get());
        turn.afterDecided(applied -> {
            applied.calling(client);
            reply.done(queue.get().status());
        });
    }

    /** @return why it is not changed */
    private Optional<Refusal> change(Queue queue, QueueChange change, Turn turn) {
        QueueDefinition is = queue.decidedDefinition();
        QueueDefinition asked;
        try {
            asked = change.definition().apply(is);
        } catch (IllegalArgumentException e) {
            return Optional.of(Refusal.of(Refusal.Kind.INVALID_FIELD, e.getMessage()));
        }
        Optional<String> fixed = fixed(is, asked);
        if (fixed.isPresent()) {
            return Optional.of(Refusal.of(
                    Refusal.Kind.PRECONDITION_FAILED,
                    "queue '" + queue.name() + "' keeps its " + fixed.get()
                            + "; a queue of another name can have it, and messages can be moved there"));
        }
        if (!asked.life().forward().equals(is.life().forward())) {
            Optional<Refusal> loop = loops.refusalOf(asked);
            if (loop.isPresent()) {
                return loop;
            }
        }
        if (!asked.equals(is)) {
            queues.becomes(asked);
            queue.redefine(asked, turn);
        }
        queue.pause(change.pause(), turn);
        return Optional.empty();
    }

    /** @return what is asked to be another, and cannot be while the queue is there */
    private static Optional<String> fixed(QueueDefinition is, QueueDefinition asked) {
        if (!is.name().equals(asked.name())) {
            return Optional.of("name");
        }
        if (is.durable() != asked.durable()) {
            // What is only in memory would be in no journal, and what is in the journal would come back.
            return Optional.of("durable: it is " + is.durable());
        }
        if (is.service() instanceof Fifo != asked.service() instanceof Fifo) {
            return Optional.of("kind: one level of priority cannot become ten, nor ten become one");
        }
        boolean bothKnow = is.deduplication().isOn() && asked.deduplication().isOn();
        if (bothKnow
                && !is.deduplication().property().equals(asked.deduplication().property())) {
            return Optional.of("duplicateIdProperty: the ids it remembers are of another kind");
        }
        LastValue keys = is.life().lastValue();
        LastValue others = asked.life().lastValue();
        if (keys.isOn() && others.isOn() && !keys.property().equals(others.property())) {
            return Optional.of("lastValueProperty: the keys it knows are of another kind");
        }
        return Optional.empty();
    }
}
