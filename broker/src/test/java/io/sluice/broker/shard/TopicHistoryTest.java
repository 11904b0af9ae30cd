package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Whatever happens to topics: live state, replay, checkpoint and crash agree; an accepted message is in every subscription that was
 * there and wanted it; one that was not on the disk is in none.
 */
class TopicHistoryTest {
    private static final List<String> TOPICS = List.of("a.b", "a.c", "b");
    private static final List<String> PATTERNS = List.of("a.b", "a.*", "#", "b");

    /** A shard under random commands about topics, its commits delayed at random. */
    private static final class History extends ShardHistory {
        private final TestProducer producer;
        private final List<TestConsumer> links = new ArrayList<>();
        /** Links that the expiry of their subscriptions may wait for still. */
        private final List<TestConsumer> gone = new ArrayList<>();

        private final List<TestConsumer> ofVolatileOnes = new ArrayList<>();
        private int bodies;

        History(long seed, boolean paged) {
            this(new Random(seed), paged);
        }

        private History(Random random, boolean paged) {
            super(random, new ShardFixture(limits(random, paged)));
            shard.store.pageMessages = 3;
            producer = shard.anonymous();
        }

        private static ShardLimits limits(Random random, boolean paged) {
            return paged
                    ? new ShardLimits(
                            1 << 20,
                            1 << 20,
                            300,
                            1 << 10,
                            new ShardLimits.Paging(1 + random.nextInt(4_000), 1 + random.nextInt(2_000), 10, 40))
                    : new ShardLimits(1 << 20, 1 << 20, 300, 1 << 10);
        }

        @Override
        void step() {
            int dice = random.nextInt(100);
            if (dice < 40) {
                publish();
            } else if (dice < 55) {
                subscribe();
            } else if (dice < 70) {
                consume();
            } else if (dice < 75) {
                leave();
            } else if (dice < 80) {
                expire();
            } else if (dice < 92) {
                shard.commit(random.nextInt(shard.journal.waiting() + 1));
            } else if (dice < 95) {
                unsubscribe();
            } else {
                shard.journal.hold();
            }
        }

        private void publish() {
            for (int i = random.nextInt(3); i >= 0; i--) {
                String body = "m" + bodies++ + (random.nextBoolean() ? "x" : "y");
                Message message = someMessage(body);
                producer.post(io.sluice.broker.NodeKind.TOPIC, some(TOPICS), message);
            }
            shard.run();
        }

        private Subscription some() {
            String name = "s" + random.nextInt(3);
            boolean durable = random.nextInt(4) > 0;
            Subscription subscription = new Subscription(
                    new Subscription.Identity("c", name, durable),
                    some(PATTERNS),
                    Subscription.Selection.ALL,
                    false,
                    name.equals("s2"));
            return random.nextInt(3) == 0 ? Topics.selecting(subscription, "x") : subscription;
        }

        private void subscribe() {
            Subscription subscription = some();
            SubscriptionExpiry.Policy policy = some(List.of(SubscriptionExpiry.Policy.values()));
            SubscriptionRequest request = new SubscriptionRequest(subscription, Optional.empty(), "user");
            if (random.nextBoolean() && policy != SubscriptionExpiry.Policy.NEVER) {
                SubscriptionExpiry expiry = new SubscriptionExpiry(policy, random.nextInt(3));
                request = new SubscriptionRequest(subscription, Optional.empty(), "user", expiry);
            }
            TestConsumer link = shard.subscribe(request);
            if (link.closedBy == null) {
                links.add(link);
                if (!subscription.durable()) {
                    ofVolatileOnes.add(link);
                }
            }
        }

        private void consume() {
            if (!links.isEmpty()) {
                TestConsumer link = some(links);
                link.credit(random.nextInt(4));
                for (int i = 0; i < link.deliveries.size(); i++) {
                    if (random.nextBoolean()) {
                        link.settle(i, random.nextInt(4) == 0 ? Outcome.FAILED : Outcome.ACCEPTED);
                    }
                }
            }
        }

        private void leave() {
            if (!links.isEmpty()) {
                TestConsumer link = links.remove(random.nextInt(links.size()));
                link.leave(Leaving.values()[random.nextInt(Leaving.values().length)]);
                gone.add(link);
            }
        }

        /** The event has come that the policy of a link names that is gone; or time has passed. */
        private void expire() {
            if (!gone.isEmpty() && random.nextBoolean()) {
                TestConsumer link = gone.remove(random.nextInt(gone.size()));
                shard.runWhere(() -> shard.mailbox().topics().orphaned(link.handle));
            } else {
                shard.advance(random.nextInt(1_500));
            }
        }

        private void unsubscribe() {
            shard.unsubscribe(some().identity());
        }
    }

    private static RecordModel model(List<List<JournalRecord>> batches) {
        RecordModel model = new RecordModel();
        batches.forEach(batch -> batch.forEach(record -> record.accept(model)));
        return model;
    }

