package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.explain.DroppedCopy;
import io.sluice.broker.port.LinkDescription;
import io.sluice.broker.port.MessageStore.StoredPage;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.LastValues;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import io.sluice.broker.record.JournalRecord.QueuePaused;
import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.JournalRecord.Returned;
import io.sluice.broker.record.JournalRecord.SessionStateSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One queue, put together: what is in it ({@link QueueState}), who decides what comes in and what leaves ({@link Admission},
 * {@link Departures}, {@link Purge}), who applies records ({@link Application}), who gives messages out ({@link Dispatcher}), and
 * what is in memory of it ({@link QueueCapture}, {@link QueueEviction}, {@link QueueLoads}). Shard's thread only.
 */
public final class Queue {
    /** Queues that one dead letter goes to: what it is with them has to fit into a batch. */
    public static final int MAX_DEAD_LETTER_TARGETS = 1_000;

    private final QueueState state;
    private final Availability availability;
    private final Room room;
    private final Duplicates duplicates;
    private final QueueLoads loads;
    private final Scheduling scheduling;
    private final Departures departures;
    private final Admission admission;
    private final Application application;
    private final Dispatcher dispatcher;
    private final QueueCapture capture;
    private final QueueEviction eviction;
    private final Producers producers = new Producers();
    private boolean declared;
    private boolean deleted;

