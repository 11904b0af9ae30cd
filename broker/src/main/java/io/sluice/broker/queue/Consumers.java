package io.sluice.broker.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The consumers of a queue. Those that take messages and have credit wait in a ring: each takes one and goes to the end. */
final class Consumers {
    private final Set<Consumer> takers = new LinkedHashSet<>();
    private final ArrayDeque<Consumer> ring = new ArrayDeque<>();
    private final Set<Consumer> browsers = new LinkedHashSet<>();
    /** Takers that have a filter: those in the ring, and all. */
    private int filteringInRing;

    private int filtering;
    private boolean paused;

    void add(Consumer consumer) {
        (consumer.cursor == null ? takers : browsers).add(consumer);
        filtering += consumer.filter == null ? 0 : 1;
    }

    void remove(Consumer consumer) {
        if (takers.remove(consumer) && consumer.filter != null) {
            filtering--;
        }
        browsers.remove(consumer);
        leaveRing(consumer);
    }

    /** Nobody gets anything until it goes on; only the broker itself does, which takes messages elsewhere. */
    void pause(boolean pauses) {
        paused = pauses;
        takers.forEach(this::creditChanged);
    }

    boolean isPaused() {
        return paused;
    }

    private boolean mayWait(Consumer consumer) {
        return consumer.hasCredit() && (!paused || consumer.mode() == Consumer.Mode.TAKE_AWAY);
    }

    private void enterRing(Consumer consumer) {
        ring.addLast(consumer);
        filteringInRing += consumer.filter == null ? 0 : 1;
    }

    /** The consumer waits for nothing, for now. */
    void leaveRing(Consumer consumer) {
        if (ring.remove(consumer) && consumer.filter != null) {
            filteringInRing--;
        }
    }

    /** Whether all who have credit take selected messages only. */
    boolean onlyFilteringHaveCredit() {
        return filteringInRing == ring.size();
    }

    /** Those with credit, in their order. */
    List<Consumer> withCredit() {
        return new ArrayList<>(ring);
    }

    /** A message is available that was not: those who look for theirs may be past it. */
    void becameAvailable(QueueEntry entry) {
        if (filtering > 0) {
            for (Consumer consumer : takers) {
                if (consumer.filter != null) {
                    consumer.filter.becameAvailable(entry);
                }
            }
        }
    }

    int size() {
        return takers.size() + browsers.size();
    }

    boolean has(Consumer consumer) {
        return takers.contains(consumer) || browsers.contains(consumer);
    }

    boolean hasTakers() {
        return !takers.isEmpty();
    }

    boolean anyHasCredit() {
        return !ring.isEmpty();
    }

    Iterable<Consumer> takers() {
        return takers;
    }

    Iterable<Consumer> browsers() {
        return browsers;
    }

    List<Consumer> all() {
        List<Consumer> all = new ArrayList<>(takers);
        all.addAll(browsers);
        return all;
    }

    /** The consumer's credit changed. */
    void creditChanged(Consumer consumer) {
        if (consumer.cursor != null) {
            return;
        }
        boolean waiting = ring.contains(consumer);
        if (mayWait(consumer) && !waiting) {
            enterRing(consumer);
        } else if (!mayWait(consumer) && waiting) {
            leaveRing(consumer);
        }
    }

    /** The next in the ring who may have the entry, null where nobody may; it has left the ring. */
    Consumer takeNextFor(QueueEntry entry) {
        if (entry.links.excluded.isEmpty() && filteringInRing == 0) {
            return ring.pollFirst();
        }
        Iterator<Consumer> waiting = ring.iterator();
        while (waiting.hasNext()) {
            Consumer consumer = waiting.next();
            if (consumer.mayTake(entry)) {
                waiting.remove();
                filteringInRing -= consumer.filter == null ? 0 : 1;
                return consumer;
            }
        }
        return null;
    }

    /** One delivery was given to it: back to the end of the ring if it may have more. */
    void delivered(Consumer consumer) {
        consumer.delivered++;
        if (mayWait(consumer)) {
            enterRing(consumer);
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
            if (consumer.hasCredit() && consumer.mayTake(entry)) {
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
        drained(browsers, turn);
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
                leaveRing(consumer);
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
