package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.QueueDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages that consumers have said are undeliverable to them. One that nobody attached will take would stay unseen for ever: where
 * there is a dead-letter queue it goes there, after the time its queue allows. Shard's thread; gone with the primary.
 */
final class UndeliverableHere {
    /** More are forgotten, oldest first: they may be offered again to who refused them. */
    private static final int MAX_MESSAGES = 10_000;

    private static final long LOOK_AGAIN_MILLIS = 1_000;
    /** Stands for: somebody may take it, or nobody is there at all. */
    private static final long NOT_WAITING = -1;

    private final Queue queue;
    private final Availability availability;
    private final Consumers consumers;
    /** Since when nobody attached may take each. */
    private final Map<QueueEntry, Long> since = new LinkedHashMap<>();
    /** No message's time is over before; may be early. */
    private long nextMillis = Long.MAX_VALUE;

    UndeliverableHere(Queue queue, Availability availability, Consumers consumers) {
        this.queue = queue;
        this.availability = availability;
        this.consumers = consumers;
    }

    /** The consumer has said so of the message, which it has. */
    void refused(QueueEntry entry, Consumer consumer, long nowMillis) {
        entry.exclude(consumer);
        if (since.size() == MAX_MESSAGES && !since.containsKey(entry)) {
            QueueEntry oldest = since.keySet().iterator().next();
            oldest.links.excluded = List.of();
            since.remove(oldest);
        }
        look(entry, nowMillis);
    }

    /** Whether a message that comes back now has to go on to the dead-letter queue. */
    boolean isOver(QueueEntry entry, long nowMillis) {
        Long from = since.get(entry);
        return from != null && from != NOT_WAITING && isOver(from, nowMillis);
    }

    private boolean isOver(long from, long nowMillis) {
        return hasDeadLetterQueue() && nowMillis - from >= limitMillis();
    }

    private long limitMillis() {
        return queue.definition().life().undeliverableMillis();
    }

    /** A dead-letter queue that names itself keeps what fails in it: there is nowhere further. */
    private boolean hasDeadLetterQueue() {
        QueueDefinition.DeadLetter deadLetter = queue.definition().deadLetter();
        return deadLetter.exchange().isPresent()
                || deadLetter.queue().isPresent() && !deadLetter.queue().equals(Optional.of(queue.name()));
    }

    private void look(QueueEntry entry, long nowMillis) {
        boolean waits = consumers.hasTakers() && !consumers.anyMayTake(entry);
        long from = since.getOrDefault(entry, NOT_WAITING);
        if (waits && from == NOT_WAITING) {
            from = nowMillis;
            nextMillis = Math.min(nextMillis, nowMillis + limitMillis());
        }
        since.put(entry, waits ? from : NOT_WAITING);
    }

    /** It has left the queue. */
    void left(QueueEntry entry) {
        since.remove(entry);
    }

    /** There is one more who may take messages. */
    void attached(Consumer consumer) {
        since.replaceAll((entry, from) -> consumer.mayTake(entry) ? NOT_WAITING : from);
    }

    /** The consumer is gone, and with it what it has said. */
    void detached(Consumer consumer, long nowMillis) {
        for (QueueEntry entry : new ArrayList<>(since.keySet())) {
            entry.includeAgain(consumer);
            if (entry.links.excluded.isEmpty()) {
                since.remove(entry);
            } else {
                look(entry, nowMillis);
            }
        }
    }

    boolean isDue(long nowMillis) {
        return nextMillis <= nowMillis;
    }

    /** Moves those away whose time is over; what somebody has is looked at when it comes back. */
    void moveOut(Turn turn) {
        if (!isDue(turn.nowMillis())) {
            return;
        }
        nextMillis = Long.MAX_VALUE;
        if (!hasDeadLetterQueue()) {
            return;
        }
        for (Map.Entry<QueueEntry, Long> each : new ArrayList<>(since.entrySet())) {
            QueueEntry entry = each.getKey();
            long from = each.getValue();
            if (from == NOT_WAITING) {
                continue;
            }
            if (!isOver(from, turn.nowMillis())) {
                nextMillis = Math.min(nextMillis, Math.max(from + limitMillis(), turn.nowMillis() + 1));
            } else if (entry.links.inReady) {
                availability.take(entry, QueueEntry.State.SETTLING);
                queue.moveOut(
                        entry,
                        DeadLetters.Reason.UNDELIVERABLE,
                        entry.deliveryCount,
                        Annotations.EMPTY,
                        turn,
                        Turn.Effect.NOTHING);
                turn.cut();
            } else {
                // It waits for a time of its own, or somebody decides about it.
                nextMillis = Math.min(nextMillis, turn.nowMillis() + LOOK_AGAIN_MILLIS);
            }
        }
    }
}
