package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Returned;
import java.util.Optional;

/**
 * Gives out single messages by their number, parked ones above all, and lets those that wait go to their places before their time. What
 * is out of memory is read first, so an answer may come in a later turn.
 */
final class Parking {
    private final Queue queue;
    private final QueueLoads loads;
    private final Consumers consumers;
    private final Giving giving;

    /** Gives a message that nobody has to a consumer. */
    interface Giving {
        Delivery give(QueueEntry entry, Consumer consumer, Turn turn);
    }

    Parking(Queue queue, QueueLoads loads, Consumers consumers, Giving giving) {
        this.queue = queue;
        this.loads = loads;
        this.consumers = consumers;
        this.giving = giving;
    }

    /** See {@link Dispatcher#fetch}. */
    void fetch(Consumer consumer, long sequence, Turn turn, Queue.Answer<Optional<Delivery>> answer) {
        Found found = find(sequence);
        if (found.run != null) {
            loads.readOne(found.run, sequence, again -> fetch(consumer, sequence, again, answer));
            return;
        }
        QueueEntry entry = found.entry;
        boolean may = consumers.has(consumer) && consumer.mode() == Consumer.Mode.MOVE;
        if (!may || entry == null || !entry.isHeld() || entry.expired(turn.nowMillis())) {
            answer.answer(Optional.empty(), turn);
            return;
        }
        answer.answer(Optional.of(giving.give(entry, consumer, turn)), turn);
    }

    /** See {@link Queue#release}. */
    void release(long sequence, Availability availability, Turn turn, Queue.Answer<Boolean> answer) {
        Found found = find(sequence);
        if (found.run != null) {
            loads.readOne(found.run, sequence, again -> release(sequence, availability, again, answer));
            return;
        }
        QueueEntry entry = found.entry;
        if (entry == null || entry.state != QueueEntry.State.SCHEDULED) {
            answer.answer(false, turn);
            return;
        }
        availability.take(entry, QueueEntry.State.SETTLING);
        turn.decide(
                new Returned(queue.id(), sequence, entry.deliveryCount, entry.message.added()),
                entry.durable,
                applied -> {
                    if (!entry.links.superseded && queue.state().entries().find(sequence) == entry) {
                        availability.cameBack(entry, applied.nowMillis());
                        applied.dispatchable(queue);
                    }
                });
        answer.answer(true, turn);
    }

    /** @param run from which it must be read first, null where it is in memory or nowhere */
    private record Found(QueueEntry entry, PagedRun run) {}

    private Found find(long sequence) {
        if (queue.isDeleted()) {
            // Its page may have been read for longer than it lived.
            return new Found(null, null);
        }
        QueueEntry entry = queue.state().entries().find(sequence);
        PagedRun run = entry == null ? queue.state().runs().find(sequence) : null;
        return new Found(entry, run != null && run.isReadable() ? run : null);
    }
}
