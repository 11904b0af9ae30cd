package io.sluice.broker.queue;

import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Optional;

/**
 * Consumers come and go: what each needs while it is attached, and what becomes of what it had when it is not any longer. Shard's thread
 * only.
 */
final class Attachments {
    private final Queue queue;
    private final Consumers consumers;
    private final GroupTable groups;
    private final Settlement settlement;
    private final Removals removals;
    private final Fetching fetching;
    private final SessionLocks sessions;
    private final Cursors cursors;

    Attachments(
            Queue queue,
            Consumers consumers,
            GroupTable groups,
            Settlement settlement,
            Removals removals,
            Fetching fetching,
            SessionLocks sessions,
            Cursors cursors) {
        this.queue = queue;
        this.consumers = consumers;
        this.groups = groups;
        this.settlement = settlement;
        this.removals = removals;
        this.fetching = fetching;
        this.sessions = sessions;
        this.cursors = cursors;
    }

    /** See {@link Dispatcher#refusalOf}. */
    Optional<Refusal> refusalOf(Consumer consumer) {
        boolean follows = queue.definition().dispatching().nonDestructive();
        boolean takes = !follows && consumer.mode() != Consumer.Mode.COPY && !consumer.isTakingAway();
        boolean refused = takes && (consumers.hasExclusive() || (consumer.isExclusive() && consumers.hasConsumers()));
        String why = consumers.hasExclusive() ? "is taken from by one consumer alone" : "has consumers already";
        return refused
                ? Optional.of(Refusal.of(Refusal.Kind.RESOURCE_LOCKED, "queue '" + queue.name() + "' " + why))
                : sessions.refusalOf(consumer);
    }

    void attach(Consumer consumer, Turn turn) {
        cursors.give(consumer);
        consumer.lockFor(queue.definition().dispatching().lockMillis());
        consumer.attached = true;
        consumer.home(queue.dispatcher());
        consumers.add(consumer);
        if (!consumer.isApart()) {
            settlement.undeliverable().attached(consumer);
        }
        if (!consumer.isApart() && !consumer.isTakingAway()) {
            groups.joined();
        }
        sessions.attached(consumer, turn);
    }

    /** See {@link Dispatcher#fetch(Consumer, List, Turn, Queue.Answer)}. */
    void fetch(Consumer consumer, List<Long> numbers, Turn turn, Queue.Answer<Optional<Refusal>> answer) {
        fetching.reserve(consumer, numbers, turn, answer);
    }

    /** See {@link Dispatcher#detach}. */
    void detach(Consumer consumer, Turn turn) {
        if (!consumer.attached) {
            return;
        }
        leaves(consumer, turn);
        turn.afterDecided(applied -> {
            if (consumer.attached) {
                gone(consumer, applied);
            }
        });
    }

    private static void gone(Consumer consumer, Turn turn) {
        consumer.attached = false;
        turn.calling(consumer.client());
        consumer.listener().detached();
    }

    private void leaves(Consumer consumer, Turn turn) {
        remove(consumer);
        groups.left(consumer);
        if (consumer.fetched != null) {
            fetching.giveUp(consumer, turn);
        }
        Delivery delivery = consumer.unsettled.head();
        while (delivery != null) {
            settlement.settle(delivery, consumer.lossOutcome(), turn);
            turn.cut();
            delivery = consumer.unsettled.head();
        }
        settlement.undeliverable().detached(consumer, turn.nowMillis());
        removals.decide(queue.id(), turn);
        turn.dispatchable(queue);
    }

    private void remove(Consumer consumer) {
        consumers.remove(consumer);
        sessions.left(consumer);
    }

    /** See {@link Dispatcher#leavesWithQueue}. */
    Turn.Effect leavesWithQueue(Consumer consumer) {
        remove(consumer);
        return applied -> gone(consumer, applied);
    }

    /** The consumer has to go: it is told why, and what it had unsettled gets its loss outcome. */
    void sendAway(Consumer consumer, Refusal why, Turn turn) {
        leaves(consumer, turn);
        close(consumer, why, turn);
    }

    /** The queue goes: every consumer is told why. */
    void close(Refusal why, Turn turn) {
        for (Consumer consumer : consumers.all()) {
            close(consumer, why, turn);
        }
    }

    private void close(Consumer consumer, Refusal why, Turn turn) {
        consumer.attached = false;
        remove(consumer);
        turn.calling(consumer.client());
        consumer.listener().closed(why);
    }
}
