package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.Optional;
import java.util.function.Supplier;

/** Decides what comes into a queue. */
final class Admission {
    private final Queue queue;
    private final QueueState state;
    private final Room room;
    private final Departures departures;
    private final Duplicates duplicates;
    private final LastValueKeys keys;
    private long nextSequence = 1;
    /** Nothing is to give way for a while. */
    private boolean keepsAll;

    Admission(Queue queue, Room room, Departures departures, Duplicates duplicates, LastValueKeys keys) {
        this.duplicates = duplicates;
        this.keys = keys;
        this.queue = queue;
        this.state = queue.state();
        this.room = room;
        this.departures = departures;
    }

    /** See {@link Queue#offer}. */
    Optional<Refusal> offer(Message message, String duplicateId, String key, Turn turn, Turn.Effect then) {
        if (!key.isEmpty()) {
            return offerLastValue(message, duplicateId, key, turn, then);
        }
        Optional<Refusal> refusal = refusalOf(1, message.size());
        if (refusal.isEmpty()) {
            makeRoomFor(1, message.size(), turn);
            put(message, 0, duplicateId, turn, then);
        } else {
            refused(message, turn);
        }
        return refusal;
    }

    /**
     * A message takes the place of the last one of its key, in one batch: after any crash one of the two is there. A consumer that has
     * the old one goes on with it, and whatever it says of it, it does not come back.
     */
    private Optional<Refusal> offerLastValue(
            Message message, String duplicateId, String key, Turn turn, Turn.Effect then) {
        long last = keys.last(key);
        QueueEntry old = last == 0 ? null : state.entries().find(last);
        // What is out of memory, or on its way in, counts as nothing but a message.
        int size = old == null ? 0 : old.message.size();
        boolean leaves = leaves(last, old);
        if (leaves) {
            room.leaves(size);
        }
        Optional<Refusal> refusal = refusalOf(1, message.size());
        if (refusal.isPresent()) {
            if (leaves) {
                room.left(size);
            }
            refused(message, turn);
            return refusal;
        }
        if (old != null) {
            old.links.superseded = true;
        }
        makeRoomFor(1, message.size(), turn);
        boolean durable = state.definition().durable();
        Enqueued enqueued = admit(message, 0, duplicateId, turn);
        turn.decide(enqueued, isJournaled(message), Turn.Effect.NOTHING);
        turn.decide(keys.comesIn(key, enqueued.sequence()), isJournaled(message), then);
        if (last != 0) {
            state.leaving().add(last);
            SequenceRanges one = SequenceRanges.of(last);
            Removed removed = new Removed(state.id(), one, Removed.Reason.SUPERSEDED);
            turn.decide(removed, old == null ? durable : old.durable, applied -> {
                state.leaving().remove(last);
                if (leaves) {
                    room.left(size);
                }
            });
        }
        return Optional.empty();
    }

    /** A message was not taken for want of room: it is a dead letter, where the queue has it so. */
    void refused(Message message, Turn turn) {
        if (state.definition().limits().overflow() == Overflow.REJECT_DEAD_LETTER) {
            departures.refused(message, turn);
        }
    }

    /** Why a message with this key would not be taken; empty where it would. @param key "" for none */
    Optional<Refusal> refusalOfKey(String key) {
        return keys.refusalOf(key);
    }

    private static boolean leaves(long last, QueueEntry old) {
        return last != 0 && (old == null || old.state != QueueEntry.State.SETTLING);
    }

    /** See {@link Queue#refusalOf(Message, String)}. */
    Optional<Refusal> refusalOf(Message message, String key) {
        return inPlaceOf(key, () -> refusalOf(1, message.size()));
    }

    /** See {@link Queue#makeRoomFor(Message, String, Turn)}. */
    void makeRoomFor(Message message, String key, Turn turn) {
        inPlaceOf(key, () -> {
            makeRoomFor(1, message.size(), turn);
            return true;
        });
    }