    /**
     * A queue that is decided on but exists only when {@link #declared} was applied.
     *
     * @param memory of the shard; what this queue takes counts in it
     */
    public Queue(long id, QueueDefinition definition, Pages pages, MemoryUse memory, LargeReferences large) {
        this.state = new QueueState(id, definition, pages, memory.part(), large);
        this.availability = new Availability(definition.service(), state.runs());
        this.room = new Room(state, availability.ready());
        this.duplicates = new Duplicates(state);
        LastValueKeys keys = new LastValueKeys(state);
        this.loads = new QueueLoads(this, state, availability, pages);
        this.scheduling = new Scheduling(this, state, availability, loads, pages);
        this.departures = new Departures(state, availability, room, loads);
        this.admission = new Admission(this, room, departures, duplicates, keys);
        this.application = new Application(state, availability, room, duplicates, keys);
        this.dispatcher = new Dispatcher(this, availability, loads, pages);
        this.capture = new QueueCapture(state, loads, duplicates, keys, state.sessionStates());
        this.eviction = new QueueEviction(state, availability, dispatcher, pages);
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

    /** What it will be when all that is decided is applied. */
    public QueueDefinition decidedDefinition() {
        return state.settings().decided();
    }

    public boolean isDeliveryPaused() {
        return state.settings().paused().delivery();
    }

    public boolean isIntakePaused() {
        return state.settings().paused().intake();
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

    public Sessions sessions() {
        return new Sessions(this, state.sessionStates());
    }

    public Producers producers() {
        return producers;
    }

    /** For checkpoints. */
    public QueueCapture capture() {
        return capture;
    }

    public QueueEviction eviction() {
        return eviction;
    }

    /** What it takes of memory. */
    public MemoryUse memory() {
        return state.memory();
    }

    QueueState state() {
        return state;
    }

    public long messages() {
        return state.messages();
    }

    /** Of {@link #messages}, those that are out of memory. */
    public long messagesOut() {
        return state.runs().away().messages();
    }

    /** What could be given out now. */
    long availableMessages() {
        return room.availableMessages();
    }

    /** All it holds and all that is decided to come in. */
    public long expectedMessages() {
        return room.expectedMessages();
    }

    public long bytes() {
        return state.bytes();
    }

    /** Adds how many messages of each priority it holds, where it has an order by priority. @param sums by priority */
    public void addDepthsTo(long[] sums) {
        state.depths().addTo(sums);
    }

    public QueueStatus status() {
        return new QueueStatus(
                definition(),
                state.messages(),
                state.depths().byPriority(),
                state.bytes(),
                state.messages()
                        - room.availableMessages()
                        - scheduling.messages()
                        - state.runs().away().damaged().messages(),
                scheduling.messages(),
                duplicates.count(),
                dispatcher.consumerCount(),
                producers.size(),
                state.runs().away().messages(),
                state.runs().away().damaged().messages(),
                new QueueStatus.Paused(isDeliveryPaused(), isIntakePaused()));
    }

    /** The record that declares this queue as it stands. */
    public QueueDeclared asRecord() {
        return admission.asRecord();
    }

    // ---- deciding

    /** Its settings change; what may change is the caller's to know. */
    public void redefine(QueueDefinition changed, Turn turn) {
        state.settings().decide(changed);
        turn.decide(admission.asRecord(changed), changed.durable(), Turn.Effect.NOTHING);
    }

    /** Holds up what is said, and lets go on what is not. */
    public void pause(Pause pause, Turn turn) {
        QueuePaused is = state.settings().decidedPaused();
        QueuePaused next = new QueuePaused(
                id(), pause.delivery().orElse(is.delivery()), pause.intake().orElse(is.intake()));
        if (!next.equals(is)) {
            state.settings().decide(next);
            turn.decide(next, definition().durable(), Turn.Effect.NOTHING);
        }
    }

    /**
     * A message from a producer that is no copy of one that came before.
     *
     * @param duplicateId by which a copy is known, "" for none
     * @param key whose last message it takes the place of, "" for none
     * @param then runs when it is in the queue
     * @return why it is not taken, empty when it is
     */
    public Optional<Refusal> offer(Message message, String duplicateId, String key, Turn turn, Turn.Effect then) {
        return admission.offer(message, duplicateId, key, turn, then);
    }

    /** Why a message with this key would not be taken; empty where it would. @param key "" for none */
    public Optional<Refusal> refusalOfKey(String key) {
        return admission.refusalOfKey(key);
    }

    /** Whether a message of this id would be a copy. */
    public boolean isDuplicate(String duplicateId, long nowMillis) {
        return duplicates.has(duplicateId, nowMillis);
    }

    /** The number of the message of this id, 0 where only the id is known. */
    public long sequenceOf(String duplicateId) {
        return duplicates.sequenceOf(duplicateId);
    }

    /** The number that was given last. */
    public long lastSequence() {
        return admission.lastSequence();
    }

    /** Which of these deliveries of resumable links it took, as applied, and their senders have not settled. */
    public Set<String> unconfirmed(Collection<String> keys, long nowMillis) {
        return duplicates.deliveries().known(keys, nowMillis);
    }

    /** Senders have settled these. */
    public void confirmed(Collection<String> keys, Turn turn) {
        duplicates.deliveries().forget(keys, id(), turn);
    }

    /** The link's sender has settled all but these. */
    public void confirmedOthers(ResumableLink link, Set<String> kept, Turn turn) {
        duplicates.deliveries().forgetOthers(link, kept, id(), turn);
    }

    /** Why so much more would not be taken, empty where it would. */
    public Optional<Refusal> refusalOf(long messages, long bytes) {
        return admission.refusalOf(messages, bytes);
    }

    /** Why a message would not be taken, empty where it would. @param key whose last message it takes the place of, "" for none */
    public Optional<Refusal> refusalOf(Message message, String key) {
        return admission.refusalOf(message, key);
    }

    /** A message that was for several queues was taken by none, for want of room here: see {@link QueueDefinition.Overflow#REJECT_DEAD_LETTER}. */
    public void refused(Message message, Turn turn) {
        admission.refused(message, turn);
    }

    /** As {@link #makeRoomFor(long, long, Turn)}, for a message. @param key as of {@link #refusalOf(Message, String)} */
    public void makeRoomFor(Message message, String key, Turn turn) {
        admission.makeRoomFor(message, key, turn);
    }

    /** Where so much more is taken because something else gives way: lets it. */
    public void makeRoomFor(long messages, long bytes, Turn turn) {
        admission.makeRoomFor(messages, bytes, turn);
    }

    /**
     * One copy of a message that goes to several queues: it has room here, and counts as decided. The caller decides the record.
     *
     * @param duplicateId by which a copy is known, "" for none
     */
    public Enqueued admit(Message message, String duplicateId, Turn turn) {
        return admission.admit(message, 0, duplicateId, turn);
    }

    /** Whether the message goes through the journal on its way here. */
    public boolean isJournaled(Message message) {
        return admission.isJournaled(message);
    }

    /** A message was not taken because it is a copy; other queues may have taken it. @param duplicateId by which it is known */
    public void copyDropped(String duplicateId, LinkDescription by, long nowMillis) {
        duplicates.dropped(duplicateId, by, nowMillis);
    }

    /** The last copy that was not taken. */
    Optional<DroppedCopy> lastDuplicate() {
        return duplicates.last();
    }

    /** See {@link Admission#put}. */
    public void put(Message message, int deliveryCount, Turn turn, Turn.Effect then) {
        admission.put(message, deliveryCount, "", turn, then);
    }

    /** As {@link #put}, into several queues: those that are journaled get it by one record. */
    static void putInAll(Message letter, List<Queue> targets, Turn turn) {
        if (targets.size() == 1) {
            targets.get(0).put(letter, 0, turn, Turn.Effect.NOTHING);
            return;
        }
        Message message = letter.forMany();
        List<Enqueued> journaled = new ArrayList<>();
        for (Queue queue : targets) {
            if (queue.isJournaled(message)) {
                journaled.add(queue.admit(message, "", turn));
            } else {
                queue.put(message, 0, turn, Turn.Effect.NOTHING);
            }
        }
        if (!journaled.isEmpty()) {
            LargeReferences large = targets.get(0).state.large();
            large.hold(message);
            turn.decide(new Published(journaled), true, applied -> large.letGo(message));
        }
    }

    /** Somebody is being given what is in here, and nothing is to give way to what comes, whatever the limits say; or no longer. */
    public void keepsAll(boolean all, Turn turn) {
        admission.keepsAll(all);
        turn.dispatchable(this);
    }

    /** Whether the message of this number is in here, as applied. */
    public boolean holds(long sequence) {
        return state.entries().find(sequence) != null || state.runs().find(sequence) != null;
    }

    /** Whether producers should be given no more credit. */
    public boolean isBlocked() {
        return admission.isBlocked();
    }

    /** Whether by now something expires, scheduled messages are to be delivered, or deliveries go back. */
    public boolean isDue(long nowMillis) {
        return departures.isDue(nowMillis)
                || scheduling.isDue(nowMillis)
                || dispatcher.isLockDue(nowMillis)
                || dispatcher.isDue(nowMillis);
    }

    /** What time has changed by now: something expires, something scheduled is for now. And drops what is too much. */
    void tidy(Turn turn) {
        departures.expire(turn);
        scheduling.release(turn);
        admission.shed(turn);
    }

    /**
     * Removes what is available or scheduled, and selected: all of it at once, part of it a bounded number at a time. The answer is how many
     * messages.
     */
    public void purge(Selection selection, Pages pages, Turn turn, Answer<Long> answer) {
        if (selection.isAll()) {
            answer.answer(new Purge(state, availability).decide(turn), turn);
        } else {
            new SelectivePurge(this, availability, loads, pages, selection, answer).go(turn);
        }
    }

    /** Removes messages by their numbers: what is available, scheduled or parked. */
    public void delete(Collection<Long> sequences, Pages pages, Turn turn, Answer<DeletedMessages> answer) {
        new DeleteByNumber(this, availability, loads, pages, sequences, answer).go(turn);
    }

    /** An answer that may have to wait for a page: it comes in this turn or in a later one. */
    @FunctionalInterface
    public interface Answer<T> {
        void answer(T value, Turn turn);
    }

    /**
     * Scheduled messages, ascending by sequence. Looks at a bounded part of the queue, whatever is in it.
     *
     * @param limit 1 or more
     */
    public void scheduled(long fromSequence, int limit, Turn turn, Answer<ScheduledMessage.Some> answer) {
        scheduling.list(fromSequence, limit, turn, answer);
    }

    /** Messages by sequence, whoever has them: nothing changes by it. */
    public void peek(PeekedMessage.Range range, Pages pages, Turn turn, Answer<PeekedMessage.Some> answer) {
        new PeekListing(this, pages, range, answer).go(turn);
    }

    /** Removes a scheduled message. The answer is false where no message of this sequence is scheduled. */
    public void cancel(long sequence, Turn turn, Answer<Boolean> answer) {
        scheduling.cancel(sequence, turn, answer);
    }

    /**
     * A message that waits for its time, or is parked, goes to its place now. The answer is false where no message of this sequence
     * waits.
     */
    public void release(long sequence, Turn turn, Answer<Boolean> answer) {
        dispatcher.release(sequence, turn, answer);
    }

    /** See {@link Departures#moveOut}. */
    void moveOut(
            QueueEntry entry,
            DeadLetters.Reason reason,
            int deliveryCount,
            Annotations more,
            Turn turn,
            Turn.Effect then) {
        departures.moveOut(entry, reason, deliveryCount, more, turn, then);
    }

    /** See {@link Departures#acknowledgedQueue}. */
    Optional<String> acknowledgedQueue() {
        return departures.acknowledgedQueue();
    }

    /** See {@link Departures#keep}. */
    void keep(QueueEntry entry, String target, Turn turn, Turn.Effect then) {
        departures.keep(entry, target, turn, then);
    }

    // ---- applying

    public void declared(QueueDeclared record) {
        declared = true;
        application.declared(record);
        availability.ready().serve(record.definition().service());
        dispatcher.lockMillis(record.definition().dispatching().lockMillis());
    }

    public void enqueued(Enqueued record) {
        application.enqueued(record);
    }

    public void duplicatesRemembered(DuplicatesRemembered record) {
        application.duplicatesRemembered(record);
    }

    public void paused(QueuePaused record) {
        state.settings().paused(record);
        dispatcher.pause(record.delivery());
    }

    public void lastValues(LastValues record) {
        application.lastValues(record);
    }

    public void sessionStateSet(SessionStateSet record) {
        state.sessionStates().applied(record);
    }

    public void removed(Removed record) {
        application.removed(record);
    }

    public void returned(Returned record) {
        application.returned(record);
    }

    /** See {@link Application#restored}. */
    public void restored(StoredPage page) {
        application.restored(page);
    }

    /** The queue is gone: so is all it held. */
    public void forgetAll() {
        application.forgetAll();
        state.sessionStates().forgetAll();
    }
}
