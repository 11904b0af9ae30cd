package io.sluice.broker.queue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.ConsumerActivity;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The consumers of a queue. Those that take messages, have credit and may be given some wait in a ring. */
final class Consumers {
    private final Set<Consumer> takers = new LinkedHashSet<>();
    private final Ring ring = new Ring();
    /** Browsers, and those who have named what they want: they are not given what the others share. */
    private final Set<Consumer> apart = new LinkedHashSet<>();
    /** Whose locks end by themselves. */
    private final Set<Consumer> timed = new LinkedHashSet<>();

    private final ActiveConsumer active = new ActiveConsumer();
    /** Who is to be told how it stands beside the others. */
    private final Set<Consumer> news = new LinkedHashSet<>();

    /** Takers that have a filter. */
    private int filtering;

    private boolean paused;
    /** Those apart who see what comes. */
    private int following;

    /** Takers that are the broker itself. */
    private int takingAway;
    /** Takers that are to be the only one: at most one. */
    private int exclusive;
    /** One of them gets everything. */
    private boolean single;

    void add(Consumer consumer) {
        (consumer.isApart() ? apart : takers).add(consumer);
        news.add(consumer);
        following += consumer.follows() ? 1 : 0;
        if (!consumer.isApart()) {
            count(consumer, 1);
        }
        lockChanged(consumer);
        elect();
    }

    void remove(Consumer consumer) {
        if (takers.remove(consumer)) {
            count(consumer, -1);
        }
        if (apart.remove(consumer) && consumer.follows()) {
            following--;
            consumer.cursor.close();
        }
        timed.remove(consumer);
        ring.leave(consumer);
        ring.tidy();
        elect();
    }

    /** Nobody gets anything until it goes on; only the broker itself does, which takes messages elsewhere. */
    void pause(boolean pauses) {
        paused = pauses;
        takers.forEach(this::creditChanged);
    }

    boolean isPaused() {
        return paused;
    }

    private void count(Consumer taker, int one) {
        filtering += taker.filter == null ? 0 : one;
        exclusive += taker.isExclusive() ? one : 0;
        takingAway += taker.isTakingAway() ? one : 0;
    }

    /** Whether one consumer gets everything, or all share. */
    void single(boolean isSingle) {
        if (single != isSingle) {
            single = isSingle;
            active.forget();
            elect();
            news.addAll(takers);
            takers.forEach(this::creditChanged);
        }
    }

    /** Who there is has changed, or what they have: another one may be the one that gets everything. @return whether it is */
    private boolean elect() {
        Optional<Consumer> before = active.who();
        if (single && active.elect(takers)) {
            if (!before.equals(active.who())) {
                before.ifPresent(news::add);
                active.who().ifPresent(news::add);
            }
            takers.forEach(this::creditChanged);
            return true;
        }
        return false;
    }

    /** Tells those whom it concerns how they stand beside the others. */
    void tellActivity(Turn turn) {
        if (news.isEmpty()) {
            return;
        }
        news.retainAll(takers);
        for (Consumer consumer : news) {
            turn.calling(consumer.client());
            consumer.listener().activity(activity(consumer));
        }
        news.clear();
    }

    private ConsumerActivity activity(Consumer consumer) {
        if (!single) {
            return ConsumerActivity.SHARED;
        }
        return active.who().equals(Optional.of(consumer)) ? ConsumerActivity.ACTIVE : ConsumerActivity.STANDING_BY;
    }

    /** All that the consumer had is settled. @return whether somebody may get something now who could not before */
    boolean hasNothingLeft(Consumer consumer) {
        return single && !active.is(consumer) && elect();
    }

    /** Whether the consumer may be given messages where only one is. */
    boolean isActive(Consumer consumer) {
        return !single || active.is(consumer);
    }

    /** The one that gets everything, where one does. */
    Optional<Consumer> active() {
        return active.who();
    }

