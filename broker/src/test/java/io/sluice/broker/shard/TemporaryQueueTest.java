package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Lifetime;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Consumer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Temporary queues: whose they are and what ends them (AMQP 1.0 §3.5.10 to §3.5.13). */
class TemporaryQueueTest {
    private static final String NAME = TemporaryName.PREFIX + "abc";
    private static final TemporaryLink.Limits LIMITS = new TemporaryLink.Limits(2, 3);

    /** Anything may be created by itself, if it were for the pattern. */
    private final ShardFixture shard = new ShardFixture(name -> Optional.of(QueueDefinition.named(name)));

    private final Client owner = shard.client;
    private final Client other = () -> {};

    private TemporaryLink creating(String name, Lifetime lifetime) {
        return TemporaryLink.creating(shard.client, "link", name, lifetime, LIMITS);
    }

    private TestConsumer consumer(TemporaryLink link, String name) {
        TestConsumer consumer = new TestConsumer(shard, name, Consumer.Mode.MOVE, Outcome.RELEASED);
        shard.runWhere(() -> shard.mailbox().attach(consumer.handle, link));
        return consumer;
    }

    private TestProducer producer(TemporaryLink link, String name) {
        TestProducer producer = new TestProducer(shard, Optional.of(name));
        shard.runWhere(() -> shard.mailbox().attach(producer.handle, link));
        return producer;
    }

    /** The consumer that created it detaches. */
    private void detach(TestConsumer consumer, TemporaryLink link, long waitMillis) {
        consumer.detach();
        shard.runWhere(() -> shard.mailbox().detached(link, waitMillis));
    }

    private void left(Client client) {
        shard.runWhere(() -> shard.mailbox().left(client));
    }

    private boolean exists() {
        return shard.list().stream()
                .anyMatch(status -> status.definition().name().equals(NAME));
    }

    @Test
    void itIsCreatedWithItsLinkAndGoesWithIt() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        TestConsumer consumer = consumer(link, NAME).credit(10);
        assertTrue(link.isHolding());
        assertFalse(shard.status(NAME).definition().durable());
        TestProducer producer = shard.publish(NAME, "a");
        assertEquals(List.of("attached", "deliver a"), consumer.events);

        detach(consumer, link, 0);

