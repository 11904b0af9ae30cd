package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.Schedule;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.SequenceRanges;
import java.util.Optional;

/** What becomes of a locked message by each outcome (AMQP 1.0 §3.4; the defaults are in docs/protocol.md). */
final class Settlement {
    private static final int MAX_ADDED_BYTES = 16 << 10;
    /** As released, where that counts, or makes it wait. */
    private static final Outcome.Modified COMES_BACK = new Outcome.Modified(false, false, Annotations.EMPTY);

    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers;
    private final GroupTable groups;
    private final UndeliverableHere undeliverable;
    private final Removals removals;
    private final Returning returning;

    Settlement(Queue queue, Availability availability, Consumers consumers, GroupTable groups, Removals removals) {
        this.queue = queue;
        this.availability = availability;
        this.consumers = consumers;
        this.groups = groups;
        this.undeliverable = new UndeliverableHere(queue, availability, consumers);
        this.removals = removals;
        this.returning = new Returning(queue.state().levelCount());
    }

    /** What is on its way back. */
    Returning returning() {
        return returning;
    }

    UndeliverableHere undeliverable() {
        return undeliverable;
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
        if (outcome instanceof Outcome.Unsent
                && delivery.consumer.fetched != null
                && consumers.has(delivery.consumer)
                && !delivery.entry.links.superseded) {
            // It has named the message: it has it still, and gets it with its next credit.
            delivery.consumer.fetched.again(delivery);
            return;
        }
        delivery.state = Delivery.State.SETTLING;
        delivery.entry.state = QueueEntry.State.SETTLING;
        if (delivery.entry.links.superseded) {
            // Whatever it says: a newer message has taken the place of this one.
            turn.afterDecided(applied -> done(delivery, applied));
        } else if (outcome instanceof Outcome.Accepted) {
            consumed(delivery, turn);
        } else if (outcome instanceof Outcome.Released) {
            released(delivery, turn);
        } else if (outcome instanceof Outcome.Unsent) {
            available(delivery, turn);
        } else if (outcome instanceof Outcome.Rejected rejected) {
            Annotations why =
                    annotations(delivery.entry, rejected.annotations()).merged(DeadLetters.rejection(rejected));
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
        // What the broker itself takes elsewhere nobody has acknowledged.
        Optional<String> keeping = delivery.consumer.isTakingAway() ? Optional.empty() : queue.acknowledgedQueue();
        if (keeping.isPresent()) {
            queue.keep(entry, keeping.get(), turn, applied -> done(delivery, applied));
        } else if (entry.durable) {
            removals.add(entry.sequence, applied -> done(delivery, applied));
        } else {
            SequenceRanges one = SequenceRanges.of(entry.sequence);
            turn.decide(
                    new Removed(queue.id(), one, Removed.Reason.CONSUMED), false, applied -> done(delivery, applied));
        }
    }

    private void released(Delivery delivery, Turn turn) {
        MessageLife life = queue.definition().life();
        if (life.maxAcquisitions() == 0 && !life.backoff().holds(false)) {
            available(delivery, turn);
        } else {
            modified(delivery, COMES_BACK, turn);
        }
    }

    private void modified(Delivery delivery, Outcome.Modified modified, Turn turn) {
        QueueEntry entry = delivery.entry;
        int count = entry.deliveryCount + (modified.deliveryFailed() ? 1 : 0);
        Annotations more = annotations(entry, modified.annotations());
        int acquisitions = 0;
        if (queue.definition().life().maxAcquisitions() > 0) {
            acquisitions = Acquisitions.of(entry.message) + 1;
            more = more.merged(Acquisitions.annotation(acquisitions));
        }
        boolean parks = modified.schedule().equals(Schedule.PARKED);
        if (modified.undeliverableHere() && !parks) {
            undeliverable.refused(entry, delivery.consumer, turn.nowMillis());
        }
        Optional<DeadLetters.Reason> end = end(entry, modified, count, acquisitions, turn);
        long deliverAt = deliverAtMillis(entry, modified, count, turn.nowMillis());
        boolean sameTime = deliverAt == 0 ? !entry.isParked() : deliverAt == entry.deliverAtMillis;
        if (end.isPresent()) {
            moveOut(delivery, end.get(), count, more, turn);
        } else if (count == entry.deliveryCount && more.isEmpty() && sameTime) {
            available(delivery, turn);
        } else {
            returned(
                    delivery,
                    new Returned(
                            queue.id(),
                            entry.sequence,
                            count,
                            entry.message.added().merged(more),
                            deliverAt),
                    turn);
        }
    }

    private void returned(Delivery delivery, Returned record, Turn turn) {
        MessageGroup group = delivery.entry.message.group();
        if (!delivery.grouped || groups.isFair()) {
            returnedByItself(delivery, record, turn);
            return;
        }
        // What stands behind it in its group is not to be given out before it is back.
        groups.returning(group);
        turn.decide(record, delivery.entry.durable, applied -> {
            groups.returned(group);
            available(delivery, applied);
        });
    }

    private void returnedByItself(Delivery delivery, Returned record, Turn turn) {
        QueueEntry entry = delivery.entry;
        if (!entry.durable || record.deliverAtMillis() != 0) {
            turn.decide(record, entry.durable, applied -> available(delivery, applied));
            return;
        }
        int level = queue.state().levelOf(entry.message);
        returning.add(level, entry.sequence);
        turn.decide(record, true, applied -> {
            returning.remove(level, entry.sequence);
            // Also where it does not come back after all: others have waited for it.
            applied.dispatchable(queue);
            available(delivery, applied);
        });
    }

    /** Why the message must not come back. @param acquisitions 0 where they are not counted */
    private Optional<DeadLetters.Reason> end(
            QueueEntry entry, Outcome.Modified modified, int count, int acquisitions, Turn turn) {
        if (hasItsOwnEnd()) {
            return Optional.empty();
        }
        int maximum = queue.definition().deadLetter().maxDeliveries();
        if (modified.deliveryFailed() && maximum > 0 && count >= maximum) {
            return Optional.of(DeadLetters.Reason.MAX_DELIVERIES);
        }
        if (acquisitions > 0 && acquisitions >= queue.definition().life().maxAcquisitions()) {
            return Optional.of(DeadLetters.Reason.MAX_ACQUISITIONS);
        }
        boolean nobody = modified.undeliverableHere() && undeliverable.isOver(entry, turn.nowMillis());
        return nobody ? Optional.of(DeadLetters.Reason.UNDELIVERABLE) : Optional.empty();
    }

    /** When it may be had again, 0 for at once: as its consumer wants, else as the queue does. What was parked stays so. */
    private long deliverAtMillis(QueueEntry entry, Outcome.Modified modified, int count, long nowMillis) {
        if (!modified.schedule().equals(Schedule.AT_ONCE)) {
            return modified.schedule().deliverAtMillis(nowMillis);
        }
        if (entry.isParked()) {
            return entry.deliverAtMillis;
        }
        Backoff backoff = queue.definition().life().backoff();
        long wait = backoff.waitMillis(modified.deliveryFailed(), count, queue.id(), entry.sequence);
        return wait == 0 ? 0 : nowMillis + wait;
    }

    /** What a consumer adds, unless it were too much: a message must stay small enough for the journal however often it returns. */
    private static Annotations annotations(QueueEntry entry, Annotations more) {
        Annotations all = entry.message.added().merged(more);
        return all.bytes() > MAX_ADDED_BYTES ? Annotations.EMPTY : more;
    }

    /** A dead-letter queue that names itself keeps what fails in it: there is nowhere further. */
    private boolean hasItsOwnEnd() {
        DeadLetter deadLetter = queue.definition().deadLetter();
        return deadLetter.exchange().isEmpty() && deadLetter.queue().equals(Optional.of(queue.name()));
    }

    private void moveOut(Delivery delivery, DeadLetters.Reason reason, int deliveryCount, Annotations more, Turn turn) {
        queue.moveOut(delivery.entry, reason, deliveryCount, more, turn, applied -> done(delivery, applied));
    }

    private void available(Delivery delivery, Turn turn) {
        QueueEntry entry = delivery.entry;
        // The queue may have been deleted or the message purged with it while the change was on its way.
        if (!entry.links.superseded && queue.state().entries().find(entry.sequence) == entry) {
            availability.cameBack(entry, turn.nowMillis());
            queue.state().leavesUnlikePage(entry);
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
        groups.inFlight(1);
        delivery.grouped = groups.isCounted(delivery.entry.message.group(), delivery.consumer);
        if (delivery.grouped) {
            delivery.firstOfGroup = groups.given(delivery.entry.message.group(), delivery.consumer);
            if (delivery.firstOfGroup && delivery.consumer.filter != null) {
                delivery.consumer.filter.hasAGroupMore();
            }
        }
    }

    /** The consumer has it no more, and what was decided of it is applied: others may be given what waited for that. */
    void over(Delivery delivery, Turn turn) {
        Consumer consumer = delivery.consumer;
        if (consumer.mode() == Consumer.Mode.COPY) {
            return;
        }
        boolean last = consumer.unsettled.over();
        groups.inFlight(-1);
        if (last && consumers.hasNothingLeft(consumer)) {
            turn.dispatchable(queue);
        }
        if (delivery.grouped) {
            groups.over(delivery.entry.message.group());
            turn.dispatchable(queue);
        }
    }
}
