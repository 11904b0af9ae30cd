package io.sluice.broker.queue;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;

/**
 * Gives the available messages of one queue to its consumers: by the queue's order of service, to whoever has credit, in turns.
 * Nothing here is durable; a consumer that has a message holds a lock that dies with the primary. Shard's thread only.
 */
public final class Dispatcher {
    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers = new Consumers();
    private final Removals removals = new Removals();
    private final Settlement settlement;
    private DispatchReason lastStop = DispatchReason.NOTHING_AVAILABLE;

    Dispatcher(Queue queue, Availability availability) {
        this.queue = queue;
        this.availability = availability;
        this.settlement = new Settlement(queue, availability, consumers, removals);
    }

    public int consumerCount() {
        return consumers.size();
    }

    public void attach(Consumer consumer) {
        if (consumer.mode() == Consumer.Mode.COPY) {
            consumer.cursor = new BrowseCursor(
                    availability.ready().levelCount(), queue.state().nextSequence());
        }
        consumer.attached = true;
        consumer.home(this);
        consumers.add(consumer);
    }

    /** @param deliveryLimit deliveries since the attach that may be given in all */
    public void grant(Consumer consumer, long deliveryLimit, boolean drain, Turn turn) {
        // One whose detach is under way is still attached, but must lock nothing more.
        if (consumers.has(consumer)) {
            consumer.deliveryLimit = deliveryLimit;
            consumer.draining = drain;
            consumers.creditChanged(consumer);
            turn.dispatchable(queue);
        }
    }

    /** The consumer is gone; what it had unsettled gets its loss outcome. */
    public void detach(Consumer consumer, Turn turn) {
        if (!consumer.attached) {
            return;
        }
        consumers.remove(consumer);
        Delivery delivery = consumer.unsettled.head();
        while (delivery != null) {
            settlement.settle(delivery, consumer.lossOutcome(), turn);
            turn.cut();
            delivery = consumer.unsettled.head();
        }
        removals.decide(queue.id(), turn);
        turn.dispatchable(queue);
        turn.afterDecided(applied -> {
            if (consumer.attached) {
                consumer.attached = false;
                applied.calling(consumer.client());
                consumer.listener().detached();
            }
        });
    }

    /** What a consumer said of a delivery. A second outcome, or one that comes after the lock is gone, changes nothing. */
    public void settle(Delivery delivery, Outcome outcome, Turn turn) {
        // What a deleted queue held is gone; a late outcome must not make a dead letter of it.
        if (!queue.isDeleted()) {
            settlement.settle(delivery, outcome, turn);
            turn.dispatchable(queue);
        }
    }

    /** Whether its queue is being deleted: what consumers still have of it is gone. */
    public boolean isDeleted() {
        return queue.isDeleted();
    }

    /** What was consumed up to here is decided now, and not with what comes. */
    public void decideRemovals(Turn turn) {
        removals.decide(queue.id(), turn);
    }

    /** The queue goes: every consumer is told why. */
    public void close(Refusal refusal, Turn turn) {
        for (Consumer consumer : consumers.all()) {
            consumer.attached = false;
            consumers.remove(consumer);
            turn.calling(consumer.client());
            consumer.listener().closed(refusal);
        }
    }

    /** Gives out what can be given. @return why it stopped */
    public DispatchReason dispatch(Turn turn) {
        queue.expire(turn);
        queue.release(turn);
        queue.shed(turn);
        lastStop = dispatchToTakers(turn);
        for (Consumer browser : consumers.browsers()) {
            browse(browser, turn);
        }
        removals.decide(queue.id(), turn);
        consumers.drained(turn);
        return lastStop;
    }

    private DispatchReason dispatchToTakers(Turn turn) {
        ReadyLevels ready = availability.ready();
        while (true) {
            if (ready.size() == 0) {
                return DispatchReason.NOTHING_AVAILABLE;
            }
            if (!consumers.anyHasCredit()) {
                return consumers.hasTakers() ? DispatchReason.NO_CREDIT : DispatchReason.NO_CONSUMER;
            }
            if (!dispatchOne(ready, turn)) {
                return DispatchReason.UNDELIVERABLE_HERE;
            }
        }
    }

    private boolean dispatchOne(ReadyLevels ready, Turn turn) {
        int candidates = ready.occupied();
        while (candidates != 0) {
            int level = ready.choose(candidates);
            QueueEntry entry = ready.level(level).head();
            while (entry != null) {
                Consumer consumer = consumers.takeNextFor(entry);
                if (consumer != null) {
                    ready.served(level);
                    give(entry, consumer, turn);
                    return true;
                }
                entry = entry.links.nextReady;
            }
            candidates &= ~(1 << level);
        }
        return false;
    }

    private void give(QueueEntry entry, Consumer consumer, Turn turn) {
        Delivery delivery = new Delivery(entry, consumer);
        entry.acquiredBefore = true;
        consumers.delivered(consumer);
        if (consumer.mode() == Consumer.Mode.MOVE_PRESETTLED) {
            givePresettled(delivery, turn);
            return;
        }
        availability.take(entry, QueueEntry.State.LOCKED);
        consumer.unsettled.add(delivery);
        turn.calling(consumer.client());
        consumer.listener().deliver(delivery);
    }

    /** At most once: what is sent settled must never come back, so it leaves the journal before it leaves the broker. */
    private void givePresettled(Delivery delivery, Turn turn) {
        QueueEntry entry = delivery.entry;
        availability.take(entry, QueueEntry.State.SETTLING);
        delivery.state = Delivery.State.DONE;
        Turn.Effect send = applied -> {
            if (delivery.consumer.attached) {
                applied.calling(delivery.consumer.client());
                delivery.consumer.listener().deliver(delivery);
            }
        };
        if (entry.durable) {
            removals.add(entry.sequence, send);
        } else {
            SequenceRanges one = SequenceRanges.of(entry.sequence);
            turn.decide(new Removed(queue.id(), one, Removed.Reason.CONSUMED), false, send);
        }
    }

    private void browse(Consumer browser, Turn turn) {
        while (browser.hasCredit()) {
            QueueEntry entry = browser.cursor.peek(queue.state().entries(), availability.ready(), turn.nowMillis());
            if (entry == null) {
                return;
            }
            browser.cursor.passed(entry);
            browser.delivered++;
            turn.calling(browser.client());
            browser.listener().deliver(new Delivery(entry, browser));
        }
    }

    /** Why the last dispatch stopped. */
    public DispatchReason lastStop() {
        return lastStop;
    }

    /** Why this message is, or is not, on its way at this instant. */
    public DispatchReason explain(long sequence, long nowMillis) {
        QueueEntry entry = queue.state().entries().find(sequence);
        if (entry == null) {
            return DispatchReason.NO_SUCH_MESSAGE;
        }
        if (entry.state == QueueEntry.State.LOCKED) {
            return DispatchReason.LOCKED;
        }
        if (entry.state == QueueEntry.State.SETTLING) {
            return DispatchReason.SETTLING;
        }
        if (entry.expired(nowMillis)) {
            return DispatchReason.EXPIRED;
        }
        if (entry.state == QueueEntry.State.SCHEDULED) {
            return DispatchReason.SCHEDULED;
        }
        if (!consumers.hasTakers()) {
            return DispatchReason.NO_CONSUMER;
        }
        if (consumers.anyWaitsFor(entry)) {
            return DispatchReason.NEXT;
        }
        boolean refused = consumers.anyHasCredit() || !consumers.anyMayTake(entry);
        return refused ? DispatchReason.UNDELIVERABLE_HERE : DispatchReason.NO_CREDIT;
    }
}
