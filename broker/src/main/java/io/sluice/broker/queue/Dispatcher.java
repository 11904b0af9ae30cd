package io.sluice.broker.queue;

import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Gives the available messages of one queue to its consumers: by the queue's order of service, to whoever has credit, in turns.
 * Nothing here is durable; a consumer that has a message holds a lock that dies with the primary. Shard's thread only.
 */
public final class Dispatcher {
    private final Queue queue;
    private final Availability availability;
    private final QueueLoads loads;
    private final Pages pages;
    private final Consumers consumers = new Consumers();
    private final GroupTable groups;
    private final LookAhead lookAhead;
    private final Removals removals = new Removals();
    private final Parking parking;
    private final Settlement settlement;
    private final Handover handover;
    private final Selecting selecting;
    private final Attachments attachments;
    private final Locks locks;
    private DispatchReason lastStop = DispatchReason.NOTHING_AVAILABLE;

    Dispatcher(Queue queue, Availability availability, QueueLoads loads, Pages pages) {
        this.queue = queue;
        this.availability = availability;
        this.loads = loads;
        this.pages = pages;
        this.groups = new GroupTable(queue.state());
        this.lookAhead = new LookAhead(queue.state().levelCount());
        this.settlement = new Settlement(queue, availability, consumers, groups, removals);
        SessionLocks sessions = new SessionLocks(queue, consumers, groups, availability.ready());
        this.attachments = new Attachments(
                queue,
                consumers,
                groups,
                settlement,
                removals,
                new Fetching(queue, availability, consumers, settlement, loads),
                sessions,
                new Cursors(queue, availability, loads, pages, groups));
        this.locks = new Locks(queue, consumers, settlement, sessions, attachments);
        this.handover = new Handover(queue, availability, consumers, settlement, removals, sessions);
        this.selecting = new Selecting(queue, pages, consumers, groups, settlement, handover);
        this.parking = new Parking(queue, loads, consumers, handover::giveByNumber);
        availability.tell(consumers, settlement.undeliverable());
    }

    public int consumerCount() {
        return consumers.size();
    }

    /** Whether the consumer is attached, and its detach is not under way. */
    public boolean has(Consumer consumer) {
        return consumers.has(consumer);
    }

    /** Whether anybody is attached who takes messages for itself. */
    public boolean hasConsumers() {
        return consumers.hasConsumers();
    }

    /** Whether anybody is attached who takes messages. */
    boolean hasTakers() {
        return consumers.hasTakers();
    }

    public void attach(Consumer consumer, Turn turn) {
        attachments.attach(consumer, turn);
    }

    /**
     * As {@link #attach}, of one that sees what is there and what comes, from this number on: in a queue that nobody takes from, of the
     * kind fifo.
     */
    public void attachFrom(Consumer consumer, long sequence, Turn turn) {
        attach(consumer, turn);
        consumer.cursor.startAt(sequence);
    }

    /**
     * Locks for a {@link Consumer.Mode#FETCH} consumer that was just attached what it names, all or nothing.
     *
     * @param numbers each once
     * @param answer why it gets nothing and is attached no longer; empty where it has all. None where it has left by then
     */
    public void fetch(Consumer consumer, List<Long> numbers, Turn turn, Queue.Answer<Optional<Refusal>> answer) {
        attachments.fetch(consumer, numbers, turn, answer);
    }

    /** Messages of the run, which are out of memory, are available from now on. */
    void becameAvailable(PagedRun run) {
        for (int index = run.nextOut(0); index >= 0; index = run.nextOut(index + 1)) {
            consumers.becameAvailable(run.level(), run.sequence(index));
        }
    }

    /** Why the consumer may not be attached, empty where it may: one that wants to be the only one must be. */
    public Optional<Refusal> refusalOf(Consumer consumer) {
        return attachments.refusalOf(consumer);
    }

    /** @param deliveryLimit deliveries since the attach that may be given in all */
    public void grant(Consumer consumer, long deliveryLimit, boolean drain, Turn turn) {
        // One whose detach is under way is still attached, but must lock nothing more.
        if (consumers.has(consumer)) {
            boolean had = consumer.hasCredit();
            consumer.deliveryLimit = deliveryLimit;
            consumer.draining = drain;
            if (had) {
                consumer.creditMayHaveEnded(turn.nowMillis());
            }
            consumers.creditChanged(consumer);
            turn.dispatchable(queue);
        }
    }

