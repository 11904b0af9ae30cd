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

    void add(Consumer consumer) {
        (consumer.cursor == null ? takers : browsers).add(consumer);
    }

    void remove(Consumer consumer) {
        takers.remove(consumer);
        browsers.remove(consumer);
        ring.remove(consumer);
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
        if (consumer.hasCredit() && !waiting) {
            ring.addLast(consumer);
        } else if (!consumer.hasCredit() && waiting) {
            ring.remove(consumer);
        }
    }

    /** The next in the ring who may have the entry, null where nobody may; it has left the ring. */
    Consumer takeNextFor(QueueEntry entry) {
        if (entry.links.excluded.isEmpty()) {
            return ring.pollFirst();
        }
        Iterator<Consumer> waiting = ring.iterator();
        while (waiting.hasNext()) {
            Consumer consumer = waiting.next();
            if (!entry.excludes(consumer)) {
                waiting.remove();
                return consumer;
            }
        }
        return null;
    }

    /** One delivery was given to it: back to the end of the ring if it may have more. */
    void delivered(Consumer consumer) {
        consumer.delivered++;
        if (consumer.hasCredit()) {
            ring.addLast(consumer);
        }
    }

    /** Whether anybody attached may have the entry, now or with more credit. */
    boolean anyMayTake(QueueEntry entry) {
        for (Consumer consumer : takers) {
            if (!entry.excludes(consumer)) {
                return true;
            }
        }
        return false;
    }

    /** Whether anybody with credit may have the entry. */
    boolean anyWaitsFor(QueueEntry entry) {
        for (Consumer consumer : ring) {
            if (!entry.excludes(consumer)) {
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
                consumer.deliveryLimit = consumer.delivered;
                ring.remove(consumer);
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
