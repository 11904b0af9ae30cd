package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When the node is short of something, producers stop and consumers do not. */
class PressureTest {
    private static TestProducer large(TestProducer producer, int bytes) {
        return producer.send(ShardFixture.message("x".repeat(bytes), Message.Header.DURABLE));
    }

    @Test
    void nineTenthsOfTheMemoryShutsEveryProducerAndConsumersReopenIt() {
        ShardFixture shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10))
                .queue("q")
                .queue("r");
        TestProducer producer = shard.producer("q");
        TestProducer other = shard.producer("r");
        TestProducer anonymous = shard.anonymous();
        large(producer, 9_001);
        for (TestProducer each : List.of(producer, other, anonymous, shard.producer("r"), shard.anonymous())) {
            assertFalse(each.creditOpen);
        }

        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);

        for (TestProducer each : List.of(producer, other, anonymous, shard.producer("r"), shard.anonymous())) {
            assertTrue(each.creditOpen);
        }
    }

    @Test
    void messagesAboveTheMemoryAreRefused() {
        ShardFixture shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        large(large(producer, 10_001), 1);

        assertEquals(
                Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, producer.refusals.get(0).kind());
        assertEquals("memory", producer.refusals.get(0).info().get("reason"));
    }

    @Test
    void manySmallMessagesCountForWhatTheyCost() {
        ShardFixture shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 40; i++) {
            large(producer, 1);
        }

        assertFalse(producer.creditOpen);
    }

    @Test
    void messagesThatWaitForTheJournalCountAsMemory() {
        ShardFixture shard = new ShardFixture(new ShardLimits(10_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        large(large(producer, 10_001), 1);

        assertEquals(1, producer.refusals.size());
    }

    @Test
    void aSlowJournalShutsTheCreditUntilHalfIsWritten() {
        ShardFixture shard = new ShardFixture(new ShardLimits(1 << 20, 3_000, 1, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        shard.journal.hold();
        for (int i = 0; i < 4; i++) {
            large(producer, 1_000);
        }
        assertFalse(producer.creditOpen);
        shard.commit(2);
        assertFalse(producer.creditOpen);
        shard.commit(1);
        assertTrue(producer.creditOpen);
    }

    @Test
    void aFullDiskShutsTheCreditAndConsumersGoOn() {
        ShardFixture shard = new ShardFixture().queue("q");
        TestProducer producer = shard.publish("q", "a");
        shard.runWhere(() -> shard.journal.listener().roomLow(true, "the disk is nearly full"));
        assertEquals(List.of("attached", "accepted a", "shut: the disk is nearly full"), producer.events);

        TestConsumer consumer = shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        assertEquals(List.of("a"), consumer.settledBodies());
        shard.runWhere(() -> shard.journal.listener().roomLow(false, ""));

        assertTrue(producer.creditOpen);
    }

    @Test
    void pressureThatComesAndGoesWithinATurnShutsNobodyForEver() {
        ShardFixture shard = new ShardFixture(new ShardLimits(1_000, 1 << 20, 1 << 20, 1 << 10)).queue("q");
        TestProducer producer = shard.producer("q");
        TestProducer late = new TestProducer(shard, Optional.of("q"));
        TestProducer lateAnonymous = new TestProducer(shard, Optional.empty());
        producer.post("q", ShardFixture.transientMessage("x".repeat(950)));
        shard.mailbox().attach(late.handle);
        shard.mailbox().attach(lateAnonymous.handle);
        shard.mailbox().purge("q", shard.client, new ShardFixture.Answer<>());
        shard.run();

        assertTrue(producer.creditOpen);
        assertTrue(late.creditOpen);
        assertTrue(lateAnonymous.creditOpen);
    }
}