        assertFalse(exists());
        assertEquals(List.of("attached", "deliver a", "settled a", "detached"), consumer.events);
        assertEquals("closed RESOURCE_DELETED", producer.events.get(producer.events.size() - 1));
    }

    @Test
    void itIsNotDurable() {
        consumer(creating(NAME, Lifetime.DELETE_ON_CLOSE), NAME);
        shard.publish(NAME, "a");

        assertEquals(List.of(), shard.journal.history());
        assertEquals(List.of(), shard.restart().list());
    }

    @Test
    void itsNameIsNeverCreatedAgain() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        detach(consumer(link, NAME), link, 0);

        assertEquals(Kind.NOT_FOUND, shard.consumer(NAME).closedBy.kind());
        assertEquals(List.of("closed NOT_FOUND"), shard.producer(NAME).events);
        assertEquals(
                Kind.NOT_FOUND,
                consumer(TemporaryLink.returning(owner, "link", NAME), NAME)
                        .closedBy
                        .kind());
        TestProducer anonymous = shard.anonymous().sendTo(NAME, ShardFixture.transientMessage("a"));
        assertEquals(Kind.NOT_FOUND, anonymous.refusals.get(0).kind());
        assertEquals(
                Kind.NOT_ALLOWED,
                shard.declare(QueueDefinition.named(NAME)).refusal().kind());
        assertFalse(exists());
    }

    @Test
    void aNameThatIsInUseIsNotGivenTwice() {
        consumer(creating(NAME, Lifetime.DELETE_ON_CLOSE), NAME);
        assertEquals(
                Kind.NOT_ALLOWED,
                consumer(creating(NAME, Lifetime.DELETE_ON_CLOSE), NAME)
                        .closedBy
                        .kind());
        assertEquals(
                Kind.NOT_ALLOWED,
                consumer(creating("q", Lifetime.DELETE_ON_CLOSE), "q").closedBy.kind());
    }

    @Test
    void onlyItsClientConsumesAndAnybodySends() {
        TestConsumer consumer =
                consumer(creating(NAME, Lifetime.DELETE_ON_CLOSE), NAME).credit(10);
        shard.client = other;
        assertEquals(Kind.RESOURCE_LOCKED, shard.consumer(NAME).closedBy.kind());
        assertEquals(Kind.RESOURCE_LOCKED, shard.browser(NAME).closedBy.kind());
        shard.publish(NAME, "a");
        assertEquals(List.of("a"), consumer.bodies());
        shard.client = owner;
        assertNull(shard.consumer(NAME).closedBy);
    }

    @Test
    void deleteOnNoLinksWaitsForTheOtherLinks() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_NO_LINKS);
        TestProducer first = producer(link, NAME).send("a");
        TestProducer second = shard.producer(NAME);
        TestConsumer third = shard.consumer(NAME);
        shard.runWhere(() -> {
            shard.mailbox().detach(first.handle);
            shard.mailbox().detached(link, 0);
        });
        assertTrue(exists());
        third.detach();
        assertTrue(exists());
        shard.runWhere(() -> shard.mailbox().detach(second.handle));
        assertFalse(exists());
    }

    @Test
    void deleteOnNoLinksLivesWithItsOwnLinkAlone() {
        producer(creating(NAME, Lifetime.DELETE_ON_NO_LINKS), NAME);
        shard.consumer(NAME).detach();
        assertTrue(exists());
    }

    @Test
    void deleteOnNoMessagesWaitsForTheLastMessage() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_NO_MESSAGES);
        TestConsumer creator = consumer(link, NAME);
        shard.publish(NAME, "a", "b");
        detach(creator, link, 0);
        assertTrue(exists());
        TestConsumer consumer = shard.consumer(NAME).credit(10);
        consumer.settle(0, Outcome.ACCEPTED);
        assertTrue(exists());
        consumer.settle(1, Outcome.ACCEPTED);
        assertFalse(exists());
        assertEquals(Kind.RESOURCE_DELETED, consumer.closedBy.kind());
    }

    @Test
    void deleteOnNoMessagesLivesWithItsLinkEvenIfEmpty() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_NO_MESSAGES);
        TestConsumer creator = consumer(link, NAME).credit(10);
        shard.publish(NAME, "a");
        creator.settle(0, Outcome.ACCEPTED);
        assertTrue(exists());
        detach(creator, link, 0);
        assertFalse(exists());
    }

    @Test
    void deleteOnNoLinksOrMessagesWaitsForBoth() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES);
        TestConsumer creator = consumer(link, NAME);
        TestProducer producer = shard.publish(NAME, "a");
        detach(creator, link, 0);
        shard.runWhere(() -> shard.mailbox().detach(producer.handle));
        assertTrue(exists(), "a message is left");
        TestConsumer consumer = shard.consumer(NAME).credit(10);
        consumer.settle(0, Outcome.ACCEPTED);
        assertTrue(exists(), "a link is left");
        consumer.detach();
        assertFalse(exists());
    }

    @Test
    void whateverItWaitsForItsConnectionTakesItAlong() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_NO_LINKS_OR_MESSAGES);
        TestConsumer creator = consumer(link, NAME);
        shard.client = other;
        TestProducer producer = shard.publish(NAME, "a");
        shard.client = owner;
        detach(creator, link, 0);
        assertTrue(exists());
        left(other);
        assertTrue(exists());
        left(owner);
        assertFalse(exists());
        assertEquals("closed RESOURCE_DELETED", producer.events.get(producer.events.size() - 1));
    }

    @Test
    void theLinkMayComeBackInTime() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        TestConsumer creator = consumer(link, NAME);
        shard.publish(NAME, "a");
        detach(creator, link, 5_000);
        left(owner);
        shard.advance(4_999);
        assertTrue(exists());
        shard.client = other;
        assertEquals(Kind.RESOURCE_LOCKED, shard.consumer(NAME).closedBy.kind());

        TemporaryLink back = TemporaryLink.returning(other, "link", NAME);
        TestConsumer again = consumer(back, NAME).credit(10);

        assertTrue(back.isHolding());
        assertEquals(List.of("a"), again.bodies());
        shard.advance(10_000);
        assertTrue(exists());
        // What the old one says now is out of date.
        shard.runWhere(() -> shard.mailbox().detached(link, 0));
        left(owner);
        assertTrue(exists());
        left(other);
        assertFalse(exists());
    }

    @Test
    void itEndsWhenItsLinkDoesNotComeBackInTime() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        detach(consumer(link, NAME), link, 5_000);
        left(owner);
        shard.advance(5_000);
        assertFalse(exists());
    }

    @Test
    void anotherLinkHoldsNothing() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        TestConsumer creator = consumer(link, NAME);
        TemporaryLink another = TemporaryLink.returning(owner, "another", NAME);
        TestConsumer consumer = consumer(another, NAME);
        assertFalse(another.isHolding());
        detach(consumer, another, 0);
        assertTrue(exists());
        detach(creator, link, 0);
        assertFalse(exists());
    }

    @Test
    void thereIsALimitForEachClientAndForAll() {
        TemporaryLink first = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        TestConsumer creator = consumer(first, NAME);
        consumer(creating(NAME + 2, Lifetime.DELETE_ON_CLOSE), NAME + 2);
        TestConsumer third = consumer(creating(NAME + 3, Lifetime.DELETE_ON_CLOSE), NAME + 3);
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, third.closedBy.kind());
        shard.client = other;
        assertNull(consumer(creating(NAME + 4, Lifetime.DELETE_ON_CLOSE), NAME + 4).closedBy);
        TestConsumer fifth = consumer(creating(NAME + 5, Lifetime.DELETE_ON_CLOSE), NAME + 5);
        assertEquals(Kind.RESOURCE_LIMIT_EXCEEDED, fifth.closedBy.kind());
        shard.client = owner;
        detach(creator, first, 0);
        assertNull(consumer(creating(NAME + 6, Lifetime.DELETE_ON_CLOSE), NAME + 6).closedBy);
    }

    @Test
    void whatAnAdministratorDeletesIsForgotten() {
        TemporaryLink link = creating(NAME, Lifetime.DELETE_ON_CLOSE);
        TestConsumer creator = consumer(link, NAME);
        shard.delete(NAME, ShardMailbox.DeleteCondition.ALWAYS).value();
        assertEquals(Kind.RESOURCE_DELETED, creator.closedBy.kind());
        detach(creator, link, 0);
        left(owner);
        // And its place is free.
        assertNull(consumer(creating(NAME + 2, Lifetime.DELETE_ON_CLOSE), NAME + 2).closedBy);
        assertNull(consumer(creating(NAME + 3, Lifetime.DELETE_ON_CLOSE), NAME + 3).closedBy);
    }
}