    /** Asks as if the last message of the key had left. */
    private <T> T inPlaceOf(String key, Supplier<T> question) {
        long last = key.isEmpty() ? 0 : keys.last(key);
        QueueEntry old = last == 0 ? null : state.entries().find(last);
        if (!leaves(last, old)) {
            return question.get();
        }
        int size = old == null ? 0 : old.message.size();
        room.leaves(size);
        T answer = question.get();
        room.left(size);
        return answer;
    }

    /** Why so much more would not be taken, empty where it would. */
    Optional<Refusal> refusalOf(long messages, long bytes) {
        Overflow overflow = state.definition().limits().overflow();
        boolean taken = overflow == Overflow.BLOCK || !room.isOverWith(messages, bytes);
        // What can never fit drops nothing.
        if (taken || (overflow == Overflow.DROP_HEAD && !room.isOverWithLockedAnd(messages, bytes))) {
            return Optional.empty();
        }
        return Optional.of(room.full(messages));
    }

    /** Where so much more is taken because something else gives way: lets it. */
    void makeRoomFor(long messages, long bytes, Turn turn) {
        if (state.definition().limits().overflow() == Overflow.DROP_HEAD) {
            departures.makeRoom(messages, bytes, turn);
        }
    }

    /** A message comes in whatever the limits say: moved here by the broker, it must not be lost for want of room. */
    void put(Message message, int deliveryCount, String duplicateId, Turn turn, Turn.Effect then) {
        Enqueued enqueued = admit(message, deliveryCount, duplicateId, turn);
        turn.decide(enqueued, isJournaled(message), message.isLarge() ? holding(message, then) : then);
    }

    /** A dead letter may leave a queue that is not durable before its record for this one is on the disk. */
    private Turn.Effect holding(Message message, Turn.Effect then) {
        state.large().hold(message);
        return applied -> {
            state.large().letGo(message);
            then.run(applied);
        };
    }

    boolean isJournaled(Message message) {
        return state.definition().durable() && message.durable();
    }

    /** As {@link #put}, for a caller that decides the record. */
    Enqueued admit(Message message, int deliveryCount, String duplicateId, Turn turn) {
        long now = turn.nowMillis();
        long expiresAt = expiryOf(message, now);
        long deliverAt = message.schedule().deliverAtMillis(now);
        Enqueued enqueued = new Enqueued(
                state.id(), nextSequence(), now, expiresAt, deliverAt, deliveryCount, duplicateId, message);
        duplicates.comesIn(enqueued);
        room.comesIn(enqueued);
        if (isBlocked()) {
            // Producers hear it now and not when the journal has committed, or they would send on.
            turn.dispatchable(queue);
        }
        return enqueued;
    }

    private long nextSequence() {
        nextSequence = Math.max(nextSequence, state.nextSequence());
        return nextSequence++;
    }

    void keepsAll(boolean all) {
        keepsAll = all;
    }

    /** The number that was given last. */
    long lastSequence() {
        return nextSequence - 1;
    }

    QueueDeclared asRecord() {
        return asRecord(state.definition());
    }

    /** The queue with another definition. */
    QueueDeclared asRecord(QueueDefinition definition) {
        return new QueueDeclared(state.id(), definition, Math.max(nextSequence, state.nextSequence()));
    }

    private long expiryOf(Message message, long now) {
        long ttl = state.definition().limits().maxTtlMillis();
        if (message.ttlMillis() != Message.NONE) {
            ttl = Math.min(ttl, message.ttlMillis());
        }
        long expiry = ttl == QueueDefinition.UNLIMITED ? Message.NONE : saturatedSum(now, ttl);
        if (message.absoluteExpiryMillis() != Message.NONE) {
            expiry = expiry == Message.NONE
                    ? message.absoluteExpiryMillis()
                    : Math.min(expiry, message.absoluteExpiryMillis());
        }
        return expiry;
    }

    private static long saturatedSum(long a, long b) {
        return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
    }

    /** Whether producers should be given no more credit. */
    boolean isBlocked() {
        return state.definition().limits().overflow() == Overflow.BLOCK && room.isOverWith(1, 0);
    }

    /** Drops what is too much: messages that were taken before there was anything available to make room for them. */
    void shed(Turn turn) {
        if (!keepsAll) {
            makeRoomFor(0, 0, turn);
        }
    }
}
