package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Lifetime;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Temporary topics: whose they are and what ends them (AMQP 1.0 §3.5.10 to §3.5.13). */
class TemporaryTopicTest {
    private static final String NAME = TemporaryName.topic(TemporaryName.PREFIX + "abc");
    private static final TemporaryLink.Limits LIMITS = new TemporaryLink.Limits(2, 3);

    private final ShardFixture shard = new ShardFixture();
    private final Client owner = shard.client;
    private final Client other = () -> {};

    private final TemporaryLink link = creating(NAME);
    private final TestProducer creator = producer(link);

    private TemporaryLink creating(String name) {
        return creating(name, Lifetime.DELETE_ON_CLOSE);
    }

    private TemporaryLink creating(String name, Lifetime lifetime) {
        return TemporaryLink.creating(shard.client, "link", name, lifetime, LIMITS);
    }

    private TestProducer producer(TemporaryLink by) {
        TestProducer producer = new TestProducer(shard, NodeKind.TOPIC, Optional.of(by.node()));
        shard.runWhere(() -> shard.mailbox().attach(producer.handle, by));
        return producer;
    }

    /** The link that created it goes. */
    private void end() {
        shard.runWhere(() -> {
            shard.mailbox().detach(creator.handle);
            shard.mailbox().detached(link, 0);
        });
    }

    @Test
    void anybodySendsToItAndItsOwnerReceives() {
        assertTrue(link.isHolding());
        TestConsumer consumer = shard.subscribe(Topics.volatileOne(NAME)).credit(10);
        creator.send("a");
        shard.client = other;
        shard.publishTo(NAME, "b");

        assertEquals(List.of("a", "b"), consumer.bodies());
    }

    @Test
    void onlyItsOwnerSubscribesAndNobodyForLong() {
        assertEquals(
                Kind.NOT_ALLOWED,
                shard.subscribe(Topics.durable("s", NAME)).closedBy.kind());
        shard.client = other;
        assertEquals(
                Kind.RESOURCE_LOCKED,
                shard.subscribe(Topics.volatileOne(NAME)).closedBy.kind());
    }

    @Test
    void itGoesWithItsLinkAndNeverComesBack() {
        TestConsumer consumer = shard.subscribe(Topics.volatileOne(NAME)).credit(10);
        TestProducer producer = shard.publishTo(NAME, "a");
        end();
        assertEquals(Kind.RESOURCE_DELETED, consumer.closedBy.kind());
        assertEquals("closed RESOURCE_DELETED", producer.events.get(producer.events.size() - 1));
        assertEquals(List.of(), shard.topics());

        assertEquals(List.of("closed NOT_FOUND"), shard.topicProducer(NAME).events);
        assertEquals(
                Kind.NOT_FOUND,
                shard.subscribe(Topics.volatileOne(NAME)).closedBy.kind());
        TestProducer anonymous = shard.anonymous();
        anonymous.post(NodeKind.TOPIC, NAME, ShardFixture.message("b", Message.Header.DURABLE));
        shard.run();
        assertEquals(Kind.NOT_FOUND, anonymous.refusals.get(0).kind());
    }

    @Test
    void itGoesWithItsOwner() {
        TestConsumer consumer = shard.subscribe(Topics.volatileOne(NAME));
        shard.runWhere(() -> shard.mailbox().left(other));
        assertEquals(null, consumer.closedBy);
        shard.runWhere(() -> shard.mailbox().left(owner));

        assertEquals(Kind.RESOURCE_DELETED, consumer.closedBy.kind());
    }

    @Test
    void whoSubscribesToAllDoesNotHearIt() {
        TestConsumer all = shard.subscribe(Topics.volatileOne("#")).credit(10);
        creator.send("a");
        shard.publishTo("ordinary", "b");

        assertEquals(List.of("b"), all.bodies());
        assertEquals(List.of("a"), creator.accepted);
    }

