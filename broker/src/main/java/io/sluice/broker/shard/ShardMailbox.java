package io.sluice.broker.shard;

import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.JournalPosition;
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
     * @param turn runs one turn of the shard; ends with {@link #turnEnds}
     */
    ShardMailbox(Executor executor, Runnable turn) {
        this.executor = executor;
        this.turn = turn;
    }

    /** A producer is attached; its listener hears {@code attached} or {@code closed}. */
    public void attach(Producer producer) {
        post((shard, turn) -> shard.links().attach(producer, turn));
    }

    /** A message from an attached producer; its listener hears {@code accepted} or {@code refused}. */
    public void publish(Producer producer, Publish publish) {
        post((shard, turn) -> shard.publishing().publish(producer, publish, turn));
    }

    /**
     * Stores and settles all of it, or nothing. The answer comes when all of it is durable; listeners hear of the settlements as of
     * others, of the sends nobody hears. If one part is refused, nothing happens; the refusal's text and its info {@code part} name
     * it, as {@code sends[2]} or {@code settlements[0]}. What is not durable becomes available together with what is.
     *
     * @param client called with the answer
     */
    public void commit(AtomicBatch batch, Client client, Reply<AtomicBatch> reply) {
        post((shard, turn) -> shard.atomicCommits().commit(batch, client, reply));
    }

    /** The producer is gone. Messages it published before are still answered. */
    public void detach(Producer producer) {
        post((shard, turn) -> shard.links().detach(producer, turn));
    }

    /** A consumer is attached, without credit; its listener hears {@code attached} or {@code closed}. */
    public void attach(Consumer consumer) {
        post((shard, turn) -> shard.links().attach(consumer, turn));
    }

    /**
     * Credit for a consumer.
     *
     * @param deliveryLimit deliveries since the attach that may have been given in all. Messages count and nothing else: credit
     *     that a drain used up moves a link's delivery-count, not this
     * @param drain use it up: send what is available, then {@code drained} (AMQP 1.0 §2.6.7)
     */
    public void grant(Consumer consumer, long deliveryLimit, boolean drain) {
        post((shard, turn) -> shard.links().grant(consumer, deliveryLimit, drain, turn));
    }

    /** What became of a delivery; its consumer's listener hears {@code settled}. A second outcome is ignored. */
    public void settle(Delivery delivery, Outcome outcome) {
        post((shard, turn) -> shard.links().settle(delivery, outcome, turn));
    }

    /** The consumer is gone; what it has unsettled gets its loss outcome, then its listener hears {@code detached}. */
    public void detach(Consumer consumer) {
        post((shard, turn) -> shard.links().detach(consumer, turn));
    }

    /** Declares a queue; the same definition again changes nothing, another one is refused and names the difference. */
    public void declare(QueueDefinition definition, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().declare(definition, client, reply, turn));
    }

    /** Deletes a queue and what it holds; attached links are closed with {@code RESOURCE_DELETED}. */
    public void delete(String queue, DeleteCondition condition, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().delete(queue, condition, client, reply, turn));
    }

    /** Removes what is available or scheduled, not what consumers have locked; answers how many messages. */
    public void purge(String queue, Client client, Reply<Long> reply) {
        post((shard, turn) -> shard.administration().purge(queue, client, reply, turn));
    }

    /**
     * Scheduled messages of a queue, ascending by sequence: those that wait for the time of their delivery. One call looks at a
     * bounded part of the queue, so the answer may be short and yet not the end.
     *
     * @param fromSequence 1 to begin with, then what the answer before said
     * @param limit most messages in the answer, 1 or more
     */
    public void scheduled(
            String queue, long fromSequence, int limit, Client client, Reply<ScheduledMessage.Some> reply) {
        post((shard, turn) -> shard.administration().scheduled(queue, fromSequence, limit, client, reply, turn));
    }

    /** Removes one scheduled message; answers false where none of this sequence waits, because it is delivered or gone. */
    public void cancelScheduled(String queue, long sequence, Client client, Reply<Boolean> reply) {
        post((shard, turn) -> shard.administration().cancelScheduled(queue, sequence, client, reply, turn));
    }

    /** One queue. */
    public void describe(String queue, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().describe(queue, client, reply, turn));
    }

    /** All queues, by name. */
    public void list(Client client, Reply<List<QueueStatus>> reply) {
        post((shard, turn) -> shard.administration().list(client, reply, turn));
    }

    /** Time has passed: expires what is due, and makes available what was scheduled for now. To be posted several times a second, and whenever a test moves its clock. */
    public void tick() {
        post(Shard::tick);
    }

    /** Writes a checkpoint of the shard; the reply says when it is durable, or that there is none. */
    public void checkpoint(Reply<JournalPosition> reply) {
        post((shard, turn) -> shard.checkpoints().start(reply));
    }

    void post(Command command) {
        commands.add(command);
        if (scheduled.compareAndSet(false, true)) {
            executor.execute(turn);
        }
    }

    /** Only in a turn. */
    Command poll() {
        return commands.poll();
    }

    /** The turn is over: a post schedules the next one, and so does what was posted while it ended. */
    void turnEnds() {
        scheduled.set(false);
        if (!commands.isEmpty() && scheduled.compareAndSet(false, true)) {
            executor.execute(turn);
        }
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