    /** How many messages wait for more credit of the consumer (AMQP 1.0 §2.6.7); -1 where each had to be looked at to tell. */
    public long awaitingCredit(Consumer consumer) {
        if (consumer.cursor != null || consumer.isFiltering()) {
            return -1;
        }
        long credit = Math.max(0, consumer.deliveryLimit - consumer.delivered);
        long waiting = consumer.fetched == null ? queue.availableMessages() : consumer.fetched.size();
        return Math.max(0, waiting - credit);
    }

    /** The consumer is gone; what it had unsettled gets its loss outcome. */
    public void detach(Consumer consumer, Turn turn) {
        attachments.detach(consumer, turn);
    }

    /** Who has which session. */
    SessionLocks sessions() {
        return locks.sessions();
    }

    public long queueId() {
        return queue.id();
    }

    /**
     * The consumer leaves, and the queue goes with what the consumer had of it: it gets nothing more.
     *
     * @return to run when the queue is gone; its listener hears {@code detached}
     */
    public Turn.Effect leavesWithQueue(Consumer consumer) {
        return attachments.leavesWithQueue(consumer);
    }

    /**
     * Locks one message for an attached consumer, by its number and beside the consumer's credit: one that is parked, waits for its
     * time or is available. The consumer's listener hears {@code deliver}, then comes the answer: empty where there is none, or
     * somebody has it. If it comes back, it is what it was before.
     */
    public void fetch(Consumer consumer, long sequence, Turn turn, Queue.Answer<Optional<Delivery>> answer) {
        parking.fetch(consumer, sequence, turn, answer);
    }

    /** See {@link Queue#release}. */
    void release(long sequence, Turn turn, Queue.Answer<Boolean> answer) {
        parking.release(sequence, availability, turn, answer);
    }

    /** Whether by now a message has waited long enough for somebody who does not refuse it. */
    boolean isDue(long nowMillis) {
        return settlement.undeliverable().isDue(nowMillis);
    }

    /** What a consumer said of a delivery. A second outcome, or one that comes after the lock is gone, changes nothing. */
    public void settle(Delivery delivery, Outcome outcome, Turn turn) {
        // What a deleted queue held is gone; a late outcome must not make a dead letter of it.
        if (!queue.isDeleted()) {
            consumers.suspect(delivery.consumer, false);
            settlement.settle(delivery, outcome, turn);
            turn.dispatchable(queue);
        }
    }

    /** What becomes of the delivery is up to a transaction: a detach of its consumer does not decide it. */
    public void hold(Delivery delivery) {
        if (delivery.isLocked() && !delivery.held && delivery.consumer.mode() != Consumer.Mode.COPY) {
            delivery.consumer.unsettled.remove(delivery);
            delivery.consumer.held.add(delivery);
            delivery.held = true;
        }
    }

    /** A transaction lets go of it: its consumer has it as before. Where that is gone, it gets the loss outcome. */
    public void letGo(Delivery delivery, Turn turn) {
        if (!delivery.held || !delivery.isLocked()) {
            return;
        }
        if (consumers.has(delivery.consumer)) {
            delivery.held = false;
            delivery.consumer.held.remove(delivery);
            Locks.begin(delivery, turn.nowMillis());
        } else {
            settle(delivery, delivery.consumer.lossOutcome(), turn);
        }
    }

    /** The time to settle a delivery is another one from now on. */
    void lockMillis(long millis) {
        locks.changed(millis);
    }

    /** Why no locks of the consumer can be made to last anew; empty where they can. @param sequence of one message, empty for all */
    public Optional<Refusal> refusalOfRenewal(Consumer consumer, OptionalLong sequence) {
        return locks.refusalOf(consumer, sequence);
    }

    /** Makes locks last anew, from now on; what is not refused. @param sequence of one message, empty for all it has unsettled */
    public LockRenewal renew(Consumer consumer, OptionalLong sequence, long nowMillis) {
        return locks.renew(consumer, sequence, nowMillis);
    }

