package io.sluice.broker.shard;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.PeekedMessage;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueStatus;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionStatus;
import io.sluice.broker.TopicStatus;
import io.sluice.broker.explain.DeletedMessages;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Reply;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.queue.Selection;
import io.sluice.broker.routing.TopicSetup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** One shard, driven by plain calls: its thread is a list of tasks, its clock stands still, its journal commits when told. */
final class ShardFixture {
    static final long EPOCH = 1_000_000;
    /** Far more than anything here takes. */
    private static final int MAX_TURNS = 20_000;

    final HeldJournal journal;
    final NaiveStore store;
    final TestLargeBodies bodies;
    final List<Throwable> failures = new ArrayList<>();
    /** The connection that all links of this fixture belong to unless they say otherwise. */
    Client client = () -> {};

    long now = EPOCH;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ShardLimits limits;
    private final Function<String, Optional<QueueDefinition>> autoCreate;
    private final Shard shard;

    ShardFixture() {
        this(name -> Optional.empty());
    }

    ShardFixture(Function<String, Optional<QueueDefinition>> autoCreate) {
        this(new HeldJournal(), new NaiveStore(), new TestLargeBodies(), ShardLimits.ofMemory(1L << 30), autoCreate);
    }

    ShardFixture(ShardLimits limits) {
        this(new HeldJournal(), new NaiveStore(), new TestLargeBodies(), limits, name -> Optional.empty());
    }

    ShardFixture(
            HeldJournal journal,
            NaiveStore store,
            TestLargeBodies bodies,
            ShardLimits limits,
            Function<String, Optional<QueueDefinition>> autoCreate) {
        this(journal, store, bodies, limits, autoCreate, Metrics.NONE);
    }

    ShardFixture(
            HeldJournal journal,
            NaiveStore store,
            TestLargeBodies bodies,
            ShardLimits limits,
            Function<String, Optional<QueueDefinition>> autoCreate,
            Metrics metrics) {
        this(journal, store, bodies, limits, autoCreate, metrics, ShardPlace.ONLY);
    }

    private ShardFixture(
            HeldJournal journal,
            NaiveStore store,
            TestLargeBodies bodies,
            ShardLimits limits,
            Function<String, Optional<QueueDefinition>> autoCreate,
            Metrics metrics,
            ShardPlace place) {
        this(journal, store, bodies, limits, autoCreate, metrics, place, Topics.SETUP);
    }

    /** With diverts, say. */
    ShardFixture(TopicSetup topics) {
        this(
                new HeldJournal(),
                new NaiveStore(),
                new TestLargeBodies(),
                ShardLimits.ofMemory(1L << 30),
                name -> Optional.empty(),
                Metrics.NONE,
                ShardPlace.ONLY,
                topics);
    }

