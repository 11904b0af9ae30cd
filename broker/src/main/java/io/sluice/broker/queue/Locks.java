package io.sluice.broker.queue;

import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** How long deliveries, and sessions, are their consumers' own. Shard's thread only. */
final class Locks {
    private final Queue queue;
    private final Consumers consumers;
    private final Settlement settlement;
    private final SessionLocks sessions;
    private final Attachments attachments;

    Locks(Queue queue, Consumers consumers, Settlement settlement, SessionLocks sessions, Attachments attachments) {
        this.queue = queue;
        this.consumers = consumers;
        this.settlement = settlement;
        this.sessions = sessions;
        this.attachments = attachments;
    }

    SessionLocks sessions() {
        return sessions;
    }

    /** From now on its consumer has to settle it, in its time where that is limited: so they are in the order their times end. */
    static void begin(Delivery delivery, long nowMillis) {
        Consumer consumer = delivery.consumer;
        boolean ends = consumer.lockMillis != QueueDefinition.UNLIMITED;
        long otherwise = consumer.session == null ? Long.MAX_VALUE : consumer.session.endsAtMillis();
        delivery.lockedUntilMillis = ends ? endOf(consumer, nowMillis) : otherwise;
        delivery.entry.links.lockedUntilMillis = delivery.lockedUntilMillis;
        consumer.unsettled.add(delivery);
    }

    private static long endOf(Consumer consumer, long nowMillis) {
        return nowMillis + Math.min(consumer.lockMillis, Long.MAX_VALUE / 2);
    }

    /** The queue's time was changed: for what is given from now on it holds, also to those who are attached and have none of their own. */
    void changed(long lockMillis) {
        for (Consumer consumer : consumers.all()) {
            consumer.lockFor(lockMillis);
            consumers.lockChanged(consumer);
        }
    }

    /** See {@link Dispatcher#isLockDue}. */
    boolean isDue(long nowMillis) {
        if (sessions.isDue(nowMillis)) {
            return true;
        }
        for (Consumer consumer : consumers.timed()) {
            Delivery oldest = consumer.unsettled.head();
            if (oldest != null && oldest.lockedUntilMillis <= nowMillis) {
                return true;
            }
        }
        return false;
    }

    /** What was not settled in its time goes back, as failed; its consumer gets messages that nobody else may have until it settles some. */
    void end(Turn turn) {
        for (Consumer consumer : sessions.over(turn.nowMillis())) {
            attachments.sendAway(consumer, sessions.endOf(consumer), turn);
        }
        for (Consumer consumer : consumers.timed()) {
            Delivery oldest = consumer.unsettled.head();
            while (oldest != null && oldest.lockedUntilMillis <= turn.nowMillis()) {
                consumers.suspect(consumer, true);
                turn.calling(consumer.client());
                consumer.listener().timedOut(oldest);
                settlement.settle(oldest, Outcome.FAILED, turn);
                turn.cut();
                oldest = consumer.unsettled.head();
            }
        }
    }

    /** See {@link Dispatcher#renew}. */
    LockRenewal renew(Consumer consumer, OptionalLong sequence, long nowMillis) {
        List<Delivery> renewed = new ArrayList<>();
        if (sequence.isPresent()) {
            renewed.add(consumer.unsettled.find(queue.state().entries().find(sequence.getAsLong())));
        } else {
            for (Delivery each = consumer.unsettled.head(); each != null; each = each.next) {
                renewed.add(each);
            }
        }
        renewed.forEach(consumer.unsettled::remove);
        renewed.forEach(each -> begin(each, nowMillis));
        return new LockRenewal(renewed.size(), endOf(consumer, nowMillis));
    }

    /** Why nothing can be renewed; empty where it can. */
    Optional<Refusal> refusalOf(Consumer consumer, OptionalLong sequence) {
        if (!consumers.has(consumer) || queue.isDeleted()) {
            return Optional.of(Refusal.of(Refusal.Kind.NOT_FOUND, "the link is not attached any longer"));
        }
        if (consumer.lockMillis == QueueDefinition.UNLIMITED || consumer.mode() == Consumer.Mode.COPY) {
            return Optional.of(Refusal.of(Refusal.Kind.ILLEGAL_STATE, "the locks of the link do not run out"));
        }
        if (sequence.isPresent()) {
            QueueEntry entry = queue.state().entries().find(sequence.getAsLong());
            if (entry == null || consumer.unsettled.find(entry) == null) {
                String text = "the link has no message " + sequence.getAsLong() + " that it may settle";
                return Optional.of(Refusal.of(Refusal.Kind.NOT_FOUND, text));
            }
        }
        return Optional.empty();
    }
}
