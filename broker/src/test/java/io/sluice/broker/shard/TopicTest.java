package io.sluice.broker.shard;

import static io.sluice.broker.shard.Topics.durable;
import static io.sluice.broker.shard.Topics.noLocal;
import static io.sluice.broker.shard.Topics.selecting;
import static io.sluice.broker.shard.Topics.volatileOne;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.Subscription;
import io.sluice.broker.TopicStatus;
import io.sluice.broker.record.JournalRecord.Published;
import io.sluice.broker.shard.SubscriptionRequest.Leaving;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where messages that are sent to a topic go. */
class TopicTest {
    private final ShardFixture shard = new ShardFixture();
    private final Subscription a = durable("a", "t");
    private final Subscription b = durable("b", "t");

    private void stays(Subscription... subscriptions) {
        for (Subscription subscription : subscriptions) {
            shard.subscribe(subscription).detach();
        }
    }

    @Test
    void everySubscriptionGetsEveryMessage() {
        TestConsumer one = shard.subscribe(volatileOne("t")).credit(10);
        TestConsumer two = shard.subscribe(volatileOne("t")).credit(10);
        shard.subscribe(volatileOne("other")).credit(10);
        TestProducer producer = shard.publishTo("t", "1", "2");

        assertEquals(List.of("1", "2"), producer.accepted);
        assertEquals(List.of("1", "2"), one.bodies());
        assertEquals(List.of("1", "2"), two.bodies());
    }

    @Test
    void aMessageNobodyWantsIsAcceptedAndDropped() {
        long body = shard.bodies.add(5).id();
        TestProducer producer = shard.topicProducer("t");
        producer.send("1");
        producer.send(
                ShardFixture.message("2", Message.Header.DURABLE).withBody(new io.sluice.broker.LargeBody(body, 5)));

        assertEquals(List.of("1", "2"), producer.accepted);
        assertEquals(Set.of(), shard.bodies.present);
        assertEquals(List.of(), shard.journal.records());
    }

    @Test
    void aQueueAndATopicOfTheSameNameAreTwo() {
        shard.queue("t");
        stays(a);
        shard.publishTo("t", "to the topic");
        shard.publish("t", "to the queue");

        assertEquals(List.of("to the topic"), shard.waiting(a));
        assertEquals(List.of("to the queue"), shard.browse("t"));
    }

    @Test
    void anAnonymousProducerSaysWhichItMeans() {
        shard.queue("t");
        stays(a);
        TestProducer producer = shard.anonymous();
        producer.post(NodeKind.TOPIC, "t", ShardFixture.message("1", Message.Header.DURABLE));
        producer.post(NodeKind.QUEUE, "t", ShardFixture.message("2", Message.Header.DURABLE));
        shard.run();

        assertEquals(List.of("1"), shard.waiting(a));
        assertEquals(List.of("2"), shard.browse("t"));
    }

    @Test
    void patternsAreOfWords() {
        Subscription one = durable("one", "eu.*");
        Subscription any = durable("any", "eu.#");
        stays(one, any);
        shard.publishTo("eu.fr", "1");
        shard.publishTo("eu.fr.paris", "2");
        shard.publishTo("us.ny", "3");

        assertEquals(List.of("1"), shard.waiting(one));
        assertEquals(List.of("1", "2"), shard.waiting(any));
    }

    @Test
    void aSubscriptionThatComesLaterIsSeenByProducersThatWereThere() {
        TestProducer producer = shard.topicProducer("eu.fr").send("1");
        stays(durable("any", "#"));
        producer.send("2");

        assertEquals(List.of("2"), shard.waiting(durable("any", "#")));
    }

    @Test
    void onlyWhatIsSelectedWaits() {
        Subscription selecting = selecting(durable("s", "t"), "x");
        stays(selecting);
        shard.publishTo("t", "ax", "b", "cx");

        assertEquals(List.of("ax", "cx"), shard.waiting(selecting));
        ShardFixture restarted = shard.restart();
        restarted.publishTo("t", "d", "ex");
        assertEquals(List.of("ax", "cx", "ex"), restarted.waiting(selecting));
    }

