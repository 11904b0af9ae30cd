package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.port.Client;
import io.sluice.broker.record.JournalRecord;
import java.util.List;

/** Where the decisions of one turn of a shard go. Valid during the turn only, on the shard's thread. */
public interface Turn {
    /** The time of this turn, epoch milliseconds. */
    long nowMillis();

    /**
     * A change is decided.
     *
     * @param durable true: it goes to the journal, and is applied when it is committed; false: it is applied at once
     * @param then runs after it is applied
     */
    void decide(JournalRecord record, boolean durable, Effect then);

    /** What was decided up to here need not be in one batch with what follows: a long run of decisions stays in bounds. */
    void cut();

    /** Runs {@code effect} when all that was decided up to here is applied. */
    void afterDecided(Effect effect);

    /** A listener of the client is about to be called: it will hear {@code turnEnded}. */
    void calling(Client client);

    /** The queue may have something to dispatch. */
    void dispatchable(Queue queue);

    /** The queue a message is moved to, declared if it must be; never null. */
    Queue target(String queueName);

    /** The queues that get a dead letter through an exchange, each once; none where there are none, or no exchange. */
    List<Queue> targets(String exchange, String routingKey, Message message);

    /** What follows from a change once it is applied: an answer, a delivery. */
    @FunctionalInterface
    interface Effect {
        Effect NOTHING = turn -> {};

        void run(Turn turn);
    }
}