    /** Whether a message that is released may be a dead letter by that. */
    public boolean limitsAcquisitions() {
        return queue.definition().life().maxAcquisitions() > 0;
    }

    /** Whether a message that is accepted goes to another queue by that. */
    public boolean keepsAcknowledged() {
        return queue.acknowledgedQueue().isPresent();
    }

    /** Whether its dead letters go through an exchange. */
    public boolean hasDeadLetterExchange() {
        return queue.definition().deadLetter().exchange().isPresent();
    }

    /** Whether its queue is being deleted: what consumers still have of it is gone. */
    public boolean isDeleted() {
        return queue.isDeleted();
    }

    /** What was consumed up to here is decided now, and not with what comes. */
    public void decideRemovals(Turn turn) {
        removals.decide(queue.id(), turn);
    }

    /** Holds all consumers up, their credit is kept; or lets them go on. Browsers look on, and so does the broker. */
    void pause(boolean pauses) {
        consumers.pause(pauses);
    }

    /** The queue goes: every consumer is told why. */
    public void close(Refusal refusal, Turn turn) {
        attachments.close(refusal, turn);
    }

    /** Gives out what can be given. @return why it stopped */
    public DispatchReason dispatch(Turn turn) {
        queue.tidy(turn);
        consumers.single(queue.definition().dispatching().singleActiveConsumer());
        locks.end(turn);
        settlement.undeliverable().moveOut(turn);
        consumers.tellActivity(turn);
        lastStop = dispatchToTakers(turn);
        lookAhead.clear();
        for (Consumer consumer : consumers.apart()) {
            if (consumer.fetched == null) {
                if (!consumers.isPaused() || !consumer.cursor.isHeldUpByPause()) {
                    handover.browse(consumer, turn);
                }
            } else if (!consumers.isPaused()) {
                handover.giveFetched(consumer, turn);
            }
        }
        removals.decide(queue.id(), turn);
        boolean soon = lastStop == DispatchReason.PAGED_OUT || lastStop == DispatchReason.SETTLING;
        consumers.drained(soon && !consumers.onlyFilteringHaveCredit(), turn);
        return lastStop;
    }

    /** Whether by now a delivery was not settled in its time, a session's lock was not renewed, or one was waited for long enough. */
    boolean isLockDue(long nowMillis) {
        return locks.isDue(nowMillis);
    }

    private DispatchReason dispatchToTakers(Turn turn) {
        ReadyLevels ready = availability.ready();
        PagedRuns runs = queue.state().runs();
        boolean given = false;
        while (true) {
            if (ready.size() == 0 && runs.occupied() == 0) {
                return DispatchReason.NOTHING_AVAILABLE;
            }
            if (!consumers.anyHasCredit()) {
                if (given && runs.occupied() != 0) {
                    loads.readAhead();
                }
                return whyNobodyWaits();
            }
            if (consumers.onlyFilteringHaveCredit()) {
                return selecting.dispatch(ready, runs, turn);
            }
            DispatchReason reason = dispatchOne(ready, runs, turn);
            if (reason != DispatchReason.NEXT) {
                if (runs.occupied() != 0) {
                    loads.readAhead();
                }
                return reason;
            }
            given = true;
        }
    }

    private DispatchReason whyNobodyWaits() {
        if (consumers.isPaused()) {
            return DispatchReason.PAUSED;
        }
        if (!consumers.hasTakers()) {
            return DispatchReason.NO_CONSUMER;
        }
        return consumers.someStandBy() ? DispatchReason.NOT_ACTIVE_CONSUMER : DispatchReason.NO_CREDIT;
    }