    @Test
    void aFilterThatCannotBeReadAnyMoreLosesNothing() {
        Subscription broken = selecting(durable("s", "t"), "broken");
        TestConsumer consumer = new TestConsumer(
                shard, "t", io.sluice.broker.queue.Consumer.Mode.MOVE, io.sluice.broker.Outcome.RELEASED);
        shard.runWhere(() -> shard.mailbox()
                .topics()
                .subscribe(consumer.handle, new SubscriptionRequest(broken, java.util.Optional.empty(), "")));
        try (LoggedErrors errors = new LoggedErrors()) {
            ShardFixture restarted = shard.restart();
            restarted.publishTo("t", "1");

            assertEquals(List.of("1"), restarted.waiting(broken));
            assertEquals(1, errors.messages().size());
        }
    }

    @Test
    void noLocalKeepsBackWhatItsOwnContainerSent() {
        Subscription others = noLocal(durable("o", "t"));
        stays(others, a);
        TestProducer own = shard.topicProducer("t");
        own.container = "c";
        own.send("mine");
        shard.publishTo("t", "theirs");

        assertEquals(List.of("theirs"), shard.waiting(others));
        assertEquals(List.of("mine", "theirs"), shard.waiting(a));
    }

    @Test
    void allCopiesAreOneRecordAndShareTheirBytes() {
        stays(a, b);
        TestConsumer one = shard.subscribe(a).credit(1);
        TestConsumer two = shard.subscribe(b).credit(1);
        shard.journal.hold();
        TestProducer producer = shard.publishTo("t", "1");
        assertEquals(List.of(), producer.accepted);
        assertEquals(List.of(), one.bodies());

        shard.commitAll();
        assertEquals(List.of("1"), producer.accepted);
        assertEquals(
                1,
                shard.journal.records().stream()
                        .filter(Published.class::isInstance)
                        .count());
        assertSame(
                one.last().message().encoded(), two.last().message().encoded(), "no copy of the body per subscription");
        assertEquals(List.of("1"), two.bodies());
    }

    @Test
    void aCrashLeavesAllCopiesOrNone() {
        stays(a, b);
        shard.journal.hold();
        shard.publishTo("t", "1");

        ShardFixture before = shard.restart();
        assertEquals(List.of(), before.waiting(a));
        assertEquals(List.of(), before.waiting(b));
        ShardFixture after = shard.restart(shard.journal.committed() + shard.journal.waiting());
        assertEquals(List.of("1"), after.waiting(a));
        assertEquals(List.of("1"), after.waiting(b));
    }

