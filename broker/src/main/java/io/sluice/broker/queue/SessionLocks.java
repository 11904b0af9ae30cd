package io.sluice.broker.queue;

import io.sluice.broker.MessageGroup;
import io.sluice.broker.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which consumers of a queue have which sessions, and which wait for one. A session is a message group; who has it is the only one that gets its
 * messages, also while it has none of them. The locks end by themselves, and with their consumers. Shard's thread only.
 */
final class SessionLocks {
    private final Queue queue;
    private final Consumers consumers;
    private final GroupTable groups;
    private final ReadyLevels ready;
    private final Map<String, Consumer> held = new HashMap<>();
    private final Set<Consumer> waiting = new LinkedHashSet<>();
    /** Epoch milliseconds before which no lock and no wait is over; those that made it so may be gone, or renewed. */
    private long noneBeforeMillis = Long.MAX_VALUE;

    SessionLocks(Queue queue, Consumers consumers, GroupTable groups, ReadyLevels ready) {
        this.ready = ready;
        this.queue = queue;
        this.consumers = consumers;
        this.groups = groups;
    }

    /** Why the consumer may not have what it asks for; empty where it may, or asks for none. */
    Optional<Refusal> refusalOf(Consumer consumer) {
        if (consumer.session == null) {
            return Optional.empty();
        }
        if (queue.definition().dispatching().nonDestructive()
                || queue.definition().dispatching().singleActiveConsumer()) {
            String why = queue.definition().dispatching().nonDestructive()
                    ? "nobody takes its messages"
                    : "one consumer gets everything";
            return Optional.of(Refusal.of(
                    Refusal.Kind.PRECONDITION_FAILED, "queue '" + queue.name() + "' has no sessions: " + why));
        }
        return consumer.session
                .request()
                .id()
                .filter(id -> held.containsKey(id) || groups.isWithSomebodyElse(id, consumers))
                .map(id -> Refusal.of(
                        Refusal.Kind.SESSION_CANNOT_BE_LOCKED,
                        "session '" + id + "' of queue '" + queue.name() + "' is locked by another receiver"));
    }

    /** A consumer is attached: it has the session it names, or waits for the next. */
    void attached(Consumer consumer, Turn turn) {
        if (consumer.session == null) {
            return;
        }
        Optional<String> named = consumer.session.request().id();
        if (named.isPresent()) {
            hold(consumer, named.get(), turn);
        } else {
            consumer.session.waits(turn.nowMillis());
            ends(consumer);
            waiting.add(consumer);
            // For the message that says which session it is; it is not given before the peer has credit.
            consumer.deliveryLimit = 1;
            consumers.creditChanged(consumer);
        }
    }

    private void hold(Consumer consumer, String id, Turn turn) {
        consumer.session.holds(id, turn.nowMillis());
        ends(consumer);
        held.put(id, consumer);
        groups.lock(id, consumer);
        ready.sessions().hold(id);
    }

    /** A consumer that waits is offered the first message of a session that nobody has. */
    void found(Consumer consumer, MessageGroup group, Turn turn) {
        waiting.remove(consumer);
        consumer.deliveryLimit = consumer.delivered;
        hold(consumer, group.id(), turn);
        // It has looked for any session so far.
        consumer.filter.startOver();
        if (consumer.session.answerWaits()) {
            turn.calling(consumer.client());
            consumer.listener().attached();
        }
    }

    /** The consumer is gone. */
    void left(Consumer consumer) {
        if (consumer.session != null) {
            waiting.remove(consumer);
            if (consumer.session.isHeld() && held.remove(consumer.session.id(), consumer)) {
                groups.unlock(consumer.session.id());
                ready.sessions().letGo(consumer.session.id());
                waiting.forEach(each -> each.filter.startOver());
            }
            if (held.isEmpty() && waiting.isEmpty()) {
                ready.nobodyHasSessions();
            }
        }
    }

    /** Whether nobody has the group, as of a session. */
    boolean isFree(MessageGroup group) {
        return groups.isFree(group);
    }

    /** The consumer that has the session; empty where nobody has. */
    Optional<Consumer> holder(String id) {
        return Optional.ofNullable(held.get(id));
    }

    /** Makes the lock on a session that somebody has last anew. @return epoch milliseconds at which it ends */
    OptionalLong renew(String id, long nowMillis) {
        Consumer holder = held.get(id);
        if (holder == null) {
            return OptionalLong.empty();
        }
        holder.session.renew(nowMillis);
        ends(holder);
        return OptionalLong.of(holder.session.endsAtMillis());
    }

    /** Whether by now a lock or a wait is over. */
    boolean isDue(long nowMillis) {
        if (nowMillis < noneBeforeMillis) {
            return false;
        }
        noneBeforeMillis = Long.MAX_VALUE;
        held.values().forEach(this::ends);
        waiting.forEach(this::ends);
        return noneBeforeMillis <= nowMillis;
    }

    private void ends(Consumer consumer) {
        noneBeforeMillis = Math.min(noneBeforeMillis, consumer.session.endsAtMillis());
    }

    /** Whose lock or wait is over by now. */
    List<Consumer> over(long nowMillis) {
        if (!isDue(nowMillis)) {
            return List.of();
        }
        List<Consumer> over = new ArrayList<>(held.values());
        over.addAll(waiting);
        over.removeIf(consumer -> consumer.session.endsAtMillis() > nowMillis);
        return over;
    }

    /** Why a consumer whose lock or wait is over has its session no longer. */
    Refusal endOf(Consumer consumer) {
        return consumer.session.isHeld()
                ? Refusal.of(
                        Refusal.Kind.SESSION_LOCK_LOST,
                        "the lock on session '" + consumer.session.id() + "' of queue '" + queue.name()
                                + "' was not renewed in its time")
                : Refusal.of(
                        Refusal.Kind.TIMEOUT,
                        "no session of queue '" + queue.name() + "' was free within "
                                + consumer.session.request().waitMillis() + " ms");
    }
}