    /** Of the durable ones, by the names of their queues. */
    private static TreeMap<String, Subscription> subscriptions(ShardFixture shard) {
        TreeMap<String, Subscription> byQueue = new TreeMap<>();
        shard.topics()
                .forEach(topic -> topic.subscriptions().stream()
                        .filter(status -> status.subscription().durable())
                        .forEach(status ->
                                byQueue.put(status.queue().definition().name(), status.subscription())));
        return byQueue;
    }

    private static void assertHoldsItsHistory(ShardFixture restarted) {
        restarted.advance(0);
        RecordModel model = model(restarted.journal.history());
        RecordModel.assertSame(model.content(restarted.now), RecordModel.of(restarted, false));
        assertEquals(model.subscriptions(), subscriptions(restarted));
        assertExpiriesAreRecorded(restarted, model);
        assertEquals(model.bodies(), restarted.bodies.present, "what is kept apart is what messages refer to");
    }

    /** When each ends is what its last record says: what a restart would know of it. */
    private static void assertExpiriesAreRecorded(ShardFixture shard, RecordModel model) {
        TreeMap<String, SubscriptionExpiry.State> live = new TreeMap<>();
        shard.topics()
                .forEach(topic -> topic.subscriptions().stream()
                        .filter(status -> status.subscription().durable())
                        .forEach(status -> live.put(status.queue().definition().name(), status.expiry())));
        assertEquals(model.expiries(), live);
    }

    @Property(tries = 300)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistory(@ForAll long seed) {
        checkpoints(seed, seed % 2 == 0, 100);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void aCheckpointAndTheRecordsBehindItAreTheWholeHistoryMoreOften(@ForAll long seed) {
        checkpoints(seed, seed % 2 == 0, 300);
    }

    private static void checkpoints(long seed, boolean paged, int steps) {
        History history = new History(seed, paged);
        Random random = new Random(seed + 1);
        history.besideCheckpoints(random, steps);
        ShardFixture after = history.shard.restart();
        assertHoldsItsHistory(after);
        after.checkpoint();
        assertHoldsItsHistory(after.restart());
        assertEquals(List.of(), after.failures);
        assertEquals(List.of(), history.shard.failures);
    }

    @Property(tries = 300)
    void liveStateIsWhatTheRecordsSay(@ForAll long seed) {
        History history = new History(seed, seed % 2 == 0);
        history.steps(120);
        ShardFixture shard = history.shard;
        // Everybody goes; what they had is available again, and volatile subscriptions are gone when their time is
        // over.
        history.links.forEach(TestConsumer::detach);
        history.ofVolatileOnes.forEach(
                link -> shard.runWhere(() -> shard.mailbox().topics().orphaned(link.handle)));
        shard.journal.letGo();
        shard.run();
        shard.advance(10_000);

        assertEquals(List.of(), shard.failures);
        RecordModel model = model(shard.journal.history());
        RecordModel.assertSame(model.content(shard.now), RecordModel.of(shard, true));
        assertEquals(model.subscriptions(), subscriptions(shard));
        assertExpiriesAreRecorded(shard, model);
        // A day later only those are there that never end, or whose event has not come.
        Set<String> staying = model.expiries().entrySet().stream()
                .filter(entry -> !entry.getValue().waits())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        shard.advance(86_400_000);
        assertEquals(staying, subscriptions(shard).keySet());
        ShardFixture restarted = shard.restart();
        restarted.advance(0);
        restarted.advance(86_400_000);
        staying.removeIf(queue -> !model.expiries().get(queue).expiry().isNever());
        assertEquals(staying, subscriptions(restarted).keySet(), "for the others the restart was the event");
        assertEquals(RecordModel.bodiesOf(shard), shard.bodies.present);
    }

    @Property(tries = 200)
    void aCrashAtAnyBatchLeavesEachMessageInAllItsSubscriptionsOrInNone(@ForAll long seed) {
        History history = new History(seed, false);
        Random random = new Random(seed + 1);
        for (int i = 0; i < 10; i++) {
            history.steps(10);
            ShardFixture shard = history.shard;
            int survives = shard.journal.committed() + random.nextInt(shard.journal.waiting() + 1);
            List<List<JournalRecord>> batches = shard.journal.history().subList(0, survives);
            Map<String, Set<Long>> durable = ShardHistory.copies(batches, TopicHistoryTest::isAsPublished);
            Map<String, Set<Long>> everDecided =
                    ShardHistory.copies(shard.journal.history(), TopicHistoryTest::isAsPublished);
            everDecided.forEach((body, queues) -> assertTrue(
                    !durable.containsKey(body) || durable.get(body).equals(queues),
                    () -> body + " is in " + durable.get(body) + " and not in all of " + queues));
            for (String body : history.producer.accepted) {
                assertEquals(everDecided.get(body), durable.get(body), () -> body + " was accepted");
            }
            assertHoldsItsHistory(shard.restart(survives));
            assertEquals(List.of(), shard.failures);
        }
    }

    /** A dead letter is a message of its own, put later and elsewhere: what the broker wrote on it tells. */
    private static boolean isAsPublished(JournalRecord record) {
        return !(record instanceof Enqueued enqueued)
                || (enqueued.deliveryCount() == 0
                        && enqueued.message().added().equals(io.sluice.broker.Annotations.EMPTY));
    }
}