    @Test
    void oneFullSubscriptionThatRejectsRefusesTheMessageForAll() {
        Subscription full = durable("full", "reject.t");
        Subscription other = durable("other", "#");
        stays(full, other);
        TestProducer producer = shard.publishTo("reject.t", "1", "2", "3");

        assertEquals(List.of("1", "2"), producer.accepted);
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, producer.refusals.get(0).kind());
        assertTrue(
                producer.refusals.get(0).text().contains("topic 'reject.t'"),
                producer.refusals.get(0).text());
        assertEquals(List.of("1", "2"), shard.waiting(other));
        assertEquals(List.of("1", "2"), shard.waiting(full));
    }

    @Test
    void oneThatDropsItsOldestCostsNobodyElse() {
        Subscription drops = durable("drops", "drop.t");
        Subscription other = durable("other", "#");
        stays(drops, other);
        TestProducer producer = shard.publishTo("drop.t", "1", "2", "3");

        assertEquals(List.of("1", "2", "3"), producer.accepted);
        assertEquals(List.of("2", "3"), shard.waiting(drops));
        assertEquals(List.of("1", "2", "3"), shard.waiting(other));
        assertEquals(List.of("1"), shard.browse("dead"));
    }

    @Test
    void oneThatBlocksHoldsBackTheProducersOfItsTopics() {
        Subscription blocks = durable("blocks", "block.*");
        stays(blocks);
        TestProducer elsewhere = shard.topicProducer("t");
        TestProducer producer = shard.publishTo("block.t", "1", "2");
        assertFalse(producer.creditOpen);
        assertTrue(elsewhere.creditOpen);
        TestProducer late = shard.topicProducer("block.u");
        assertFalse(late.creditOpen);

        shard.subscribe(blocks).credit(1).acceptAll();
        assertTrue(producer.creditOpen);
        assertTrue(late.creditOpen);

        late.send("3");
        assertFalse(producer.creditOpen);
        shard.unsubscribe(blocks.identity()).value();
        assertTrue(producer.creditOpen);
        assertTrue(late.creditOpen);
    }

    @Test
    void aProducerThatComesWhileItIsFullIsLetInLater() {
        Subscription blocks = durable("blocks", "block.t");
        stays(blocks);
        shard.anonymous().post(NodeKind.TOPIC, "block.t", ShardFixture.message("1", Message.Header.DURABLE));
        shard.anonymous().post(NodeKind.TOPIC, "block.t", ShardFixture.message("2", Message.Header.DURABLE));
        shard.run();
        TestProducer producer = shard.topicProducer("block.t");
        assertFalse(producer.creditOpen);

        shard.subscribe(blocks).credit(1).acceptAll();
        assertTrue(producer.creditOpen);
    }

    @Test
    void aCopyIsNotStoredTwiceWhereItIsKnown() {
        Subscription knows = durable("knows", "once.t");
        stays(knows);
        TestProducer producer = shard.topicProducer("once.t");
        producer.sendAs("id", ShardFixture.message("1", Message.Header.DURABLE));
        Subscription late = durable("late", "once.*");
        stays(late);
        long body = shard.bodies.add(9).id();
        producer.sendAs(
                "id",
                ShardFixture.message("1again", Message.Header.DURABLE)
                        .withBody(new io.sluice.broker.LargeBody(body, 9)));

        assertEquals(List.of("1", "1again"), producer.accepted);
        assertEquals(List.of("1"), shard.waiting(knows));
        assertEquals(List.of("1again"), shard.waiting(late));
        assertEquals(Set.of(body), shard.bodies.present, "one has the body, though another knew the message");
        producer.sendAs("id", ShardFixture.message("again", Message.Header.DURABLE));
        assertEquals(3, producer.accepted.size());
    }

    @Test
    void aLargeBodyStaysUntilTheLastCopyIsGone() {
        stays(a, b);
        TestConsumer quick = shard.subscribe(volatileOne("t")).credit(10);
        shard.journal.hold();
        long body = shard.bodies.add(9).id();
        shard.topicProducer("t")
                .send(ShardFixture.message("1", Message.Header.DURABLE)
                        .withBody(new io.sluice.broker.LargeBody(body, 9)));
        // One that is not durable has it at once, and is done with it before the others are on the disk.
        quick.acceptAll();
        assertEquals(List.of("1"), quick.settledBodies());
        assertEquals(Set.of(body), shard.bodies.present);
        shard.journal.letGo();
        shard.run();

        shard.subscribe(a).credit(1).acceptAll();
        assertEquals(Set.of(body), shard.bodies.present);
        ShardFixture restarted = shard.restart();
        assertEquals(Set.of(body), restarted.bodies.present);
        restarted.subscribe(b).credit(1).acceptAll();
        assertEquals(Set.of(), restarted.bodies.present);
    }

    @Test
    void expiryPriorityAndDeadLettersAreAsOnQueues() {
        stays(a);
        TestProducer producer = shard.topicProducer("t");
        producer.send(ShardFixture.withPriority("low", 1));
        producer.send(ShardFixture.withPriority("high", 9));
        producer.send(ShardFixture.withTtl("soon gone", 10));
        shard.advance(11);
        assertEquals(List.of("high", "low"), shard.waiting(a));

        TestConsumer consumer = shard.subscribe(a).credit(1);
        consumer.settle(0, new io.sluice.broker.Outcome.Rejected("c", "d"));
        assertEquals(List.of("high"), shard.browse("dead"));
    }

    @Test
    void anAtomicBatchPublishesWithTheRest() {
        shard.queue("q");
        stays(a, b);
        shard.journal.hold();
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        AtomicBatch batch = new AtomicBatch(
                List.of(
                        new Publish(NodeKind.TOPIC, "t", ShardFixture.message("1", Message.Header.DURABLE)),
                        new Publish("q", ShardFixture.message("2", Message.Header.DURABLE)),
                        new Publish(NodeKind.TOPIC, "nobody's", ShardFixture.message("3", Message.Header.DURABLE))),
                List.of());
        shard.runWhere(() -> shard.mailbox().commit(batch, shard.client, answer));
        assertEquals(1, shard.journal.waiting());
        assertTrue(answer.isPending());
        shard.journal.letGo();
        shard.run();

        answer.value();
        assertEquals(List.of("1"), shard.waiting(a));
        assertEquals(List.of("1"), shard.waiting(b));
        assertEquals(List.of("2"), shard.browse("q"));
    }

    @Test
    void anAtomicBatchIsRefusedWholeWhereOneSubscriptionIsFull() {
        shard.queue("q");
        Subscription full = durable("full", "reject.t");
        stays(full);
        ShardFixture.Answer<AtomicBatch> answer = new ShardFixture.Answer<>();
        List<Publish> sends = List.of(
                new Publish("q", ShardFixture.message("0", Message.Header.DURABLE)),
                new Publish(NodeKind.TOPIC, "reject.t", ShardFixture.message("1", Message.Header.DURABLE)),
                new Publish(NodeKind.TOPIC, "reject.t", ShardFixture.message("2", Message.Header.DURABLE)),
                new Publish(NodeKind.TOPIC, "reject.t", ShardFixture.message("3", Message.Header.DURABLE)));
        shard.runWhere(() -> shard.mailbox().commit(new AtomicBatch(sends, List.of()), shard.client, answer));

        assertEquals("sends[3]", answer.refusal().info().get("part"));
        assertEquals(List.of(), shard.browse("q"));
        assertEquals(List.of(), shard.waiting(full));
    }

    @Test
    void topicsAreListedWithWhoUsesThem() {
        stays(a);
        shard.subscribe(selecting(durable("e", "eu.#"), "x"));
        shard.topicProducer("only.sent.to");
        shard.publishTo("t", "1");
        List<TopicStatus> topics = shard.topics();

        assertEquals(
                List.of("eu.#", "only.sent.to", "t"),
                topics.stream().map(TopicStatus::name).toList());
        assertEquals(1, topics.get(1).producers());
        assertEquals(1, topics.get(0).subscriptions().get(0).links());
        assertEquals(
                "x",
                topics.get(0).subscriptions().get(0).subscription().selection().text());
        assertEquals(1, topics.get(2).subscriptions().get(0).queue().messages());
        assertEquals(
                "t::c.a",
                topics.get(2).subscriptions().get(0).queue().definition().name());
    }

    @Test
    void aDeletedTopicClosesEverybodyAndIsEmptyAfterwards() {
        TestConsumer consumer = shard.subscribe(a).credit(1);
        TestConsumer other = shard.subscribe(volatileOne("#")).credit(5);
        TestProducer producer = shard.topicProducer("t").send("1");
        shard.deleteTopic("t").value();

        assertEquals(Kind.RESOURCE_DELETED, consumer.closedBy.kind());
        assertTrue(producer.events.contains("closed RESOURCE_DELETED"));
        assertEquals(List.of("1"), other.bodies());
        assertFalse(other.events.contains("closed RESOURCE_DELETED"));
        producer.post("t", ShardFixture.message("2", Message.Header.DURABLE));
        shard.run();
        assertEquals(1, producer.refusals.size());
        consumer.leave(Leaving.DETACH);
        assertEquals(
                List.of("#"), shard.topics().stream().map(TopicStatus::name).toList());
    }

    @Test
    void aTopicHasANameOfSomeLength() {
        TestProducer producer = shard.topicProducer("x".repeat(256));
        assertEquals(List.of("closed INVALID_FIELD"), producer.events);
        TestProducer anonymous = shard.anonymous();
        anonymous.post(NodeKind.TOPIC, "x".repeat(256), ShardFixture.message("1", Message.Header.DURABLE));
        anonymous.post(NodeKind.TOPIC, "", ShardFixture.message("1", Message.Header.DURABLE));
        shard.run();
        assertEquals(2, anonymous.refusals.size());
    }
}
