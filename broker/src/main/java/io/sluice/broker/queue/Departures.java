package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides what leaves a queue without having been consumed: by expiry, for want of room, as a dead letter. */
final class Departures {
    private final QueueState state;
    private final Availability availability;
    private final Room room;
    private final QueueLoads loads;

    Departures(QueueState state, Availability availability, Room room, QueueLoads loads) {
        this.state = state;
        this.availability = availability;
        this.room = room;
        this.loads = loads;
    }

    /** Whether by now something expires. */
    boolean isDue(long nowMillis) {
        return availability.expired(nowMillis) != null || state.runs().due(nowMillis) != null;
    }

    /** Lets what is due expire. */
    void expire(Turn turn) {
        QueueEntry entry = availability.expired(turn.nowMillis());
        while (entry != null) {
            availability.take(entry, QueueEntry.State.SETTLING);
            moveOut(
                    entry,
                    DeadLetters.Reason.EXPIRED,
                    entry.deliveryCount,
                    Annotations.EMPTY,
                    turn,
                    Turn.Effect.NOTHING);
            turn.cut();
            entry = availability.expired(turn.nowMillis());
        }
        if (state.runs().due(turn.nowMillis()) != null) {
            loads.readDue(turn.nowMillis());
        }
    }

    /**
     * Drops from the least wanted end until so much more fits; those that leave count as gone at once. Where the next to leave is out
     * of memory it is read first, and goes when it is here.
     */
    void makeRoom(long messages, long bytes, Turn turn) {
        while (room.isOverWith(messages, bytes)) {
            QueueEntry victim = leastWanted();
            if (victim == null) {
                return;
            }
            int freed = victim.message.size();
            room.leaves(freed);
            availability.take(victim, QueueEntry.State.SETTLING);
            moveOut(
                    victim,
                    DeadLetters.Reason.OVERFLOW,
                    victim.deliveryCount,
                    Annotations.EMPTY,
                    turn,
                    applied -> room.left(freed));
            turn.cut();
        }
    }

    /** The oldest available message of the lowest level that has any; null where there is none, or none in memory yet. */
    private QueueEntry leastWanted() {
        int occupied = availability.ready().occupied() | state.runs().occupied();
        if (occupied == 0) {
            return null;
        }
        int level = Integer.numberOfTrailingZeros(occupied);
        QueueEntry head = availability.ready().level(level).head();
        if (head != null && head.sequence < state.runs().boundary(level)) {
            return head;
        }
        loads.wantHead(level);
        return null;
    }

    /**
     * An entry that is not available (its state is SETTLING) leaves: to the queue its definition names for the reason, or for
     * good where it names none. One batch: it is in one of the two after any crash.
     */
    void moveOut(
            QueueEntry entry,
            DeadLetters.Reason reason,
            int deliveryCount,
            Annotations more,
            Turn turn,
            Turn.Effect then) {
        QueueDefinition.DeadLetter deadLetter = state.definition().deadLetter();
        String name = state.definition().name();
        if (goesThroughExchange(deadLetter, reason) && !entry.links.superseded) {
            Message moved = DeadLetters.of(entry, name, reason, deliveryCount, more, turn.nowMillis());
            if (throughExchange(moved, deadLetter, turn)) {
                turn.decide(
                        new Removed(state.id(), SequenceRanges.of(entry.sequence), removedAs(reason)),
                        entry.durable,
                        then);
                return;
            }
        }
        Optional<String> target = reason == DeadLetters.Reason.EXPIRED ? deadLetter.expiryQueue() : deadLetter.queue();
        // What is left of a damaged message replaces it even in its own queue. One that a newer message has replaced
        // just goes.
        if (target.isPresent()
                && !entry.links.superseded
                && (reason == DeadLetters.Reason.DAMAGED || !target.get().equals(name))) {
            Message moved = DeadLetters.of(entry, name, reason, deliveryCount, more, turn.nowMillis());
            // In another queue it starts anew: clients with a maximum of their own would never look at it.
            int count = target.get().equals(name) ? deliveryCount : 0;
            turn.target(target.get()).put(moved, count, turn, Turn.Effect.NOTHING);
        }
        turn.decide(new Removed(state.id(), SequenceRanges.of(entry.sequence), removedAs(reason)), entry.durable, then);
    }

    /** A message that never was in the queue, which has no room for it, is a dead letter; where there is no place for those it is gone. */
    void refused(Message message, Turn turn) {
        QueueDefinition.DeadLetter deadLetter = state.definition().deadLetter();
        String name = state.definition().name();
        Message letter = DeadLetters.ofRefused(message, name, turn.nowMillis());
        if (deadLetter.exchange().isPresent() && throughExchange(letter, deadLetter, turn)) {
            return;
        }
        deadLetter
                .queue()
                .filter(target -> !target.equals(name))
                .ifPresent(target -> turn.target(target).put(letter, 0, turn, Turn.Effect.NOTHING));
    }

    private static boolean goesThroughExchange(QueueDefinition.DeadLetter deadLetter, DeadLetters.Reason reason) {
        return deadLetter.exchange().isPresent()
                && (reason != DeadLetters.Reason.EXPIRED
                        || deadLetter.expiryQueue().isEmpty());
    }

    /** To all queues the exchange has for it, but for this one. @return whether there are any */
    private boolean throughExchange(Message letter, QueueDefinition.DeadLetter deadLetter, Turn turn) {
        String exchange = deadLetter.exchange().orElseThrow();
        String key = deadLetter.routingKey().isEmpty()
                ? ExchangeMarks.routingKeyOf(letter, state.definition().name())
                : deadLetter.routingKey();
        List<Queue> targets = new ArrayList<>(turn.targets(exchange, key, letter));
        targets.removeIf(queue -> queue.id() == state.id());
        if (targets.isEmpty()) {
            return false;
        }
        Message marked = ExchangeMarks.on(letter, exchange, key);
        Queue.putInAll(marked, targets.subList(0, Math.min(targets.size(), Queue.MAX_DEAD_LETTER_TARGETS)), turn);
        return true;
    }

    /** Where messages go that their consumers have accepted; empty where they are just gone. */
    Optional<String> acknowledgedQueue() {
        return state.definition()
                .life()
                .acknowledgedQueue()
                .filter(target -> !target.equals(state.definition().name()));
    }

    /** An entry that its consumer has accepted (its state is SETTLING) leaves to the queue that keeps such. One batch, as {@link #moveOut}. */
    void keep(QueueEntry entry, String target, Turn turn, Turn.Effect then) {
        Message kept = Acknowledged.of(entry, state.definition().name(), turn.nowMillis());
        turn.target(target).put(kept, 0, turn, Turn.Effect.NOTHING);
        turn.decide(
                new Removed(state.id(), SequenceRanges.of(entry.sequence), Removed.Reason.CONSUMED),
                entry.durable,
                then);
    }

    private static Removed.Reason removedAs(DeadLetters.Reason reason) {
        return switch (reason) {
            case REJECTED -> Removed.Reason.REJECTED;
            case EXPIRED -> Removed.Reason.EXPIRED;
            case OVERFLOW -> Removed.Reason.OVERFLOWED;
            case MAX_DELIVERIES, MAX_ACQUISITIONS, UNDELIVERABLE, DAMAGED -> Removed.Reason.UNDELIVERABLE;
        };
    }
}
