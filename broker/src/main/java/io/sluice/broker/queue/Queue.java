package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * One queue: its durable half ({@link QueueState}) and what belongs to the primary alone. This class decides what may come in and
 * what leaves without having been delivered, and applies records; {@link Dispatcher} gives messages out. Shard's thread only.
 */
public final class Queue {
    /** What a message costs in memory beside its bytes: its entry, its header fields, its place in the lists; about. */
    private static final long ENTRY_BYTES = 256;
    /** In one look for scheduled messages. */
    private static final int MAX_LOOKED_AT = 10_000;

    private final QueueState state;
    private final Availability availability;
    private final Dispatcher dispatcher;
    private final Producers producers = new Producers();
    private final Room room;
    private final Duplicates duplicates;
    private long nextSequence = 1;
    private boolean declared;
    private boolean deleted;

    /** A queue that is decided on but exists only when {@link #declared} was applied. */
    public Queue(long id, QueueDefinition definition, LargeReferences large) {
        this.state = new QueueState(id, definition, large);
        this.availability = new Availability(definition.service());
        this.duplicates = new Duplicates(state, large);
        this.room = new Room(state, availability.ready());
        this.dispatcher = new Dispatcher(this, availability);
    }

    public long id() {
        return state.id();
    }

    public String name() {
        return state.definition().name();
    }

    public QueueDefinition definition() {
        return state.definition();
    }

    /** Whether its declaration is applied. */
    public boolean isDeclared() {
        return declared;
    }

    /** A deletion is decided: nothing more comes in. */
    public boolean isDeleted() {
        return deleted;
    }

    public void delete() {
        deleted = true;
    }

    public Dispatcher dispatcher() {
        return dispatcher;
    }

    public Producers producers() {
        return producers;
    }

    QueueState state() {
        return state;
    }

    public long messages() {
        return state.messages();
    }

    /** All it holds and all that is decided to come in. */
    public long expectedMessages() {
        return room.expectedMessages();
    }

    public long bytes() {
        return state.bytes();
    }

    /** Of memory: the messages, what it costs to keep them, and the ids by which copies are known. */
    public long footprintBytes() {
        return state.residentBytes() + state.messages() * ENTRY_BYTES + duplicates.bytes();
    }

    public QueueStatus status() {
        return new QueueStatus(
                definition(),
                state.messages(),
                state.bytes(),
                state.messages()
                        - availability.ready().size()
                        - availability.scheduled().size(),
                availability.scheduled().size(),
                duplicates.count(),
                dispatcher.consumerCount(),
                producers.size());
    }

    /** The record that declares this queue as it stands. */
    public QueueDeclared asRecord() {
        return new QueueDeclared(id(), definition(), Math.max(nextSequence, state.nextSequence()));
    }

    // ---- coming in

    /**
     * A message from a producer. A copy of one that came before is taken and not stored.
     *
     * @param duplicateId by which a copy is known, "" for none
     * @param then runs when it is in the queue, or the one it is a copy of
     * @return why it is not taken, empty when it is
     */
    public Optional<Refusal> offer(Message message, String duplicateId, Turn turn, Turn.Effect then) {
        if (duplicates.has(duplicateId, turn.nowMillis())) {
            duplicates.dropped(message);
            turn.afterDecided(then);
            return Optional.empty();
        }
        Optional<Refusal> refusal = refusalOf(1, message.size());
        if (refusal.isEmpty()) {
            makeRoomFor(1, message.size(), turn);
            put(message, 0, duplicateId, turn, then);
        }
        return refusal;
    }

    /** Whether a message of this id would be a copy. */
    public boolean isDuplicate(String duplicateId, long nowMillis) {
        return duplicates.has(duplicateId, nowMillis);
    }

    /** Why so much more would not be taken, empty where it would. */
    public Optional<Refusal> refusalOf(long messages, long bytes) {
        Overflow overflow = definition().limits().overflow();
        boolean taken = overflow == Overflow.BLOCK || !room.isOverWith(messages, bytes);
        // What can never fit drops nothing.
        if (taken || (overflow == Overflow.DROP_HEAD && !room.isOverWithLockedAnd(messages, bytes))) {
            return Optional.empty();
        }
        return Optional.of(room.full(messages));
    }

    /** Where so much more is taken because something else gives way: lets it. */
    public void makeRoomFor(long messages, long bytes, Turn turn) {
        if (definition().limits().overflow() == Overflow.DROP_HEAD) {
            makeRoom(messages, bytes, turn);
        }
    }

    /** A message comes in whatever the limits say: moved here by the broker, it must not be lost for want of room. */
    void put(Message message, int deliveryCount, Turn turn, Turn.Effect then) {
        put(message, deliveryCount, "", turn, then);
    }

