package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Outcome;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.SequenceRanges;
import java.util.Optional;

/** What becomes of a locked message by each outcome (AMQP 1.0 §3.4; the defaults are in docs/protocol.md). */
final class Settlement {
    private static final int MAX_ADDED_BYTES = 16 << 10;

    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers;
    private final GroupTable groups;
    private final Removals removals;

    Settlement(Queue queue, Availability availability, Consumers consumers, GroupTable groups, Removals removals) {
        this.queue = queue;
        this.availability = availability;
        this.consumers = consumers;
        this.groups = groups;
        this.removals = removals;
    }

    void settle(Delivery delivery, Outcome outcome, Turn turn) {
        if (delivery.state != Delivery.State.LOCKED) {
            return;
        }
        if (delivery.consumer.mode() == Consumer.Mode.COPY) {
            done(delivery, turn);
            return;
        }
        (delivery.held ? delivery.consumer.held : delivery.consumer.unsettled).remove(delivery);
        delivery.held = false;
        delivery.state = Delivery.State.SETTLING;
        delivery.entry.state = QueueEntry.State.SETTLING;
        if (outcome instanceof Outcome.Accepted) {
            consumed(delivery, turn);
        } else if (outcome instanceof Outcome.Released) {
            available(delivery, turn);
        } else if (outcome instanceof Outcome.Rejected rejected) {
            Annotations why = DeadLetters.rejection(rejected.condition(), rejected.description());
            int count = delivery.entry.deliveryCount;
            moveOut(delivery, DeadLetters.Reason.REJECTED, count, why, turn);
        } else if (outcome instanceof Outcome.Modified modified) {
            modified(delivery, modified, turn);
        } else if (outcome instanceof Outcome.Damaged) {
            moveOut(delivery, DeadLetters.Reason.DAMAGED, delivery.entry.deliveryCount, Annotations.EMPTY, turn);
        }
    }

    private void consumed(Delivery delivery, Turn turn) {
        QueueEntry entry = delivery.entry;
        if (entry.durable) {
            removals.add(entry.sequence, applied -> done(delivery, applied));
        } else {
            SequenceRanges one = SequenceRanges.of(entry.sequence);
            turn.decide(
                    new Removed(queue.id(), one, Removed.Reason.CONSUMED), false, applied -> done(delivery, applied));
        }
    }

    private void modified(Delivery delivery, Outcome.Modified modified, Turn turn) {
        QueueEntry entry = delivery.entry;
        int count = entry.deliveryCount + (modified.deliveryFailed() ? 1 : 0);
        int maximum = hasItsOwnEnd() ? 0 : queue.definition().deadLetter().maxDeliveries();
        if (modified.undeliverableHere()) {
            entry.exclude(delivery.consumer);
        }
        Annotations more = annotations(entry, modified);
        Optional<DeadLetters.Reason> end = Optional.empty();
        if (modified.deliveryFailed() && maximum > 0 && count >= maximum) {
            end = Optional.of(DeadLetters.Reason.MAX_DELIVERIES);
        } else if (modified.undeliverableHere() && nobodyElseMayTake(entry)) {
            end = Optional.of(DeadLetters.Reason.UNDELIVERABLE);
        }
        if (end.isPresent()) {
            moveOut(delivery, end.get(), count, more, turn);
        } else if (count == entry.deliveryCount && more.isEmpty()) {
            available(delivery, turn);
        } else {
            returned(
                    delivery,
                    new Returned(
                            queue.id(),
                            entry.sequence,
                            count,
                            entry.message.added().merged(more)),
                    turn);
        }
    }

    private void returned(Delivery delivery, Returned record, Turn turn) {
        MessageGroup group = delivery.entry.message.group();
        if (!delivery.grouped) {
            turn.decide(record, delivery.entry.durable, applied -> available(delivery, applied));
            return;
        }
        // What stands behind it in its group is not to be given out before it is back.
        groups.returning(group);
        turn.decide(record, delivery.entry.durable, applied -> {
            groups.returned(group);
            available(delivery, applied);
        });
    }

    /** What a consumer adds, unless it were too much: a message must stay small enough for the journal however often it returns. */
    private static Annotations annotations(QueueEntry entry, Outcome.Modified modified) {
        Annotations all = entry.message.added().merged(modified.annotations());
        return all.bytes() > MAX_ADDED_BYTES ? Annotations.EMPTY : modified.annotations();
    }

    /** A message that nobody attached will take would stay unseen for ever; a dead-letter queue is where it is seen. */
    private boolean nobodyElseMayTake(QueueEntry entry) {
        boolean elsewhere = queue.definition().deadLetter().queue().isPresent() && !hasItsOwnEnd();
        return elsewhere && !consumers.anyMayTake(entry);
    }

    /** A dead-letter queue that names itself keeps what fails in it: there is nowhere further. */
    private boolean hasItsOwnEnd() {
        return queue.definition().deadLetter().queue().equals(Optional.of(queue.name()));
    }

    private void moveOut(Delivery delivery, DeadLetters.Reason reason, int deliveryCount, Annotations more, Turn turn) {
        queue.moveOut(delivery.entry, reason, deliveryCount, more, turn, applied -> done(delivery, applied));
    }

    private void available(Delivery delivery, Turn turn) {
        // The queue may have been deleted or the message purged with it while the change was on its way.
        if (queue.state().entries().find(delivery.entry.sequence) == delivery.entry) {
            availability.add(delivery.entry);
            turn.dispatchable(queue);
        }
        done(delivery, turn);
    }

    private void done(Delivery delivery, Turn turn) {
        delivery.state = Delivery.State.DONE;
        over(delivery, turn);
        if (delivery.consumer.attached) {
            turn.calling(delivery.consumer.client());
            delivery.consumer.listener().settled(delivery);
        }
    }

    /** A message was given to its consumer. */
    void given(Delivery delivery) {
        delivery.consumer.unsettled.given();
        delivery.grouped = groups.isCounted(delivery.entry.message.group(), delivery.consumer);
        if (delivery.grouped) {
            delivery.firstOfGroup = groups.given(delivery.entry.message.group(), delivery.consumer);
        }
    }

    /** The consumer has it no more, and what was decided of it is applied: others may be given what waited for that. */
    void over(Delivery delivery, Turn turn) {
        Consumer consumer = delivery.consumer;
        if (consumer.mode() == Consumer.Mode.COPY) {
            return;
        }
        boolean last = consumer.unsettled.over();
        if (last && consumers.hasNothingLeft(consumer)) {
            turn.dispatchable(queue);
        }
        if (delivery.grouped) {
            groups.over(delivery.entry.message.group());
            turn.dispatchable(queue);
        }
    }
}
