package io.sluice.broker.queue;

import java.util.ArrayDeque;

/** The messages that a {@link Consumer.Mode#FETCH} consumer has asked for and not been given: nobody else can have them. Shard's thread only. */
final class Fetched {
    private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();
    private boolean complete;

    void add(Delivery delivery) {
        waiting.add(delivery);
    }

    /** All it has asked for is here. */
    void complete() {
        complete = true;
    }

    /** Whether some of it is still being looked for. */
    boolean isWaiting() {
        return !complete;
    }

    /** It could not be sent the message: it gets it before the others, as soon as it can. */
    void again(Delivery delivery) {
        waiting.addFirst(delivery);
    }

    /** The next one to give, in the order asked for; null where there is none. */
    Delivery take() {
        return complete ? waiting.poll() : null;
    }

    /** One that it will not be given; null where there is none. */
    Delivery giveUp() {
        return waiting.poll();
    }

    /** @return null where it did not ask for the entry, or was given it */
    Delivery find(QueueEntry entry) {
        for (Delivery delivery : waiting) {
            if (delivery.entry == entry) {
                return delivery;
            }
        }
        return null;
    }

    int size() {
        return waiting.size();
    }
}