    private ShardFixture(
            HeldJournal journal,
            NaiveStore store,
            TestLargeBodies bodies,
            ShardLimits limits,
            Function<String, Optional<QueueDefinition>> autoCreate,
            Metrics metrics,
            ShardPlace place,
            TopicSetup topics) {
        this.journal = journal;
        this.store = store;
        this.bodies = bodies;
        this.limits = limits;
        this.autoCreate = autoCreate;
        try {
            store.runsByItself = true;
            this.shard = Shard.recover(new ShardSetup(
                    tasks::add,
                    () -> now,
                    journal,
                    store,
                    bodies,
                    limits,
                    autoCreate,
                    topics,
                    failures::add,
                    metrics,
                    place));
            store.runsByItself = false;
        } catch (StorageException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** A new shard over what a crash now leaves: committed batches, completed checkpoints. */
    ShardFixture restart() {
        return restart(journal.committed());
    }

    /** As {@link #restart()}, as one of several shards. */
    ShardFixture restart(ShardPlace place) {
        HeldJournal committed = journal.prefix(journal.committed());
        return new ShardFixture(committed, store.afterCrash(), bodies.copy(), limits, autoCreate, Metrics.NONE, place);
    }

    /** As {@link #restart()}, with the journal cut behind so many batches. */
    ShardFixture restart(int batches) {
        ShardFixture next =
                new ShardFixture(journal.prefix(batches), store.afterCrash(), bodies.copy(), limits, autoCreate);
        next.now = now;
        return next;
    }

    /** As {@link #restart()}, with another memory. */
    ShardFixture restart(ShardLimits others) {
        return restart(store.afterCrash(), others);
    }

    /** As {@link #restart()}, with another store. */
    ShardFixture restart(NaiveStore other, ShardLimits others) {
        return new ShardFixture(journal.prefix(journal.committed()), other, bodies.copy(), others, autoCreate);
    }

    ShardMailbox mailbox() {
        return shard.mailbox();
    }

    /** Lets the shard run until it has nothing to do. */
    void run() {
        int turns = 0;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            if (++turns == MAX_TURNS) {
                throw new AssertionError("the shard does not come to rest");
            }
        }
    }

    /** Other work of the shard's thread. */
    void also(Runnable work) {
        tasks.add(work);
    }

    void runWhere(Runnable posts) {
        posts.run();
        run();
    }

    // ---- time and commits

    void advance(long millis) {
        now += millis;
        mailbox().tick();
        run();
    }

    void commit(int batches) {
        journal.commit(batches);
        run();
    }

    void commitAll() {
        journal.commitAll();
        run();
    }

    // ---- links

    TestProducer producer(String queue) {
        return attached(new TestProducer(this, Optional.of(queue)));
    }

    TestProducer anonymous() {
        return attached(new TestProducer(this, Optional.empty()));
    }

    private TestProducer attached(TestProducer producer) {
        mailbox().attach(producer.handle);
        run();
        return producer;
    }

    /** Durable messages, from a producer of their own. */
    TestProducer publish(String queue, String... bodies) {
        return producer(queue).send(bodies);
    }

    TestConsumer consumer(String queue) {
        return consumer(queue, Consumer.Mode.MOVE, Outcome.RELEASED);
    }

    TestConsumer consumer(String queue, Consumer.Mode mode, Outcome lossOutcome) {
        return attached(new TestConsumer(this, queue, mode, lossOutcome));
    }

    /** One that gets messages whose body the filter takes. */
    TestConsumer selecting(String queue, Consumer.Mode mode, Outcome lossOutcome, Predicate<String> filter) {
        return attached(new TestConsumer(
                this,
                queue,
                mode,
                lossOutcome,
                Optional.of(message -> filter.test(new String(message.encoded(), StandardCharsets.UTF_8)))));
    }

    // ---- topics

    TestProducer topicProducer(String topic) {
        return attached(new TestProducer(this, NodeKind.TOPIC, Optional.of(topic)));
    }

    /** Durable messages to a topic, from a producer of their own. */
    TestProducer publishTo(String topic, String... bodies) {
        return topicProducer(topic).send(bodies);
    }

    TestConsumer subscribe(Subscription subscription) {
        return subscribe(subscription, "");
    }

    TestConsumer subscribe(Subscription subscription, String user) {
        TestConsumer consumer = new TestConsumer(this, subscription.topic(), Consumer.Mode.MOVE, Outcome.RELEASED);
        Optional<Predicate<Message>> filter = subscription.selection().isAll()
                ? Optional.empty()
                : Optional.of(Topics.filter(subscription.selection()));
        runWhere(() ->
                mailbox().topics().subscribe(consumer.handle, new SubscriptionRequest(subscription, filter, user)));
        return consumer;
    }

    TestConsumer subscribe(SubscriptionRequest request) {
        TestConsumer consumer =
                new TestConsumer(this, request.subscription().topic(), Consumer.Mode.MOVE, Outcome.RELEASED);
        runWhere(() -> mailbox().topics().subscribe(consumer.handle, request));
        return consumer;
    }

    /** To a temporary topic that comes to be with the link. */
    TestConsumer subscribe(Subscription subscription, TemporaryLink creating) {
        TestConsumer consumer = new TestConsumer(this, subscription.topic(), Consumer.Mode.MOVE, Outcome.RELEASED);
        SubscriptionRequest request = new SubscriptionRequest(subscription, Optional.empty(), "");
        runWhere(() -> mailbox().topics().subscribe(consumer.handle, request, creating));
        return consumer;
    }

    /** Comes back without saying to what. @param found gets what it is */
    TestConsumer resume(Subscription.Identity identity, java.util.function.Consumer<Subscription> found) {
        TestConsumer consumer = new TestConsumer(this, identity.name(), Consumer.Mode.MOVE, Outcome.RELEASED);
        runWhere(() -> mailbox()
                .topics()
                .resume(
                        consumer.handle,
                        new SubscriptionRequest.Lookup(
                                List.of(identity), "", (subscription, expiry) -> found.accept(subscription))));
        return consumer;
    }

    List<TopicStatus> topics() {
        Answer<List<TopicStatus>> answer = new Answer<>();
        runWhere(() -> mailbox().topics().list(client, answer));
        return answer.value();
    }

    Answer<SubscriptionStatus> unsubscribe(Subscription.Identity identity) {
        Answer<SubscriptionStatus> answer = new Answer<>();
        runWhere(() -> mailbox().topics().unsubscribe(identity, client, answer));
        return answer;
    }

    Answer<SubscriptionStatus> declare(Subscription subscription) {
        Answer<SubscriptionStatus> answer = new Answer<>();
        runWhere(() -> mailbox().topics().declare(subscription, client, answer));
        return answer;
    }

    Answer<TopicStatus> deleteTopic(String topic) {
        Answer<TopicStatus> answer = new Answer<>();
        runWhere(() -> mailbox().topics().delete(topic, client, answer));
        return answer;
    }

    /** Bodies that wait for the subscription. */
    List<String> waiting(Subscription subscription) {
        return waiting(subscription.identity());
    }

    List<String> waiting(Subscription.Identity identity) {
        return topics().stream()
                .flatMap(topic -> topic.subscriptions().stream())
                .filter(status -> status.subscription().identity().equals(identity))
                .map(status -> browse(status.queue().definition().name()))
                .findFirst()
                .orElseThrow();
    }

    TestConsumer consumer(TestConsumer.Terms terms) {
        return attached(new TestConsumer(this, terms));
    }

    /** One with these terms beside others. */
    TestConsumer consumer(String queue, Consumer.Terms terms) {
        return consumer(new TestConsumer.Terms(queue, Consumer.Mode.MOVE, Outcome.RELEASED, Optional.empty(), terms));
    }

    <C extends TestConsumer> C attached(C consumer) {
        mailbox().attach(consumer.handle);
        run();
        return consumer;
    }

    TestConsumer browser(String queue) {
        return consumer(queue, Consumer.Mode.COPY, Outcome.RELEASED);
    }

    /** A browser that sees more than what is available. */
    TestConsumer browser(String queue, Consumer.Sight sight) {
        Consumer.Terms terms = new Consumer.Terms(0, false, OptionalLong.empty(), false, sight);
        return consumer(new TestConsumer.Terms(queue, Consumer.Mode.COPY, Outcome.RELEASED, Optional.empty(), terms));
    }

    /** Bodies of what is available, as a browser sees it. */
    List<String> browse(String queue) {
        TestConsumer browser = browser(queue).drain(1_000_000);
        browser.detach();
        return browser.bodies();
    }

    /** Explains why a message is or is not on its way. */
    io.sluice.broker.queue.DispatchReason explain(TestConsumer anyOfTheQueue, long sequence) {
        return anyOfTheQueue.handle.home().orElseThrow().explain(sequence, now);
    }

    // ---- administration

    /** The answer to a command, or why there is none. */
    static final class Answer<T> implements Reply<T> {
        final List<T> values = new ArrayList<>();
        final List<Refusal> refusals = new ArrayList<>();

        @Override
        public void done(T value) {
            values.add(value);
        }

        @Override
        public void refused(Refusal refusal) {
            refusals.add(refusal);
        }

        boolean isPending() {
            return values.isEmpty() && refusals.isEmpty();
        }

        T value() {
            if (values.size() != 1 || !refusals.isEmpty()) {
                throw new AssertionError("answered " + values + ", refused " + refusals);
            }
            return values.get(0);
        }

        Refusal refusal() {
            if (refusals.size() != 1 || !values.isEmpty()) {
                throw new AssertionError("answered " + values + ", refused " + refusals);
            }
            return refusals.get(0);
        }
    }

    /** A durable queue of strict priority without limits. */
    ShardFixture queue(String name) {
        return queue(QueueDefinition.named(name));
    }

    ShardFixture queue(QueueDefinition definition) {
        declare(definition).value();
        return this;
    }

    Answer<QueueStatus> declare(QueueDefinition definition) {
        Answer<QueueStatus> answer = new Answer<>();
        runWhere(() -> mailbox().declare(definition, client, answer));
        return answer;
    }

    Answer<QueueStatus> delete(String queue, ShardMailbox.DeleteCondition condition) {
        Answer<QueueStatus> answer = new Answer<>();
        runWhere(() -> mailbox().delete(queue, condition, client, answer));
        return answer;
    }

    Answer<QueueStatus> update(String queue, QueueChange change) {
        Answer<QueueStatus> answer = new Answer<>();
        runWhere(() -> mailbox().update(queue, change, client, answer));
        return answer;
    }

    /** Holds delivery up, or lets it go on. */
    void pause(String queue, boolean pauses) {
        update(queue, new QueueChange(is -> is, new Pause(Optional.of(pauses), Optional.empty())));
    }

    Answer<PeekedMessage.Some> peek(String queue, long from, int limit) {
        Answer<PeekedMessage.Some> answer = new Answer<>();
        PeekedMessage.Range range = new PeekedMessage.Range(from, limit, 1 << 20);
        runWhere(() -> mailbox().peek(queue, range, client, answer));
        return answer;
    }

    Answer<Long> purge(String queue) {
        Answer<Long> answer = new Answer<>();
        runWhere(() -> mailbox().purge(queue, client, answer));
        return answer;
    }

    Answer<Long> purge(String queue, Selection selection) {
        Answer<Long> answer = new Answer<>();
        runWhere(() -> mailbox().purge(queue, selection, client, answer));
        return answer;
    }

    Answer<DeletedMessages> deleteMessages(String queue, Long... sequences) {
        Answer<DeletedMessages> answer = new Answer<>();
        runWhere(() -> mailbox().deleteMessages(queue, List.of(sequences), client, answer));
        return answer;
    }

    Answer<QueueStatus> describe(String queue) {
        Answer<QueueStatus> answer = new Answer<>();
        runWhere(() -> mailbox().describe(queue, client, answer));
        return answer;
    }

    QueueStatus status(String queue) {
        return describe(queue).value();
    }

    List<QueueStatus> list() {
        Answer<List<QueueStatus>> answer = new Answer<>();
        runWhere(() -> mailbox().list(client, answer));
        return answer.value();
    }

    // ---- checkpoints

    Answer<JournalPosition> startCheckpoint() {
        Answer<JournalPosition> answer = new Answer<>();
        runWhere(() -> mailbox().checkpoint(answer));
        return answer;
    }

    /** From begin to completion, with nothing in between. */
    void checkpoint() {
        Answer<JournalPosition> answer = startCheckpoint();
        while (answer.isPending()) {
            // One that ran already comes first.
            storeRest();
            runWhere(store::complete);
        }
        answer.value();
    }

    /** Begins if it must, then stores every slice that is left. */
    void storeRest() {
        if (!store.hasBegun()) {
            runWhere(store::begin);
        }
        while (!store.hasEnded()) {
            if (store.hasSlice()) {
                runWhere(store::stored);
            }
            runWhere(() -> store.next(100));
        }
    }

    // ---- messages

    static Message message(String body, Message.Header header) {
        return new Message(body.getBytes(StandardCharsets.UTF_8), 0, header, Annotations.EMPTY);
    }

    static Message transientMessage(String body) {
        return message(body, Message.Header.DEFAULT);
    }

    static Message inGroup(String body, String group) {
        return inGroup(body, group, 0);
    }

    static Message inGroup(String body, String group, int sequence) {
        return message(body, Message.Header.DURABLE.withGroup(new MessageGroup(group, sequence)));
    }

    static Message withPriority(String body, int priority) {
        return message(body, new Message.Header(0, true, priority, Message.NONE, Message.NONE));
    }

    static Message withTtl(String body, long ttlMillis) {
        return message(body, new Message.Header(0, true, Message.DEFAULT_PRIORITY, ttlMillis, Message.NONE));
    }

    static QueueDefinition.DeadLetter deadLetter(String queue, int maxDeliveries) {
        return new QueueDefinition.DeadLetter(Optional.of(queue), Optional.empty(), maxDeliveries);
    }
}