    /** @return {@link DispatchReason#NEXT} where one was given */
    private DispatchReason dispatchOne(ReadyLevels ready, PagedRuns runs, Turn turn) {
        int candidates = ready.occupied() | runs.occupied();
        boolean returns = false;
        while (candidates != 0) {
            int level = ready.choose(candidates);
            long boundary = runs.boundary(level);
            long returning = settlement.returning().first(level);
            QueueEntry entry = lookAhead.next(level, ready.level(level));
            while (entry != null && entry.sequence < Math.min(boundary, returning) && !lookAhead.isAtEnd(level)) {
                GroupTable.Group group = groups.of(entry.message.group());
                boolean heldBack = (group != null && isHeldBack(entry, group)) || groups.isNoisy(entry.message.group());
                Consumer consumer = heldBack ? consumers.takeNextAwayFor(entry) : takerOf(entry, group);
                if (consumer != null) {
                    ready.served(level);
                    handover.give(entry, consumer, turn);
                    return DispatchReason.NEXT;
                }
                lookAhead.pass(level, entry, heldBack);
                entry = entry.links.nextReady;
            }
            if (entry != null && entry.sequence >= returning) {
                returns = true;
                candidates &= ~(1 << level);
                continue;
            }
            boolean more = boundary != Long.MAX_VALUE && !lookAhead.isAtEnd(level);
            if (more && lookAhead.reaches(level, pages.readAheadBytes())) {
                // Also where a lower level has something here: the order of service holds whatever is in memory.
                loads.wantHead(level);
                return DispatchReason.PAGED_OUT;
            }
            if (groups.isFair() && giveNoisy(ready, level, turn)) {
                return DispatchReason.NEXT;
            }
            candidates &= ~(1 << level);
        }
        if (returns) {
            return DispatchReason.SETTLING;
        }
        return lookAhead.heldBack() && !groups.isFair()
                ? DispatchReason.GROUP_OWNED
                : DispatchReason.UNDELIVERABLE_HERE;
    }

    /** Nobody else waits in the level: those who have much in flight get more. @return whether anybody was given anything */
    private boolean giveNoisy(ReadyLevels ready, int level, Turn turn) {
        QueueEntry last = lookAhead.lastPassed(level);
        QueueEntry entry = last == null ? null : ready.level(level).head();
        while (entry != null) {
            Consumer consumer = groups.isNoisy(entry.message.group()) ? consumers.takeNextFor(entry) : null;
            if (consumer != null) {
                lookAhead.takenBack(level, entry);
                ready.served(level);
                handover.give(entry, consumer, turn);
                return true;
            }
            entry = entry == last ? null : entry.links.nextReady;
        }
        return false;
    }

    /** Whether nobody may have the entry now because of its group. */
    private boolean isHeldBack(QueueEntry entry, GroupTable.Group group) {
        if (group.isReturning() || lookAhead.holdsBack(group)) {
            return true;
        }
        if (!group.owner().mayTake(entry)) {
            return !group.isIdle();
        }
        if (consumers.isWaiting(group.owner())) {
            return false;
        }
        lookAhead.holdBack(group);
        return true;
    }

    /** Who gets the entry next, null where nobody wants it; it has left the ring. @param group null where nobody has it */
    private Consumer takerOf(QueueEntry entry, GroupTable.Group group) {
        // Where the owner does not want it another one has the group from here on.
        return group != null && group.owner().mayTake(entry)
                ? consumers.take(group.owner())
                : consumers.takeNextFor(entry);
    }

    /** Why the last dispatch stopped. */
    public DispatchReason lastStop() {
        return lastStop;
    }

    /** Why it gives out what it does, or nothing, at this instant; with who takes part. */
    public QueueExplanation explain(long nowMillis) {
        return explainer(nowMillis).queue();
    }

    /** Why this message is, or is not, on its way at this instant; with what stands behind it. */
    public MessageExplanation explainMessage(long sequence, long nowMillis) {
        return explainer(nowMillis).message(sequence);
    }

    /** Why a consumer gets messages, or none, at this instant. */
    public LinkExplanation explain(Consumer consumer, long nowMillis) {
        return explainer(nowMillis).link(consumer);
    }

    private Explainer explainer(long nowMillis) {
        return new Explainer(queue, availability.ready(), consumers, groups, nowMillis);
    }

    /** Why this message is, or is not, on its way at this instant. */
    public DispatchReason explain(long sequence, long nowMillis) {
        return new Explanation(queue.state(), consumers, groups, nowMillis).of(sequence);
    }
}
