package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Consumer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Messages whose body is kept apart: the body is there as long as a message refers to it, and no longer. */
class LargeMessageTest {
    private static final long GIGABYTE = 1L << 30;

    private final ShardFixture shard = new ShardFixture();
    private final TestLargeBodies bodies = shard.bodies;

    private static Message head(String text, long ttlMillis) {
        return ShardFixture.message(
                text, new Message.Header(0, true, Message.DEFAULT_PRIORITY, ttlMillis, Message.NONE));
    }

    private Message large(String head) {
        return head(head, Message.NONE).withBody(bodies.add(GIGABYTE));
    }

    @Test
    void aConsumedMessageTakesItsBodyAlongWhenItsRemovalIsDurable() {
        shard.queue("q").producer("q").send(large("h"));
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.journal.hold();
        consumer.acceptAll();
        assertEquals(Set.of(1L), bodies.present);
        shard.commitAll();
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void aDeadLetterOfAQueueThatIsNotDurableKeepsItsBodyUntilItIsOnTheDisk() {
        shard.queue(QueueDefinition.named("q").withDurable(false).withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.queue("dead").producer("q").send(large("h"));
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.journal.hold();
        consumer.settle(0, new Outcome.Rejected("", ""));
        assertEquals(Set.of(1L), bodies.present);
        shard.commitAll();
        assertEquals(Set.of(1L), bodies.present);
        shard.consumer("dead").credit(1).acceptAll();
        shard.commitAll();
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void aDeadLetterSharesTheBody() {
        shard.queue(QueueDefinition.named("q").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.queue("dead").producer("q").send(large("h"));
        shard.consumer("q").credit(1).settle(0, new Outcome.Rejected("", ""));
        assertEquals(Set.of(1L), bodies.present);
        TestConsumer undertaker = shard.consumer("dead").credit(1);
        assertEquals(
                new LargeBody(1, GIGABYTE),
                undertaker.last().message().largeBody().orElseThrow());
        undertaker.acceptAll();
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void whatIsReturnedKeepsItsBody() {
        shard.queue("q").producer("q").send(large("h"));
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.FAILED);
        assertEquals(1, consumer.last().deliveryCount());
        assertTrue(consumer.last().message().isLarge());
        ShardFixture after = shard.restart();
        assertTrue(after.consumer("q").credit(1).last().message().isLarge());
        assertEquals(Set.of(1L), after.bodies.present);
    }

    @Test
    void expiryPurgeAndDeletionTakeTheBody() {
        shard.queue("q").queue("r").producer("q").send(head("late", 10).withBody(bodies.add(5)));
        shard.advance(11);
        assertEquals(Set.of(), bodies.present);
        shard.producer("q").send(large("a"));
        shard.purge("q").value();
        assertEquals(Set.of(), bodies.present);
        shard.producer("r").send(large("b"));
        shard.consumer("r").credit(1);
        shard.delete("r", ShardMailbox.DeleteCondition.ALWAYS).value();
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void aRefusedMessageLeavesNoBody() {
        shard.queue(QueueDefinition.named("q").withLimits(new Limits(1, 1 << 20, Overflow.REJECT, Long.MAX_VALUE)));
        TestProducer producer = shard.producer("q").send(large("too much"));
        assertEquals(1, producer.refusals.size());
        shard.anonymous().sendTo("nowhere", large("lost"));
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void aMessageOnItsWayIntoAQueueThatGoesLeavesNoBody() {
        shard.queue("q");
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        producer.send(large("h"));
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(Set.of(1L), bodies.present);
        shard.commitAll();
        assertEquals(Set.of(), bodies.present);
        ShardFixture after = shard.restart();
        assertEquals(Set.of(), after.bodies.present);
    }

    @Test
    void thePresettledConsumerHasTheMessageBeforeTheBodyGoes() {
        shard.queue("q").producer("q").send(large("h"));
        TestConsumer consumer = new TestConsumer(shard, "q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED) {
            @Override
            public void deliver(io.sluice.broker.queue.Delivery delivery) {
                super.deliver(delivery);
                // A front end opens it here.
                events.add(bodies.present.contains(1L) ? "there" : "gone");
            }
        };
        shard.mailbox().attach(consumer.handle);
        consumer.credit(1);
        assertEquals(List.of("attached", "deliver h", "there"), consumer.events);
        assertEquals(Set.of(), bodies.present);
    }

    @Test
    void limitsCountTheWholeAndMemoryWhatIsInIt() {
        ShardFixture small = new ShardFixture(new ShardLimits(1 << 20, 1 << 20, 1 << 16, 1 << 16));
        small.queue(
                QueueDefinition.named("q").withLimits(new Limits(10, 2 * GIGABYTE, Overflow.REJECT, Long.MAX_VALUE)));
        TestProducer producer = small.producer("q");
        producer.send(head("a", Message.NONE).withBody(small.bodies.add(GIGABYTE - 1)));
        producer.send(head("b", Message.NONE).withBody(small.bodies.add(GIGABYTE - 1)));
        assertEquals(2, producer.accepted.size());
        assertTrue(producer.creditOpen, "two gigabytes are not in memory");
        assertEquals(2 * GIGABYTE, small.status("q").bytes());
        producer.send(head("c", Message.NONE).withBody(small.bodies.add(1)));
        assertEquals(1, producer.refusals.size());
    }

    @Test
    void whatIsLeftOfADamagedMessageIsADeadLetter() {
        shard.queue(QueueDefinition.named("q").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.queue(QueueDefinition.named("dead").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.producer("q").send(large("head|"));
        shard.consumer("q").credit(1).settle(0, new Outcome.Damaged());
        assertEquals(Set.of(), bodies.present);
        TestConsumer undertaker = shard.consumer("dead").credit(1);
        Message left = undertaker.last().message();
        assertFalse(left.isLarge());
        assertEquals("head|\0Sw@", TestConsumer.body(undertaker.last()));
        assertEquals(
                "Text[value=damaged]",
                left.added().values().get("x-opt-dead-letter-reason").toString());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void aDamagedDeadLetterIsReplacedWhereItIs() {
        shard.queue(QueueDefinition.named("dead").withDeadLetter(ShardFixture.deadLetter("dead", 1)));
        shard.producer("dead").send(large("head|"));
        TestConsumer undertaker = shard.consumer("dead").credit(2).settle(0, new Outcome.Damaged());
        assertEquals(2, undertaker.deliveries.size());
        assertFalse(undertaker.last().message().isLarge());
        assertEquals(1, shard.status("dead").messages());
    }

    @Test
    void aStartRemovesWhatNothingRefersToAndSurvivesWhatIsMissing() {
        shard.queue("q").producer("q").send(large("kept")).send(large("missing"));
        bodies.add(7);
        bodies.present.remove(2L);
        ShardFixture after = shard.restart();
        assertEquals(Set.of(1L), after.bodies.present);
        assertEquals(List.of(), after.failures);
        assertEquals(2, after.status("q").messages());
        assertEquals(
                Optional.of(new LargeBody(1, GIGABYTE)),
                after.consumer("q").credit(1).last().message().largeBody());
    }

    @Test
    void aCheckpointKeepsTheReference() {
        shard.queue("q").producer("q").send(large("h"));
        shard.checkpoint();
        ShardFixture after = shard.restart();
        assertEquals(Set.of(1L), after.bodies.present);
        after.consumer("q").credit(1).acceptAll();
        assertEquals(Set.of(), after.bodies.present);
        assertEquals(Set.of(), after.restart().bodies.present);
    }
}