    private void put(Message message, int deliveryCount, String duplicateId, Turn turn, Turn.Effect then) {
        long now = turn.nowMillis();
        long expiresAt = expiryOf(message, now);
        long deliverAt = message.schedule().deliverAtMillis(now);
        Enqueued enqueued =
                new Enqueued(id(), nextSequence(), now, expiresAt, deliverAt, deliveryCount, duplicateId, message);
        duplicates.comesIn(duplicateId);
        room.comesIn(enqueued);
        if (isBlocked()) {
            // Producers hear it now and not when the journal has committed, or they would send on.
            turn.dispatchable(this);
        }
        turn.decide(enqueued, definition().durable() && message.durable(), then);
    }

    private long nextSequence() {
        nextSequence = Math.max(nextSequence, state.nextSequence());
        return nextSequence++;
    }

    private long expiryOf(Message message, long now) {
        long ttl = definition().limits().maxTtlMillis();
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
    public boolean isBlocked() {
        return definition().limits().overflow() == Overflow.BLOCK && room.isOverWith(1, 0);
    }

    /** Drops what is too much: messages that were taken before there was anything available to make room for them. */
    void shed(Turn turn) {
        if (definition().limits().overflow() == Overflow.DROP_HEAD) {
            makeRoom(0, 0, turn);
        }
    }

    /** Drops from the least wanted end until so much more fits; those that leave count as gone at once. */
    private void makeRoom(long messages, long bytes, Turn turn) {
        QueueEntry victim = availability.ready().leastWanted();
        while (victim != null && room.isOverWith(messages, bytes)) {
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
            victim = availability.ready().leastWanted();
        }
    }

    // ---- leaving without a consumer

    /** Whether by now something expires, or scheduled messages are to be delivered. */
    public boolean isDue(long nowMillis) {
        return availability.isDue(nowMillis);
    }

    /** Makes scheduled messages available whose time has come. */
    void release(Turn turn) {
        availability.release(turn.nowMillis());
    }

    /**
     * Scheduled messages, ascending by sequence. Looks at no more than {@link #MAX_LOOKED_AT} messages, whatever they are.
     *
     * @param limit 1 or more
     */
    public ScheduledMessage.Some scheduled(long fromSequence, int limit) {
        List<ScheduledMessage> found = new ArrayList<>();
        QueueEntry entry =
                availability.scheduled().size() == 0 ? null : state.entries().atOrAfter(fromSequence);
        for (int looked = 0; entry != null && looked < MAX_LOOKED_AT && found.size() < limit; looked++) {
            if (entry.state == QueueEntry.State.SCHEDULED) {
                found.add(entry.asScheduled());
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return new ScheduledMessage.Some(found, entry == null ? Long.MAX_VALUE : entry.sequence);
    }

    /** Removes a scheduled message. @return false where no message of this sequence is scheduled */
    public boolean cancel(long sequence, Turn turn) {
        QueueEntry entry = state.entries().find(sequence);
        if (entry == null || entry.state != QueueEntry.State.SCHEDULED) {
            return false;
        }
        availability.take(entry, QueueEntry.State.SETTLING);
        SequenceRanges one = SequenceRanges.of(sequence);
        turn.decide(new Removed(id(), one, Removed.Reason.CANCELLED), entry.durable, Turn.Effect.NOTHING);
        return true;
    }

    /** Lets what is due expire. */
    public void expire(Turn turn) {
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
    }

    /** Removes what is available or scheduled. @return how many messages */
    public long purge(Turn turn) {
        long[] durable =
                new long[availability.ready().size() + availability.scheduled().size()];
        long[] others = new long[durable.length];
        int durableCount = 0;
        int otherCount = 0;
        QueueEntry entry = availability.any();
        while (entry != null) {
            if (entry.durable) {
                durable[durableCount++] = entry.sequence;
            } else {
                others[otherCount++] = entry.sequence;
            }
            availability.take(entry, QueueEntry.State.SETTLING);
            entry = availability.any();
        }
        purge(durable, durableCount, true, turn);
        purge(others, otherCount, false, turn);
        return (long) durableCount + otherCount;
    }

    private void purge(long[] sequences, int count, boolean durable, Turn turn) {
        if (count > 0) {
            SequenceRanges ranges = SequenceRanges.ofSequences(sequences, count);
            Removals.decide(id(), ranges, Removed.Reason.PURGED, durable, turn, Turn.Effect.NOTHING);
        }
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
        QueueDefinition.DeadLetter deadLetter = definition().deadLetter();
        Optional<String> target = reason == DeadLetters.Reason.EXPIRED ? deadLetter.expiryQueue() : deadLetter.queue();
        // What is left of a damaged message replaces it even in its own queue.
        if (target.isPresent()
                && (reason == DeadLetters.Reason.DAMAGED || !target.get().equals(name()))) {
            Message moved = DeadLetters.of(entry, name(), reason, deliveryCount, more, turn.nowMillis());
            turn.target(target.get()).put(moved, deliveryCount, turn, Turn.Effect.NOTHING);
        }
        turn.decide(new Removed(id(), SequenceRanges.of(entry.sequence), removedAs(reason)), entry.durable, then);
    }

    private static Removed.Reason removedAs(DeadLetters.Reason reason) {
        return switch (reason) {
            case REJECTED -> Removed.Reason.REJECTED;
            case EXPIRED -> Removed.Reason.EXPIRED;
            case OVERFLOW -> Removed.Reason.OVERFLOWED;
            case MAX_DELIVERIES, UNDELIVERABLE, DAMAGED -> Removed.Reason.UNDELIVERABLE;
        };
    }

    // ---- applying

    public void declared(QueueDeclared record) {
        declared = true;
        state.declared(record);
    }

    public void enqueued(Enqueued record) {
        QueueEntry entry = state.enqueued(record);
        room.cameIn(record);
        duplicates.cameIn(record);
        if (entry != null) {
            availability.arrived(entry);
        }
    }

    public void duplicatesRemembered(DuplicatesRemembered record) {
        duplicates.remembered(record);
    }

    /** What a checkpoint must hold beside the queue and its messages. */
    public List<DuplicatesRemembered> duplicatesAsRecords() {
        return duplicates.asRecords();
    }

    /** @param gone hears the store's token of each message that had one */
    public void removed(Removed record, LongConsumer gone) {
        SequenceRanges sequences = record.sequences();
        for (int range = 0; range < sequences.rangeCount(); range++) {
            for (long sequence = sequences.first(range); sequence <= sequences.last(range); sequence++) {
                QueueEntry entry = state.removed(sequence);
                if (entry != null) {
                    forget(entry, gone);
                }
            }
        }
    }

    private void forget(QueueEntry entry, LongConsumer gone) {
        if (availability.holds(entry)) {
            availability.take(entry, QueueEntry.State.SETTLING);
        }
        if (entry.token != MessageStore.NO_TOKEN) {
            gone.accept(entry.token);
        }
    }

    public void returned(Returned record, LongConsumer gone) {
        QueueEntry entry = state.returned(record);
        if (entry != null && entry.token != MessageStore.NO_TOKEN) {
            gone.accept(entry.token);
            entry.token = MessageStore.NO_TOKEN;
        }
    }

    /**
     * A message the store has.
     *
     * @param gone hears the token of a second copy: the message was returned while the checkpoint ran, and the records behind it
     *     say so again; a copy nobody forgets would come back when the message is long consumed
     */
    public void restored(Enqueued record, long token, LongConsumer gone) {
        QueueEntry entry = state.enqueued(record);
        if (entry != null) {
            entry.token = token;
            availability.arrived(entry);
        } else {
            gone.accept(token);
        }
    }

    /** The queue is gone: every token it held is free. */
    public void forgetAll(LongConsumer gone) {
        QueueEntry entry = state.entries().atOrAfter(0);
        while (entry != null) {
            state.removed(entry.sequence);
            forget(entry, gone);
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
    }

    // ---- for checkpoints

    /**
     * The messages from {@code fromSequence} on that are durable and not in the store, until about {@code maxBytes}.
     *
     * @return the sequence to go on from, {@link Long#MAX_VALUE} at the end
     */
    public long capture(long fromSequence, int maxBytes, java.util.function.Consumer<Enqueued> into) {
        long bytes = 0;
        QueueEntry entry = state.entries().atOrAfter(fromSequence);
        while (entry != null) {
            if (entry.durable && entry.token == MessageStore.NO_TOKEN) {
                if (bytes > 0 && bytes + entry.message.residentBytes() > maxBytes) {
                    return entry.sequence;
                }
                bytes += entry.message.residentBytes();
                into.accept(entry.asRecord(id()));
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return Long.MAX_VALUE;
    }

    /**
     * @param checkpoint number of the one that runs, 1 or more
     * @return whether the message is still as it was captured, and now carries the token
     */
    public boolean stored(Enqueued captured, long token, int checkpoint) {
        QueueEntry entry = state.entries().find(captured.sequence());
        if (entry == null
                || entry.message != captured.message()
                || entry.deliveryCount != captured.deliveryCount()
                || entry.token != MessageStore.NO_TOKEN) {
            return false;
        }
        entry.token = token;
        entry.storedBy = checkpoint;
        return true;
    }

    /** The checkpoint failed: the tokens it gave are void, and may be another message's soon. */
    public void storeFailed(int checkpoint) {
        QueueEntry entry = state.entries().atOrAfter(0);
        while (entry != null) {
            if (entry.storedBy == checkpoint) {
                entry.token = MessageStore.NO_TOKEN;
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
    }
}