    @Test
    void aConnectionHasOnlySoMany() {
        TemporaryLink second = creating(NAME + "2");
        producer(second);
        assertTrue(second.isHolding());
        TemporaryLink third = creating(NAME + "3");
        TestProducer refused = producer(third);

        assertFalse(third.isHolding());
        assertEquals(List.of("closed RESOURCE_LIMIT_EXCEEDED"), refused.events);
    }

    @Test
    void nothingOfItIsDurable() {
        shard.subscribe(Topics.volatileOne(NAME));
        creator.send("a");

        assertEquals(List.of(), shard.journal.history());
    }

    private boolean isThere(String topic) {
        TestProducer probe = shard.topicProducer(topic);
        boolean there = !probe.events.contains("closed NOT_FOUND");
        shard.runWhere(() -> shard.mailbox().detach(probe.handle));
        return there;
    }

    /** A topic with a producer and a subscriber beside the link that created it, and a message that waits. */
    private final class Busy {
        final String name = TemporaryName.topic(TemporaryName.PREFIX + "busy");
        final TemporaryLink creating;
        final TestConsumer first;
        final TestConsumer consumer;
        final TestProducer producer;

        Busy(Lifetime lifetime) {
            creating = creating(name, lifetime);
            first = shard.subscribe(Topics.volatileOne(name), creating);
            consumer = shard.subscribe(Topics.volatileOne(name));
            producer = shard.topicProducer(name);
            producer.send("m");
        }

        void endLink() {
            shard.runWhere(() -> {
                shard.mailbox().detach(first.handle);
                shard.mailbox().detached(creating, 0);
            });
        }

        void take() {
            consumer.credit(1);
            consumer.settle(0, Outcome.ACCEPTED);
        }

        void endConsumer() {
            shard.runWhere(() -> shard.mailbox().detach(consumer.handle));
        }

        void endProducer() {
            shard.runWhere(() -> shard.mailbox().detach(producer.handle));
        }
    }

    @Test
    void aConsumerMayAskForIt() {
        Busy topic = new Busy(Lifetime.DELETE_ON_CLOSE);
        topic.first.credit(10);
        assertTrue(topic.creating.isHolding());
        assertEquals(List.of("m"), topic.first.bodies());
        topic.endLink();
        assertFalse(isThere(topic.name));
        assertEquals(Kind.RESOURCE_DELETED, topic.consumer.closedBy.kind());
    }

    @Test
    void aRefusedSubscriptionLeavesNoTopicBehind() {
        TemporaryLink both = creating(NAME + "3");
        TestConsumer refused = shard.subscribe(Topics.durable("s", both.node()), both);
        assertEquals(Kind.NOT_ALLOWED, refused.closedBy.kind());
        assertFalse(isThere(both.node()));
    }

    @Test
    void itStaysWhileItHasLinks() {
        Busy topic = new Busy(Lifetime.DELETE_ON_NO_LINKS);
        topic.endLink();
        topic.endConsumer();
        assertTrue(isThere(topic.name));
        topic.endProducer();
        assertFalse(isThere(topic.name));
    }

    @Test
    void itStaysWhileAMessageWaits() {
        Busy topic = new Busy(Lifetime.DELETE_ON_NO_MESSAGES);
        topic.endLink();
        assertTrue(isThere(topic.name));
        topic.take();
        assertFalse(isThere(topic.name));
        assertEquals(Kind.RESOURCE_DELETED, topic.consumer.closedBy.kind());
    }

    @Test
    void itStaysForLinksAndForMessages() {
        Busy topic = new Busy(Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES);
        topic.endLink();
        topic.take();
        topic.endProducer();
        assertTrue(shard.topics().stream().anyMatch(each -> each.name().equals(topic.name)));
        topic.endConsumer();
        assertFalse(isThere(topic.name));
    }

    @Test
    void itsOwnersEndEndsItWhateverElse() {
        Busy topic = new Busy(Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES);
        topic.endLink();
        shard.runWhere(() -> shard.mailbox().left(owner));
        assertFalse(isThere(topic.name));
    }
}
