package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.QueueDeclared;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Whenever somebody subscribes, and whenever the broker crashes: a subscriber gets the last messages before its subscription, and then each
 * that comes, all in order and each once.
 */
class ReplayHistoryTest {
    /** Two keep their last messages, the third keeps nothing. */
    private static final List<String> TOPICS = List.of("keep.a", "keep.b", "plain");

    private static final String PATTERN = "#";
    /** A shard of these tests has 20 subscriptions at most. */
    private static final int MAX_SUBSCRIBERS = 15;

    private static final int KEPT = 5;

    private static final class Subscriber {
        private final Subscription subscription;
        private final TestConsumer link;
        /** The first it must have of each topic, at the latest. */
        private final List<Integer> first;

        private Subscriber(Subscription subscription, TestConsumer link, List<Integer> first) {
            this.subscription = subscription;
            this.link = link;
            this.first = first;
        }

        private boolean isAnswered() {
            return link.events.contains("attached");
        }
    }

    private static final class History extends ShardHistory {
        private final List<TestProducer> producers = new ArrayList<>();
        private final List<Subscriber> subscribers = new ArrayList<>();
        /** Of each topic. */
        private final int[] published = new int[TOPICS.size()];

        private int names;

        History(long seed, boolean paged) {
            super(
                    new Random(seed),
                    new ShardFixture(
                            paged
                                    ? new ShardLimits(
                                            1 << 26, 1 << 20, 300, 1 << 10, new ShardLimits.Paging(500, 300, 10, 40))
                                    : new ShardLimits(1 << 26, 1 << 20, 300, 1 << 10)));
            shard.store.pageMessages = 3;
            TOPICS.forEach(topic -> producers.add(shard.topicProducer(topic)));
        }

        @Override
        void step() {
            int dice = random.nextInt(100);
            if (dice < 45) {
                publish(1 + random.nextInt(6));
            } else if (dice < 60 && subscribers.size() < MAX_SUBSCRIBERS) {
                subscribe();
            } else if (dice < 85) {
                shard.commit(random.nextInt(shard.journal.waiting() + 1));
            } else if (dice < 95) {
                checkpointStep();
            } else {
                shard.journal.hold();
            }
        }

        private void publish(int count) {
            shard.runWhere(() -> post(count));
        }

        private void post(int count) {
            for (int i = 0; i < count; i++) {
                int topic = random.nextInt(TOPICS.size());
                String name = TOPICS.get(topic);
                String body = name + " " + published[topic]++;
                producers.get(topic).post(name, ShardFixture.message(body, Message.Header.DURABLE));
            }
        }