    /** Whether some with credit are given nothing because another one gets everything. */
    boolean someStandBy() {
        if (single) {
            for (Consumer consumer : takers) {
                if (consumer.hasCredit() && !couldTake(consumer)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** As {@link #someStandBy}, and nobody else has credit. */
    boolean noneButThoseWhoStandBy() {
        return someStandBy() && takers.stream().noneMatch(this::couldTake);
    }

    /** Whether anybody attached takes messages for itself. */
    boolean hasConsumers() {
        return takers.size() > takingAway;
    }

    /** Its rank changed: it gets messages before others, or behind them. */
    void suspect(Consumer consumer, boolean is) {
        if (consumer.place.suspect != is) {
            boolean waits = ring.has(consumer);
            ring.leave(consumer);
            consumer.place.suspect = is;
            if (waits) {
                ring.enter(consumer);
            }
            elect();
        }
    }

    /** Those whose locks end by themselves. */
    Iterable<Consumer> timed() {
        return timed;
    }

    /** Whether the consumer's locks end by themselves is not as it was. */
    void lockChanged(Consumer consumer) {
        if (consumer.lockMillis != QueueDefinition.UNLIMITED && consumer.mode() != Consumer.Mode.COPY) {
            timed.add(consumer);
        }
    }

    /** Whether one of them is to be the only one. */
    boolean hasExclusive() {
        return exclusive > 0;
    }

    /** A consumer that waits gets something. */
    Consumer take(Consumer consumer) {
        ring.leave(consumer);
        return consumer;
    }

    /** The consumer waits for nothing, for now. */
    void leaveRing(Consumer consumer) {
        ring.leave(consumer);
    }

    /** Whether the consumer has credit and may be given messages. */
    boolean isWaiting(Consumer consumer) {
        return ring.has(consumer);
    }

    /** Whether all who have credit take selected messages only. */
    boolean onlyFilteringHaveCredit() {
        return ring.filtering() == ring.size();
    }

    /** Those with credit, in their order, a list for each rank. */
    List<List<Consumer>> withCredit() {
        return ring.byRank();
    }

    /** A message is available that was not: those who look for theirs may be past it. */
    void becameAvailable(QueueEntry entry, int level) {
        becameAvailable(level, entry.sequence);
        if (filtering > 0) {
            for (Consumer consumer : takers) {
                if (consumer.filter != null) {
                    consumer.filter.becameAvailable(entry);
                }
            }
        }
    }

    /** As {@link #becameAvailable(QueueEntry, int)}, of one that may be out of memory. */
    void becameAvailable(int level, long sequence) {
        if (following > 0) {
            for (Consumer consumer : apart) {
                if (consumer.follows()) {
                    consumer.cursor.becameAvailable(level, sequence);
                }
            }
        }
    }

    /** Somebody has a message that was available, and may give it back. */
    void wasLent(QueueEntry entry, int level) {
        if (following > 0) {
            for (Consumer consumer : apart) {
                if (consumer.follows()) {
                    consumer.cursor.wasLent(level, entry.sequence);
                }
            }
        }
    }

    /** A message has left the queue. */
    void left(long sequence) {
        if (following > 0) {
            for (Consumer consumer : apart) {
                if (consumer.follows()) {
                    consumer.cursor.left(sequence);
                }
            }
        }
    }

    int size() {
        return takers.size() + apart.size();
    }

    boolean has(Consumer consumer) {
        return takers.contains(consumer) || apart.contains(consumer);
    }

    boolean hasTakers() {
        return !takers.isEmpty();
    }

    /** Whether anybody sees what comes, and takes nothing. */
    boolean hasFollowers() {
        return following > 0;
    }

    boolean anyHasCredit() {
        return ring.size() > 0;
    }

    Iterable<Consumer> takers() {
        return takers;
    }

    Iterable<Consumer> apart() {
        return apart;
    }

    List<Consumer> all() {
        List<Consumer> all = new ArrayList<>(takers);
        all.addAll(apart);
        return all;
    }

    /** The consumer's credit changed. */
    void creditChanged(Consumer consumer) {
        if (consumer.isApart()) {
            return;
        }
        boolean waiting = ring.has(consumer);
        if (mayWait(consumer) && !waiting) {
            ring.enter(consumer);
        } else if (!mayWait(consumer) && waiting) {
            ring.leave(consumer);
        }
    }

    private boolean mayWait(Consumer consumer) {
        return consumer.isTakingAway() ? consumer.hasCredit() : !paused && couldTake(consumer);
    }

    /** Whether the consumer has credit and may be given messages, but for a pause. */
    boolean couldTake(Consumer consumer) {
        return consumer.hasCredit() && (consumer.isTakingAway() || isActive(consumer));
    }

    /** The broker itself, where it takes messages away and has not enough: what holds up consumers is nothing to it. Else null. */
    Consumer takeNextAwayFor(QueueEntry entry) {
        Consumer consumer = takingAway == 0 ? null : ring.first();
        while (consumer != null && !(consumer.isTakingAway() && consumer.mayTake(entry))) {
            consumer = ring.next(consumer);
        }
        return consumer == null ? null : take(consumer);
    }

    /** The next in the ring who may have the entry, null where nobody may; it has left the ring. */
    Consumer takeNextFor(QueueEntry entry) {
        Consumer consumer = ring.first();
        if (!entry.links.excluded.isEmpty() || ring.filtering() > 0) {
            while (consumer != null && !consumer.mayTake(entry)) {
                consumer = ring.next(consumer);
            }
        }
        if (consumer != null) {
            ring.leave(consumer);
        }
        return consumer;
    }

    /** One delivery was given to it: back to the end of the ring if it may have more. */
    void delivered(Consumer consumer) {
        consumer.delivered++;
        if (mayWait(consumer)) {
            ring.enter(consumer);
        }
    }

    /** Whether anybody attached may have the entry, now or with more credit. */
    boolean anyMayTake(QueueEntry entry) {
        for (Consumer consumer : takers) {
            if (consumer.mayTake(entry)) {
                return true;
            }
        }
        return false;
    }

    /** Whether anybody has given credit, also where it is held up. */
    boolean anyGaveCredit() {
        return takers.stream().anyMatch(Consumer::hasCredit);
    }

    /** Whether anybody with credit may have the entry, but for a pause. */
    boolean anyWaitsFor(QueueEntry entry) {
        for (Consumer consumer : takers) {
            if (couldTake(consumer) && consumer.mayTake(entry)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whoever drains has got all there is: its credit is used up, and it is told so.
     *
     * @param takersWait messages for those who take are still being read
     */
    void drained(boolean takersWait, Turn turn) {
        if (!takersWait) {
            drained(takers, turn);
        }
        drained(apart, turn);
    }

    private void drained(Set<Consumer> consumers, Turn turn) {
        for (Consumer consumer : consumers) {
            if (consumer.draining && !consumer.isWaitingForPage()) {
                consumer.draining = false;
                boolean had = consumer.hasCredit();
                consumer.deliveryLimit = consumer.delivered;
                if (had) {
                    consumer.creditMayHaveEnded(turn.nowMillis());
                }
                ring.leave(consumer);
                if (consumer.mode() == Consumer.Mode.MOVE_PRESETTLED) {
                    // Its last deliveries wait for the journal; the end of the drain must not overtake them.
                    turn.afterDecided(applied -> tellDrained(consumer, applied));
                } else {
                    tellDrained(consumer, turn);
                }
            }
        }
    }

    private static void tellDrained(Consumer consumer, Turn turn) {
        if (consumer.attached) {
            turn.calling(consumer.client());
            consumer.listener().drained();
        }
    }
}
