package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Published;
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
    private static final String TOPIC = "keep";
    /** A shard of these tests has 20 subscriptions at most. */
    private static final int MAX_SUBSCRIBERS = 15;

    private static final int KEPT = 5;

    private static final class Subscriber {
        private final Subscription subscription;
        private final TestConsumer link;
        /** The first it must have, at the latest. */
        private final int first;

        private Subscriber(Subscription subscription, TestConsumer link, int first) {
            this.subscription = subscription;
            this.link = link;
            this.first = first;
        }

        private boolean isAnswered() {
            return link.events.contains("attached");
        }
    }

    private static final class History {
        private final Random random;
        private final ShardFixture shard;
        private final TestProducer producer;
        private final List<Subscriber> subscribers = new ArrayList<>();
        private int published;
        private int names;

        History(long seed, boolean paged) {
            random = new Random(seed);
            shard = new ShardFixture(
                    paged
                            ? new ShardLimits(1 << 26, 1 << 20, 300, 1 << 10, new ShardLimits.Paging(500, 300, 10, 40))
                            : new ShardLimits(1 << 26, 1 << 20, 300, 1 << 10));
            shard.store.pageMessages = 3;
            producer = shard.topicProducer(TOPIC);
        }

        private void step() {
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
                producer.post(TOPIC, ShardFixture.message("" + published++, Message.Header.DURABLE));
            }
        }

        private void subscribe() {
            boolean durable = random.nextBoolean();
            int count = random.nextInt(KEPT + 3);
            Subscription subscription = durable ? Topics.durable("d" + names++, TOPIC) : Topics.volatileOne(TOPIC);
            TestConsumer link = new TestConsumer(
                    shard, TOPIC, io.sluice.broker.queue.Consumer.Mode.MOVE, io.sluice.broker.Outcome.RELEASED);
            SubscriptionRequest request = new SubscriptionRequest(
                    subscription,
                    Optional.empty(),
                    "",
                    durable ? SubscriptionExpiry.NEVER : SubscriptionExpiry.WITH_LINKS,
                    Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, count, () -> {})));
            // Some before it, some behind it, in the same turn.
            shard.runWhere(() -> {
                post(random.nextInt(4));
                int first = Math.max(0, published - Math.min(KEPT, count));
                shard.mailbox().subscribe(link.handle, request);
                post(random.nextInt(9));
                subscribers.add(new Subscriber(subscription, link, first));
            });
        }

        private void checkpointStep() {
            NaiveStore store = shard.store;
            if (!store.isRunning()) {
                shard.startCheckpoint();
            } else if (!store.hasBegun()) {
                shard.runWhere(store::begin);
            } else if (store.hasSlice()) {
                shard.runWhere(store::stored);
            } else if (store.hasEnded()) {
                shard.runWhere(store::complete);
            } else {
                shard.runWhere(() -> store.next(1 + random.nextInt(20)));
            }
        }
    }

    private static void assertHasAll(Subscriber subscriber, List<String> bodies, int published) {
        int first = bodies.isEmpty() ? published : Integer.parseInt(bodies.get(0));
        assertTrue(first <= subscriber.first, () -> "begins with " + first + ", not with " + subscriber.first);
        assertEquals(
                IntStream.range(first, published).mapToObj(Integer::toString).toList(), bodies);
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
        for (int i = 0; i < steps; i++) {
            history.step();
        }
        history.shard.journal.letGo();
        history.shard.run();
        while (history.shard.store.isRunning()) {
            history.checkpointStep();
        }
        assertEquals(List.of(), history.shard.failures);
        assertEquals(List.of(), history.producer.refusals, "more than the shard takes");
        for (Subscriber each : history.subscribers) {
            assertNull(each.link.closedBy);
            assertHasAll(each, each.link.credit(100_000).bodies(), history.published);
        }
        assertEquals(
                Math.min(KEPT, history.published),
                history.shard.status("keep::$replay").messages());
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
        for (int i = 0; i < steps; i++) {
            history.step();
        }
        ShardFixture shard = history.shard;
        int survives = shard.journal.committed() + history.random.nextInt(shard.journal.waiting() + 1);
        int published = published(shard.journal.history().subList(0, survives));
        ShardFixture restarted = shard.restart(survives);
        for (Subscriber each : history.subscribers) {
            if (each.subscription.durable() && each.isAnswered()) {
                TestConsumer link = restarted.subscribe(each.subscription);
                assertHasAll(each, link.credit(100_000).bodies(), published);
            }
        }
        restarted.publishTo(TOPIC, "" + published);
        Subscription another = Topics.durable("another", TOPIC);
        TestConsumer link = restarted.subscribe(new SubscriptionRequest(
                another,
                Optional.empty(),
                "",
                SubscriptionExpiry.NEVER,
                Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, KEPT, () -> {}))));
        int first = Math.max(0, published + 1 - KEPT);
        assertEquals(
                IntStream.rangeClosed(first, published)
                        .mapToObj(Integer::toString)
                        .toList(),
                link.credit(1_000).bodies());
        assertEquals(List.of(), restarted.failures);
    }

    /** How many messages the queue that keeps them was given. */
    private static int published(List<List<JournalRecord>> batches) {
        Set<Long> kept = new HashSet<>();
        Set<String> bodies = new HashSet<>();
        for (JournalRecord record : batches.stream().flatMap(List::stream).toList()) {
            if (record instanceof QueueDeclared declared
                    && declared.definition().replay().isOn()) {
                kept.add(declared.queueId());
            }
            List<Enqueued> enqueued = record instanceof Published all
                    ? all.copies()
                    : record instanceof Enqueued one ? List.of(one) : List.of();
            enqueued.stream()
                    .filter(one -> kept.contains(one.queueId()))
                    .forEach(one -> bodies.add(new String(one.message().encoded(), StandardCharsets.UTF_8)));
        }
        return bodies.size();
    }
}
