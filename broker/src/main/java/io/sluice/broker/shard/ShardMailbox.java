package io.sluice.broker.shard;

import io.sluice.broker.Outcome;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.ResumableLink;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.explain.LinkExplanation;
import io.sluice.broker.explain.MessageExplanation;
import io.sluice.broker.explain.QueueExplanation;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.LockRenewal;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Selection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;

/**
 * The only way into a shard. Any thread may post; nothing blocks and nothing is decided here. Commands of one thread are decided
 * in the order posted; all that is posted while a turn runs or waits is decided in the next turn, for one wake-up.
 */
public final class ShardMailbox {
    private final Queue<Command> commands = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Executor executor;
    private final Runnable turn;
    private final ShardDefinitions definitions;
    /** Of the thread that recovers the shard: it decides what is posted meanwhile. */
    private final Semaphore recovering = new Semaphore(0);

    private volatile boolean opened;
    private volatile boolean remembersPublishers;
    /** Shard's thread only. */
    private final ArrayDeque<Command> forNextTurn = new ArrayDeque<>();

    /**
     * @param executor the shard's thread; on small machines the connections' own event loop
     * @param turn runs one turn of the shard; ends with {@link #turnEnds}
     */
    ShardMailbox(Executor executor, Runnable turn, ShardDefinitions definitions) {
        this.definitions = definitions;
        this.executor = executor;
        this.turn = turn;
    }

    /**
     * Somebody wants nothing that its own container has sent to a queue: from now on messages are to say which container sent them. Not
     * durable: whoever wants it says so again.
     */
    public void rememberPublishers() {
        remembersPublishers = true;
    }

    /** Whether messages are to be {@linkplain io.sluice.broker.Message#publishedBy published by} a container. Does not block. */
    public boolean remembersPublishers() {
        return remembersPublishers;
    }

    /** A producer is attached; its listener hears {@code attached} or {@code closed}. */
    public void attach(Producer producer) {
        post((shard, turn) -> shard.links().attach(producer, turn));
    }

    /** A message from an attached producer; its listener hears {@code accepted} or {@code refused}. */
    public void publish(Producer producer, Publish publish) {
        post((shard, turn) -> shard.publishing().publish(producer, publish, turn));
    }

    /** Messages from an attached producer, taken together or not at all; its listener hears of each. */
    public void publishAll(Producer producer, List<? extends Publish> together) {
        post((shard, turn) -> shard.publishing().publishAll(producer, together, shard.atomicCommits(), turn));
    }

    /**
     * A message that a transaction stores when it is committed. It is looked at now: its listener hears {@code accepted} where it would
     * be taken as things are, else {@code refused}. An accepted one takes memory until a {@link #commit} or a {@link #rollback} has it.
     */
    public void enlist(Producer producer, Publish publish) {
        post((shard, turn) -> shard.publishing().enlist(producer, publish, turn));
    }

    /**
     * The outcome of the delivery is a transaction's: it stays locked, whatever becomes of its consumer, until {@link #commit},
     * {@link #rollback} or {@link #settle}.
     */
    public void hold(Delivery delivery) {
        post((shard, turn) -> shard.links().hold(delivery));
    }

