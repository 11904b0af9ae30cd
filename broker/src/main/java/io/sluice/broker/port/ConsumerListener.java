package io.sluice.broker.port;

import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Delivery;

/** What a consuming link hears from its shard. Shard's thread; must not block. After the last call of a turn comes {@link Client#turnEnded}. */
public interface ConsumerListener {
    void attached();

    /** Refused, or detached by the broker (a deleted queue: {@link Refusal.Kind#RESOURCE_DELETED}). The last call; outcomes on their way are lost. */
    void closed(Refusal refusal);

    /** Send this. Deliveries of a consumer come in the order they are to be sent. */
    void deliver(Delivery delivery);

    /**
     * The consumer has not settled the delivery in its time: it is taken from it, and given to others. {@link #settled} follows when that
     * is durable where it has to be; what the consumer says of it meanwhile and later changes nothing. Of no concern to one whose
     * locks do not end ({@link io.sluice.broker.queue.Consumer.Terms#lockMillis}).
     */
    default void timedOut(Delivery delivery) {}

    /** What the consumer said of the delivery is durable where it has to be: the delivery may be forgotten. */
    void settled(Delivery delivery);

    /** Whether it is given messages beside others, alone, or not for now. Said before its first message, and whenever it changes. */
    default void activity(ConsumerActivity activity) {}

    /** A drain found nothing more to send: the link's credit is used up (AMQP 1.0 §2.6.7). */
    void drained();

    /** The consumer's detach is done: everything it had locked is settled or available again. The last call. */
    void detached();

    /** Whose link it is; asked when somebody wants to know. The shard's thread. */
    default LinkDescription link() {
        return LinkDescription.UNKNOWN;
    }
}