        private void subscribe() {
            boolean durable = random.nextBoolean();
            int count = random.nextInt(KEPT + 3);
            String topic = random.nextInt(3) == 0 ? PATTERN : TOPICS.get(random.nextInt(2));
            Subscription subscription = durable ? Topics.durable("d" + names++, topic) : Topics.volatileOne(topic);
            TestConsumer link = new TestConsumer(
                    shard, topic, io.sluice.broker.queue.Consumer.Mode.MOVE, io.sluice.broker.Outcome.RELEASED);
            SubscriptionRequest request = new SubscriptionRequest(
                    subscription,
                    Optional.empty(),
                    "",
                    durable ? SubscriptionExpiry.NEVER : SubscriptionExpiry.WITH_LINKS,
                    Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, count, () -> {})));
            // Some before it, some behind it, in the same turn.
            shard.runWhere(() -> {
                post(random.nextInt(4));
                List<Integer> first = new ArrayList<>();
                for (int i = 0; i < published.length; i++) {
                    boolean keeps = TOPICS.get(i).startsWith("keep");
                    first.add(Math.max(0, published[i] - (keeps ? Math.min(KEPT, count) : 0)));
                }
                shard.mailbox().topics().subscribe(link.handle, request);
                post(random.nextInt(9));
                subscribers.add(new Subscriber(subscription, link, first));
            });
        }

        @Override
        boolean checkpointFails() {
            return false;
        }
    }

    private static void assertHasAll(Subscriber subscriber, List<String> bodies, int[] published) {
        for (int topic = 0; topic < TOPICS.size(); topic++) {
            String name = TOPICS.get(topic);
            List<Integer> numbers = numbersOf(name, bodies);
            boolean wanted = subscriber.subscription.topic().equals(PATTERN)
                    || subscriber.subscription.topic().equals(name);
            int last = wanted ? published[topic] : 0;
            int first = numbers.isEmpty() ? last : numbers.get(0);
            int latest = wanted ? subscriber.first.get(topic) : 0;
            assertTrue(first <= latest, () -> name + " begins with " + first + ", not with " + latest);
            assertEquals(IntStream.range(first, last).boxed().toList(), numbers, name);
        }
    }

    private static List<Integer> numbersOf(String topic, List<String> bodies) {
        return bodies.stream()
                .filter(body -> body.startsWith(topic + " "))
                .map(body -> Integer.parseInt(body.substring(topic.length() + 1)))
                .toList();
    }

    @Property(tries = 300)
    void everySubscriberHasAllFromWhereItBegan(@ForAll long seed) {
        live(seed, 60);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void everySubscriberHasAllFromWhereItBeganMoreOften(@ForAll long seed) {
        live(seed, 150);
    }

    private static void live(long seed, int steps) {
        History history = new History(seed, seed % 2 == 0);
        history.steps(steps);
        history.shard.journal.letGo();
        history.shard.run();
        while (history.shard.store.isRunning()) {
            history.checkpointStep();
        }
        assertEquals(List.of(), history.shard.failures);
        history.producers.forEach(producer -> assertEquals(List.of(), producer.refusals, "more than the shard takes"));
        for (Subscriber each : history.subscribers) {
            assertNull(each.link.closedBy);
            assertHasAll(each, each.link.credit(100_000).bodies(), history.published);
        }
        for (int topic = 0; topic < 2; topic++) {
            assertEquals(
                    Math.min(KEPT, history.published[topic]),
                    history.shard.status(TOPICS.get(topic) + "::$replay").messages());
        }
    }

    @Property(tries = 200)
    void aCrashAtAnyBatchLeavesWhoWasAnsweredAll(@ForAll long seed) {
        crash(seed, 40);
    }

    @Tag("slow")
    @Property(tries = 10_000)
    void aCrashAtAnyBatchLeavesWhoWasAnsweredAllMoreOften(@ForAll long seed) {
        crash(seed, 100);
    }

    private static void crash(long seed, int steps) {
        History history = new History(seed, seed % 2 == 0);
        history.steps(steps);
        ShardFixture shard = history.shard;
        int survives = shard.journal.committed() + history.random.nextInt(shard.journal.waiting() + 1);
        List<List<JournalRecord>> batches = shard.journal.history().subList(0, survives);
        int[] published = new int[TOPICS.size()];
        for (int topic = 0; topic < published.length; topic++) {
            published[topic] = published(TOPICS.get(topic), batches);
        }
        ShardFixture restarted = shard.restart(survives);
        for (Subscriber each : history.subscribers) {
            if (each.subscription.durable() && each.isAnswered()) {
                List<String> bodies =
                        restarted.subscribe(each.subscription).credit(100_000).bodies();
                for (int topic = 0; topic < 2; topic++) {
                    String name = TOPICS.get(topic);
                    List<Integer> numbers = numbersOf(name, bodies);
                    boolean wanted = Set.of(PATTERN, name).contains(each.subscription.topic());
                    int last = wanted ? published[topic] : 0;
                    int first = numbers.isEmpty() ? last : numbers.get(0);
                    assertTrue(first <= (wanted ? each.first.get(topic) : 0), name + " begins with " + first);
                    assertEquals(IntStream.range(first, last).boxed().toList(), numbers, name);
                }
            }
        }
        String topic = TOPICS.get(0);
        restarted.publishTo(topic, topic + " " + published[0]);
        Subscription another = Topics.durable("another", topic);
        TestConsumer link = restarted.subscribe(new SubscriptionRequest(
                another,
                Optional.empty(),
                "",
                SubscriptionExpiry.NEVER,
                Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, KEPT, () -> {}))));
        int first = Math.max(0, published[0] + 1 - KEPT);
        assertEquals(
                IntStream.rangeClosed(first, published[0]).boxed().toList(),
                numbersOf(topic, link.credit(1_000).bodies()));
        assertEquals(List.of(), restarted.failures);
    }

    /** How many messages the queue that keeps them was given. */
    private static int published(String topic, List<List<JournalRecord>> batches) {
        Set<Long> kept = new HashSet<>();
        Set<String> bodies = new HashSet<>();
        for (JournalRecord record : batches.stream().flatMap(List::stream).toList()) {
            if (record instanceof QueueDeclared declared
                    && declared.definition().name().equals(topic + "::$replay")) {
                kept.add(declared.queueId());
            }
            ShardHistory.enqueued(record).stream()
                    .filter(one -> kept.contains(one.queueId()))
                    .forEach(one -> bodies.add(new String(one.message().encoded(), StandardCharsets.UTF_8)));
        }
        return bodies.size();
    }
}
