package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;

/**
 * One message on its way to one consumer: the lock on it, until the consumer says what became of it. What a front end may read
 * is fixed when it gets the delivery; everything else belongs to the shard's thread.
 */
public final class Delivery {
    /** Where the delivery stands. */
    enum State {
        /** The consumer has it. */
        LOCKED,
        /** Its outcome is decided and on the way to the journal. */
        SETTLING,
        /** Over: settled, or given back. */
        DONE
    }

    final QueueEntry entry;
    final Consumer consumer;
    /** Epoch milliseconds at which it was given. */
    final long sinceMillis;

    private Message message;
    private final int deliveryCount;
    private final int acquisitions;
    private final boolean stamped;
    State state = State.LOCKED;
    /** A transaction that is not discharged has it: it is among its consumer's held ones, and outlives the consumer. */
    boolean held;
    /** It counts in the table of groups; and it is the first of its group that its consumer gets. */
    boolean grouped;

    boolean firstOfGroup;
    /** Epoch milliseconds at which it goes back, where the locks of its consumer end by themselves. */
    long lockedUntilMillis = Long.MAX_VALUE;
    /** Neighbours among the consumer's unsettled deliveries. */
    Delivery previous;

    Delivery next;
    private Object context;

    Delivery(QueueEntry entry, Consumer consumer, boolean stamped, long nowMillis) {
        this.entry = entry;
        this.sinceMillis = nowMillis;
        this.consumer = consumer;
        this.message = entry.message;
        this.deliveryCount = entry.deliveryCount;
        this.acquisitions = entry.acquisitions;
        this.stamped = stamped;
    }

    /** Puts on what is true of this delivery only. Before the front end gets it. */
    void annotate(Annotations annotations) {
        message = message.annotated(annotations);
    }

    /** Whether the consumer has it and has not said what became of it. Shard's thread. */
    public boolean isLocked() {
        return state == State.LOCKED;
    }

    public Consumer consumer() {
        return consumer;
    }

    public Message message() {
        return message;
    }

    /** Failed deliveries before this one: the {@code delivery-count} of the header to send (AMQP 1.0 §3.2.1). */
    public int deliveryCount() {
        return deliveryCount;
    }

    /** Whether nobody else had the message before: the {@code first-acquirer} of the header to send. */
    public boolean firstAcquirer() {
        return acquisitions == 0;
    }

    /**
     * How often somebody had the message before, whatever was said of it. Kept in memory only: behind a restart, or where the message was out of memory,
     * it may be no more than those deliveries that failed.
     */
    public int acquisitions() {
        return Math.max(acquisitions, 0);
    }

    /** Whether it is to go out with annotations that say its sequence and its arrival. */
    public boolean isStamped() {
        return stamped;
    }

    /** The broker's number of the message in its queue. */
    public long sequence() {
        return entry.sequence;
    }

    /** Epoch milliseconds at which the message entered the queue. */
    public long arrivedAtMillis() {
        return entry.arrivedAtMillis;
    }

    /** Epoch milliseconds, or {@link Message#NONE}. */
    public long expiresAtMillis() {
        return entry.expiresAtMillis;
    }

    /** What the front end keeps with the delivery; touched by the front end only. */
    public Object context() {
        return context;
    }

    public void context(Object newContext) {
        this.context = newContext;
    }
}
