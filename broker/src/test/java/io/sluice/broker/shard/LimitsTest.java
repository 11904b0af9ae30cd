package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Delivery;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How much a queue may hold, and what gives way. */
class LimitsTest {
    private static final long MANY = QueueDefinition.UNLIMITED;

    private final ShardFixture shard = new ShardFixture();

    private ShardFixture limited(long messages, long bytes, Overflow overflow) {
        return shard.queue(QueueDefinition.named("q").withLimits(new Limits(messages, bytes, overflow, MANY)));
    }

    @Test
    void rejectNamesTheQueueTheLimitAndWhatItHolds() {
        TestProducer producer = limited(2, MANY, Overflow.REJECT).producer("q");
        producer.send("a", "b", "c");

        Refusal refusal = producer.refusals.get(0);
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, refusal.kind());
        assertEquals("queue 'q' is full: maxMessages 2, now 2", refusal.text());
        assertEquals(
                Map.<String, Object>of("queue", "q", "reason", "maxMessages", "limit", 2L, "current", 2L),
                refusal.info());
    }

    @Test
    void whatIsRefusedForWantOfRoomMayBeADeadLetter() {
        QueueDefinition full = QueueDefinition.named("q")
                .withLimits(new Limits(1, MANY, Overflow.REJECT_DEAD_LETTER, MANY))
                .withDeadLetter(ShardFixture.deadLetter("dead", 0));
        shard.queue(full);
        TestProducer producer = shard.producer("q");
        producer.send("a", "b");

        assertEquals(List.of("attached", "accepted a", "refused b"), producer.events);
        assertEquals(List.of("a"), shard.browse("q"));
        assertEquals(List.of("b"), shard.browse("dead"));
        Annotations why = shard.consumer("dead").credit(1).last().message().added();
        assertEquals(new Annotations.Text("q"), why.get("x-opt-dead-letter-queue"));
        assertEquals(new Annotations.Text("overflow"), why.get("x-opt-dead-letter-reason"));
        assertEquals(null, why.get("x-opt-dead-letter-sequence"));
    }

    @Test
    void withoutAPlaceForDeadLettersOrInItsOwnItIsJustRefused() {
        for (Optional<String> target : List.of(Optional.<String>empty(), Optional.of("q"))) {
            ShardFixture alone = new ShardFixture()
                    .queue(QueueDefinition.named("q")
                            .withLimits(new Limits(1, MANY, Overflow.REJECT_DEAD_LETTER, MANY))
                            .withDeadLetter(new QueueDefinition.DeadLetter(target, Optional.empty(), 0)));
            TestProducer producer = alone.producer("q");
            producer.send("a", "b");
            assertEquals(1, producer.refusals.size());
            assertEquals(List.of("a"), alone.browse("q"));
        }
    }

    @Test
    void rejectByBytes() {
        TestProducer producer = limited(MANY, 10, Overflow.REJECT).producer("q");
        producer.send("12345", "123456", "12345");

        assertEquals(List.of("12345", "12345"), producer.accepted);
        assertEquals(
                Map.<String, Object>of("queue", "q", "reason", "maxBytes", "limit", 10L, "current", 5L),
                producer.refusals.get(0).info());
    }

    @Test
    void messagesThatAreNotCommittedYetCount() {
        TestProducer producer = limited(2, MANY, Overflow.REJECT).producer("q");
        shard.journal.hold();
        producer.send("a", "b", "c");

        assertEquals(List.of("attached", "refused c"), producer.events);
    }

    @Test
    void lockedMessagesCountAndSettledOnesMakeRoom() {
        TestProducer producer = limited(1, MANY, Overflow.REJECT).producer("q");
        TestConsumer consumer = shard.consumer("q").credit(5);
        producer.send("a", "b");
        consumer.settle(0, Outcome.ACCEPTED);
        producer.send("c");

        assertEquals(List.of("a", "c"), producer.accepted);
    }

    @Test
    void dropHeadDropsTheOldestOfTheLowestLevel() {
        TestProducer producer = limited(3, MANY, Overflow.DROP_HEAD).producer("q");
        producer.send(ShardFixture.withPriority("1a", 1))
                .send(ShardFixture.withPriority("0a", 0))
                .send(ShardFixture.withPriority("0b", 0))
                .send(ShardFixture.withPriority("9a", 9))
                .send(ShardFixture.withPriority("9b", 9))
                .send(ShardFixture.withPriority("9c", 9));

        assertEquals(List.of("9a", "9b", "9c"), shard.browse("q"));
        assertEquals(6, producer.accepted.size());
    }

    @Test
    void dropHeadMakesDeadLettersWhereThereIsAQueueForThem() {
        shard.queue(QueueDefinition.named("q")
                .withLimits(new Limits(1, MANY, Overflow.DROP_HEAD, MANY))
                .withDeadLetter(ShardFixture.deadLetter("dead", 0)));
        shard.publish("q", "a", "b");

        assertEquals(List.of("b"), shard.browse("q"));
        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals(
                new Annotations.Text("overflow"),
                dead.message().added().values().get("x-opt-dead-letter-reason"));
    }

    @Test
    void dropHeadDoesNotDropWhatIsLocked() {
        TestProducer producer = limited(1, MANY, Overflow.DROP_HEAD).producer("q");
        shard.consumer("q").credit(1);
        producer.send("a", "b");

        assertEquals(List.of("attached", "accepted a", "refused b"), producer.events);
    }

    @Test
    void dropHeadDropsNothingForAMessageThatCannotFitAnyway() {
        TestProducer producer = limited(MANY, 10, Overflow.DROP_HEAD).producer("q");
        producer.send("12345", "1234", "larger than ten");

        assertEquals(List.of("12345", "1234"), shard.browse("q"));
        assertEquals(1, producer.refusals.size());
    }

    @Test
    void dropHeadTakesABurstThatIsNotCommittedYet() {
        TestProducer producer = limited(2, MANY, Overflow.DROP_HEAD).producer("q");
        shard.journal.hold();
        producer.send("a", "b", "c", "d");
        shard.commitAll();
        shard.commitAll();

        assertEquals(List.of("a", "b", "c", "d"), producer.accepted);
        assertEquals(List.of("c", "d"), shard.browse("q"));
        assertEquals(List.of("c", "d"), shard.restart().browse("q"));
    }

    @Test
    void blockShutsTheCreditAndStillTakesWhatWasSent() {
        TestProducer producer = limited(2, MANY, Overflow.BLOCK).producer("q");
        producer.send("a", "b");
        assertFalse(producer.creditOpen);
        producer.send("c");
        assertEquals(List.of("a", "b", "c"), producer.accepted);

        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.ACCEPTED);
        assertFalse(producer.creditOpen);
        consumer.settle(1, Outcome.ACCEPTED);

        assertTrue(producer.creditOpen);
        assertEquals(1, producer.events.stream().filter("open"::equals).count());
    }

    @Test
    void blockShutsTheCreditBeforeTheJournalHasCommitted() {
        TestProducer producer = limited(1, MANY, Overflow.BLOCK).producer("q");
        shard.journal.hold();
        producer.send("a");

        assertEquals(List.of("attached", "shut: queue 'q' is full"), producer.events);
    }

    @Test
    void aProducerThatAttachesToAFullQueueGetsNoCreditUntilThereIsRoom() {
        limited(1, MANY, Overflow.BLOCK).publish("q", "a");
        TestProducer late = shard.producer("q");
        assertEquals(List.of("attached", "shut: queue 'q' is full"), late.events);
        shard.purge("q");

        assertTrue(late.creditOpen);
    }

    @Test
    void aProducerThatAttachesWhileAQueueIsFullForAMomentIsNotShutForEver() {
        TestProducer first = limited(1, MANY, Overflow.BLOCK).producer("q");
        TestProducer late = new TestProducer(shard, Optional.of("q"));
        ShardFixture.Answer<Long> purged = new ShardFixture.Answer<>();
        first.post("q", ShardFixture.transientMessage("a"));
        shard.mailbox().attach(late.handle);
        shard.mailbox().purge("q", shard.client, purged);
        shard.run();

        assertEquals(1, purged.value());
        assertTrue(late.creditOpen, () -> "hears " + late.events);
    }
}
