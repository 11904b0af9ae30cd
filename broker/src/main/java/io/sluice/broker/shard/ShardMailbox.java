package io.sluice.broker.shard;

import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.Producer;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The only way into a shard. Any thread may post; nothing blocks and nothing is decided here. Commands of one thread are decided
 * in the order posted; all that is posted while a turn runs or waits is decided in the next turn, for one wake-up.
 */
public final class ShardMailbox {
    private final Queue<Command> commands = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor executor;
    private final Runnable turn;

    /**
     * @param executor the shard's thread; on small machines the connections' own event loop
     * @param turn runs one turn of the shard; first calls {@link #turnStarts}
     */
    ShardMailbox(Executor executor, Runnable turn) {
        this.executor = executor;
        this.turn = turn;
    }

    /** A producer is attached; its listener hears {@code attached} or {@code closed}. */
    public void attach(Producer producer) {
        post(shard -> shard.links().attach(producer));
    }

    /** A message from an attached producer; its listener hears {@code accepted} or {@code refused}. */
    public void publish(Producer producer, Publish publish) {
        post(shard -> shard.publishing().publish(producer, publish));
    }

    /** The producer is gone. Messages it published before are still answered. */
    public void detach(Producer producer) {
        post(shard -> shard.links().detach(producer));
    }

    /** A consumer is attached, without credit; its listener hears {@code attached} or {@code closed}. */
    public void attach(Consumer consumer) {
        post(shard -> shard.links().attach(consumer));
    }

    /**
     * Credit for a consumer.
     *
     * @param deliveryLimit deliveries since the attach that may have been given in all: the receiver's delivery-count at
     *     its attach counts as 0, so this is {@code delivery-count + link-credit} of its flow, less the initial delivery-count
     * @param drain use it up: send what is available, then {@code drained} (AMQP 1.0 §2.6.7)
     */
    public void grant(Consumer consumer, long deliveryLimit, boolean drain) {
        post(shard -> shard.links().grant(consumer, deliveryLimit, drain));
    }

    /** What became of a delivery; its consumer's listener hears {@code settled}. A second outcome is ignored. */
    public void settle(Delivery delivery, Outcome outcome) {
        post(shard -> shard.settling().settle(delivery, outcome));
    }

    /** The consumer is gone; what it has unsettled gets its loss outcome, then its listener hears {@code detached}. */
    public void detach(Consumer consumer) {
        post(shard -> shard.links().detach(consumer));
    }

    /** Declares a queue; the same definition again changes nothing, another one is refused and names the difference. */
    public void declare(QueueDefinition definition, Client client, Reply<QueueStatus> reply) {
        post(shard -> shard.administration().declare(definition, client, reply));
    }

    /** Deletes a queue and what it holds; attached links are closed with {@code RESOURCE_DELETED}. */
    public void delete(String queue, DeleteCondition condition, Client client, Reply<QueueStatus> reply) {
        post(shard -> shard.administration().delete(queue, condition, client, reply));
    }

    /** Removes what is available, not what consumers have locked; answers how many messages. */
    public void purge(String queue, Client client, Reply<Long> reply) {
        post(shard -> shard.administration().purge(queue, client, reply));
    }

    /** One queue. */
    public void describe(String queue, Client client, Reply<QueueStatus> reply) {
        post(shard -> shard.administration().describe(queue, client, reply));
    }

    /** All queues, by name. */
    public void list(Client client, Reply<List<QueueStatus>> reply) {
        post(shard -> shard.administration().list(client, reply));
    }

    /** Time has passed: expires what is due. To be posted several times a second, and whenever a test moves its clock. */
    public void tick() {
        post(Shard::tick);
    }

    void post(Command command) {
        commands.add(command);
        if (scheduled.compareAndSet(false, true)) {
            executor.execute(turn);
        }
    }

    /** From here on a post schedules another turn. */
    void turnStarts() {
        scheduled.set(false);
    }

    /** Only in a turn. */
    Command poll() {
        return commands.poll();
    }

    /** When a queue may be deleted. */
    public enum DeleteCondition {
        ALWAYS,
        /** Only without consumers. */
        UNUSED,
        /** Only without messages. */
        EMPTY
    }
}
