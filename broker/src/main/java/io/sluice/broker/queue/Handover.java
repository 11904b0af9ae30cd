package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.Optional;

/** Hands messages that were chosen to the consumers they were chosen for, locked or for good. Shard's thread only. */
final class Handover {
    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers;
    private final Settlement settlement;
    private final Removals removals;
    private final SessionLocks sessions;

    Handover(
            Queue queue,
            Availability availability,
            Consumers consumers,
            Settlement settlement,
            Removals removals,
            SessionLocks sessions) {
        this.sessions = sessions;
        this.queue = queue;
        this.availability = availability;
        this.consumers = consumers;
        this.settlement = settlement;
        this.removals = removals;
    }

    void give(QueueEntry entry, Consumer consumer, Turn turn) {
        if (consumer.waitsForSession()) {
            sessions.found(consumer, entry.message.group(), turn);
            return;
        }
        Delivery delivery =
                new Delivery(entry, consumer, queue.definition().life().stamped(), turn.nowMillis());
        entry.acquired();
        consumers.delivered(consumer);
        consumer.creditMayHaveEnded(turn.nowMillis());
        settlement.given(delivery);
        if (consumer.mode() == Consumer.Mode.MOVE_PRESETTLED) {
            givePresettled(delivery, turn);
            return;
        }
        availability.take(entry, QueueEntry.State.LOCKED);
        Locks.begin(delivery, turn.nowMillis());
        annotate(delivery);
        turn.calling(consumer.client());
        consumer.listener().deliver(delivery);
    }

    /** Where its queue lets locks run out every consumer is told; of more, who asks for it. */
    private void annotate(Delivery delivery) {
        boolean asks = delivery.consumer.isAnnotated();
        if (asks || queue.definition().dispatching().lockMillis() != QueueDefinition.UNLIMITED) {
            delivery.annotate(DeliveryAnnotations.of(delivery, asks));
        }
    }

    /** One that is asked for by its number is beside the credit: both counts go on by one. */
    Delivery giveByNumber(QueueEntry entry, Consumer consumer, Turn turn) {
        Delivery delivery =
                new Delivery(entry, consumer, queue.definition().life().stamped(), turn.nowMillis());
        entry.acquired();
        consumer.delivered++;
        consumer.deliveryLimit++;
        settlement.given(delivery);
        availability.take(entry, QueueEntry.State.LOCKED);
        Locks.begin(delivery, turn.nowMillis());
        annotate(delivery);
        turn.calling(consumer.client());
        consumer.listener().deliver(delivery);
        return delivery;
    }

    /** What the consumer has named, as far as it has credit. */
    void giveFetched(Consumer consumer, Turn turn) {
        while (consumer.hasCredit()) {
            Delivery delivery = consumer.fetched.take();
            if (delivery == null) {
                return;
            }
            consumer.delivered++;
            consumer.creditMayHaveEnded(turn.nowMillis());
            Locks.begin(delivery, turn.nowMillis());
            annotate(delivery);
            turn.calling(consumer.client());
            consumer.listener().deliver(delivery);
        }
    }

    /** At most once: what is sent settled must never come back, so it leaves the journal before it leaves the broker. */
    private void givePresettled(Delivery delivery, Turn turn) {
        QueueEntry entry = delivery.entry;
        availability.take(entry, QueueEntry.State.SETTLING);
        delivery.state = Delivery.State.DONE;
        Turn.Effect send = applied -> {
            settlement.over(delivery, applied);
            if (delivery.consumer.attached) {
                applied.calling(delivery.consumer.client());
                delivery.consumer.listener().deliver(delivery);
            }
        };
        Optional<String> keeping = queue.acknowledgedQueue();
        if (keeping.isPresent()) {
            queue.keep(entry, keeping.get(), turn, send);
            turn.cut();
        } else if (entry.durable) {
            removals.add(entry.sequence, send);
        } else {
            SequenceRanges one = SequenceRanges.of(entry.sequence);
            turn.decide(new Removed(queue.id(), one, Removed.Reason.CONSUMED), false, send);
        }
    }

    void browse(Consumer browser, Turn turn) {
        while (browser.hasCredit()) {
            QueueEntry entry = browser.cursor.peek(turn.nowMillis());
            if (entry == null) {
                return;
            }
            browser.cursor.passed(entry);
            if (!browser.selects(entry.message)) {
                continue;
            }
            browser.delivered++;
            browser.creditMayHaveEnded(turn.nowMillis());
            turn.calling(browser.client());
            boolean stamped = queue.definition().life().stamped();
            Delivery delivery = new Delivery(entry, browser, stamped, turn.nowMillis());
            if (entry.state != QueueEntry.State.READY) {
                delivery.annotate(DeliveryAnnotations.ofSeen(entry));
            }
            browser.listener().deliver(delivery);
        }
    }
}
