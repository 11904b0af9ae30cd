package io.sluice.broker.queue;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * Locks for a consumer the messages it asks for by their numbers, whatever waits before them: all of them or none. What is out of memory is read first,
 * so the answer may come in a later turn; until then those found are locked. Shard's thread only.
 */
final class Fetching {
    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers;
    private final Settlement settlement;
    private final QueueLoads loads;

    Fetching(Queue queue, Availability availability, Consumers consumers, Settlement settlement, QueueLoads loads) {
        this.queue = queue;
        this.availability = availability;
        this.consumers = consumers;
        this.settlement = settlement;
        this.loads = loads;
    }

    /** @param numbers each once; @param answer why the consumer gets nothing, empty where it is to get all; none where it is gone by then */
    void reserve(Consumer consumer, List<Long> numbers, Turn turn, Queue.Answer<Optional<Refusal>> answer) {
        for (int i = 0; i < numbers.size(); i++) {
            if (!consumers.has(consumer) || queue.isDeleted()) {
                return;
            }
            long sequence = numbers.get(i);
            QueueEntry entry = queue.state().entries().find(sequence);
            PagedRun run = entry == null ? queue.state().runs().find(sequence) : null;
            if (run != null && run.isReadable()) {
                List<Long> rest = numbers.subList(i, numbers.size());
                loads.readOne(run, sequence, again -> reserve(consumer, rest, again, answer));
                return;
            }
            if (entry == null || !entry.isHeld() || entry.expired(turn.nowMillis())) {
                consumers.remove(consumer);
                consumer.attached = false;
                giveUp(consumer, turn);
                answer.answer(Optional.of(notThere(sequence)), turn);
                return;
            }
            reserve(consumer, entry, turn);
        }
        consumer.fetched.complete();
        answer.answer(Optional.empty(), turn);
        turn.dispatchable(queue);
    }

    private Refusal notThere(long sequence) {
        return Refusal.of(
                Refusal.Kind.NOT_FOUND, "queue '" + queue.name() + "' has no message " + sequence + " that nobody has");
    }

    private void reserve(Consumer consumer, QueueEntry entry, Turn turn) {
        Delivery delivery =
                new Delivery(entry, consumer, queue.definition().life().stamped(), turn.nowMillis());
        entry.acquired();
        settlement.given(delivery);
        availability.take(entry, QueueEntry.State.LOCKED);
        consumer.fetched.add(delivery);
    }

    /** What the consumer, who is gone, was not given is as it was. */
    void giveUp(Consumer consumer, Turn turn) {
        Delivery delivery = consumer.fetched.giveUp();
        while (delivery != null) {
            consumer.unsettled.add(delivery);
            settlement.settle(delivery, Outcome.UNSENT, turn);
            turn.cut();
            delivery = consumer.fetched.giveUp();
        }
    }
}