    /** Undoes what a transaction enlisted and held. The answer comes when what returns to its queue is there. */
    public void rollback(Rollback work, Client client, Reply<Rollback> reply) {
        post((shard, turn) -> shard.atomicCommits().rollback(work, client, reply));
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

    /** What is said of exchanges. */
    public ExchangeMailbox exchanges() {
        return new ExchangeMailbox(this);
    }

    /** What is said of topics and subscriptions to them. */
    public TopicMailbox topics() {
        return new TopicMailbox(this);
    }

    /** What is said of sessions. */
    public SessionMailbox sessions() {
        return new SessionMailbox(this);
    }

    /** What is said of moves between queues. */
    public MoveMailbox moves() {
        return new MoveMailbox(this);
    }

    /**
     * Locks one message for an attached consumer, by its number and beside the consumer's credit: one that is parked, that waits for its
     * time or that is available. The consumer's listener hears {@code deliver}, then comes the answer; it is refused where there is
     * no such message, or somebody has it. A message that comes back is what it was before: a parked one is parked again.
     */
    public void fetch(Consumer consumer, long sequence, Client client, Reply<Delivery> reply) {
        post((shard, turn) -> shard.administration().fetch(consumer, sequence, client, reply, turn));
    }

    /**
     * As {@link #fetch}, of several at once, when all that was posted before is decided and durable: those that are there and nobody has. The
     * listener hears {@code deliver} of each, then comes the answer, in no order.
     */
    public void fetchAll(Consumer consumer, List<Long> sequences, Client client, Reply<List<Delivery>> reply) {
        post((shard, turn) -> shard.links().resuming().fetchAll(consumer, sequences, client, reply, turn));
    }

    /**
     * A message that waits for its time, or is parked, goes to its place at once; answers false where none of this sequence waits.
     */
    public void release(String queue, long sequence, Client client, Reply<Boolean> reply) {
        post((shard, turn) -> shard.administration().release(queue, sequence, client, reply, turn));
    }

    /**
     * A link comes back to a queue: which of its deliveries were taken before it went. The answer comes when all that was posted before is
     * decided and durable. A queue that is not there took none.
     *
     * @param keys of deliveries its sender has not settled
     * @param complete whether that is all of them: the queue then forgets the others
     */
    public void unconfirmed(
            String queue,
            ResumableLink link,
            Set<String> keys,
            boolean complete,
            Client client,
            Reply<Set<String>> reply) {
        post((shard, turn) -> shard.links().resuming().unconfirmed(queue, link, keys, complete, client, reply, turn));
    }

    /** The sender has settled these deliveries, which had been taken: nobody will ask for them. @param keys by {@link ResumableLink} */
    public void confirmed(String queue, List<String> keys) {
        post((shard, turn) -> shard.links().resuming().confirmed(queue, keys, turn));
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
     * A {@link Consumer.Mode#FETCH} consumer is attached, and has the messages of these numbers: they wait for its credit. Its listener hears
     * {@code closed} where one of them is not there or somebody has it, and then it has none.
     *
     * @param numbers each once, one at least
     */
    public void attachFetching(Consumer consumer, List<Long> numbers) {
        post((shard, turn) -> shard.links().attachFetching(consumer, numbers, turn));
    }

    /** As {@link #attach(Producer)}, for a link that a temporary queue may live by. */
    public void attach(Producer producer, TemporaryLink link) {
        post((shard, turn) -> shard.links().attach(producer, link, turn));
    }

    /** As {@link #attach(Consumer)}, for a link that a temporary queue may live by. */
    public void attach(Consumer consumer, TemporaryLink link) {
        post((shard, turn) -> shard.links().attach(consumer, link, turn));
    }

    /**
     * A link that a temporary queue or topic may have lived by is gone. To be told behind its detach.
     *
     * @param waitMillis how long the link may come back and find its queue; 0: not at all. A topic does not wait
     */
    public void detached(TemporaryLink link, long waitMillis) {
        post((shard, turn) -> {
            shard.links().temporaries().detached(link, waitMillis, turn);
            shard.links().temporaryTopics().detached(link, turn);
        });
    }

    /** A client that had temporary queues or topics is gone. To be told behind the detaches of its links. */
    public void left(Client client) {
        post((shard, turn) -> {
            shard.links().temporaries().left(client, turn);
            shard.links().temporaryTopics().left(client, turn);
        });
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

    /**
     * How many messages wait for more credit of a consumer, as of what was posted before.
     *
     * @param answer gets it, -1 where it is not known; shard's thread
     */
    public void awaitingCredit(Consumer consumer, LongConsumer answer) {
        post((shard, turn) -> answer.accept(
                consumer.home().map(home -> home.awaitingCredit(consumer)).orElse(-1L)));
    }

    /** What became of a delivery; its consumer's listener hears {@code settled}. A second outcome is ignored. */
    public void settle(Delivery delivery, Outcome outcome) {
        post((shard, turn) -> shard.links().settle(delivery, outcome, turn));
    }

    /**
     * The consumer is gone; what it has unsettled gets its loss outcome, then its listener hears {@code detached}. A subscription that
     * is not durable ends with its last consumer.
     */
    public void detach(Consumer consumer) {
        leave(consumer, SubscriptionRequest.Leaving.DETACH);
    }

    /** As {@link #detach(Consumer)}, of a consumer that says what is to become of its subscription; of others it is the same. */
    public void leave(Consumer consumer, SubscriptionRequest.Leaving how) {
        post((shard, turn) -> {
            if (!shard.subscribing().leave(consumer, how, turn)) {
                shard.links().detach(consumer, turn);
            }
        });
    }

    /** Declares a queue; the same definition again changes nothing, another one is refused and names the difference. */
    public void declare(QueueDefinition definition, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().declare(definition, client, reply, turn));
    }

    /**
     * Changes settings of a queue that is there; the answer comes when that is durable. What the queue holds stays, but for what no
     * longer fits limits that drop. A setting that cannot change is refused with {@code PRECONDITION_FAILED}, and nothing changes.
     */
    public void update(String queue, QueueChange change, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().changes().update(queue, change, client, reply, turn));
    }

    /** Deletes a queue and what it holds; attached links are closed with {@code RESOURCE_DELETED}. */
    public void delete(String queue, DeleteCondition condition, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().delete(queue, condition, client, reply, turn));
    }

    /** Removes what is available or scheduled, not what consumers have locked; answers how many messages. */
    public void purge(String queue, Client client, Reply<Long> reply) {
        purge(queue, Selection.ALL, client, reply);
    }

    /**
     * Removes what is available or scheduled, and selected; answers how many messages. It goes on beside all other work: what comes
     * meanwhile stays. A broker that ends on the way has removed those that came first, or none.
     */
    public void purge(String queue, Selection selection, Client client, Reply<Long> reply) {
        post((shard, turn) -> shard.administration().purge(queue, selection, client, reply, turn));
    }

    /**
     * Removes messages by their numbers: what is available, scheduled or parked, and what cannot be read. The answer comes when that is
     * durable; it names those that stay, because somebody has them, and those that are not there. What is out of memory is read.
     */
    public void deleteMessages(String queue, Collection<Long> sequences, Client client, Reply<DeletedMessages> reply) {
        post((shard, turn) -> shard.administration().deleteMessages(queue, sequences, client, reply, turn));
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

    /**
     * Messages of a queue by sequence, whoever has them. No count, order or lock changes by it; pages are read where they must be. The
     * answer may be shorter than asked for, and yet not the end.
     */
    public void peek(String queue, PeekedMessage.Range range, Client client, Reply<PeekedMessage.Some> reply) {
        post((shard, turn) -> shard.administration().inspection().peek(queue, range, client, reply, turn));
    }

    /** Why a queue gives out what it does, or nothing, at this instant. */
    public void explain(String queue, Client client, Reply<QueueExplanation> reply) {
        post((shard, turn) -> shard.administration().inspection().explain(queue, client, reply, turn));
    }

    /** Why a message of a queue is, or is not, on its way at this instant. */
    public void explainMessage(String queue, long sequence, Client client, Reply<MessageExplanation> reply) {
        post((shard, turn) -> shard.administration().inspection().explainMessage(queue, sequence, client, reply, turn));
    }

    /** Why a consumer gets messages, or none, at this instant. */
    public void explain(Consumer consumer, Client client, Reply<LinkExplanation> reply) {
        post((shard, turn) -> shard.administration().inspection().explain(consumer, client, reply, turn));
    }

    /**
     * Locks of a consumer's deliveries last anew, from now on; refused where they do not run out, or it has no such delivery.
     *
     * @param sequence of one message; empty: of all it has not settled
     */
    public void renewLocks(Consumer consumer, OptionalLong sequence, Client client, Reply<LockRenewal> reply) {
        post((shard, turn) -> shard.administration().inspection().renewLocks(consumer, sequence, client, reply, turn));
    }

    /** One queue. */
    public void describe(String queue, Client client, Reply<QueueStatus> reply) {
        post((shard, turn) -> shard.administration().describe(queue, client, reply, turn));
    }

    /** All queues, by name. */
    public void list(Client client, Reply<List<QueueStatus>> reply) {
        post((shard, turn) -> shard.administration().list(client, reply, turn));
    }

    /** Changes definitions; the answer comes when that is durable, and {@link #definitions} says so. */
    public void define(DefinitionChange change, Client client, Reply<Definitions> reply) {
        post((shard, turn) -> shard.definitions().change(change, client, reply, turn));
    }

    /** The definitions as the journal has them. Does not block; a picture of one moment, the same object until they change. */
    public Definitions definitions() {
        return definitions.current();
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
        schedule();
    }

    /** To be decided when the thread's other work had its turn. Only in a turn. */
    void postForNextTurn(Command command) {
        forNextTurn.add(command);
    }

    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            if (opened) {
                executor.execute(turn);
            } else {
                recovering.release();
            }
        }
    }

    /** While the shard recovers: returns when there may be something to {@link #poll}; {@link #turnEnds} is to follow. */
    void await() {
        recovering.acquireUninterruptibly();
    }

    /** The shard has recovered: turns are the executor's from here on. */
    void open() {
        opened = true;
        maySchedule();
    }

    /** Only in a turn. */
    Command poll() {
        return commands.poll();
    }

    /** The turn is over: a post schedules the next one, and so does what was posted while it ended. */
    void turnEnds() {
        commands.addAll(forNextTurn);
        forNextTurn.clear();
        maySchedule();
    }

    private void maySchedule() {
        scheduled.set(false);
        if (!commands.isEmpty()) {
            schedule();
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
