package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.port.Metrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** What a shard tells about itself is what is in it, as of the last tick. */
class ShardMetersTest {
    private final Gauges gauges = new Gauges();
    private final ShardFixture shard = new ShardFixture(
            new HeldJournal(),
            new NaiveStore(),
            new TestLargeBodies(),
            new ShardLimits(20_000, 1 << 20, 1 << 20, 1 << 10),
            name -> java.util.Optional.empty(),
            gauges);

    private static final class Gauges implements Metrics {
        private final Map<String, DoubleSupplier> byName = new HashMap<>();
        private final Map<String, Long> counts = new HashMap<>();

        @Override
        public Counter counter(String name, Unit unit, String description, String... tags) {
            return amount -> counts.merge(name, amount, Long::sum);
        }

        @Override
        public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {
            byName.put(name + String.join("=", tags), value);
        }

        @Override
        public Distribution distribution(String name, Unit unit, String description, String... tags) {
            return Metrics.NONE.distribution(name, unit, description, tags);
        }

        double value(String name) {
            return byName.get("sluice.shard." + name).getAsDouble();
        }
    }

    @Test
    void messagesCountUntilTheyAreSettled() {
        shard.queue("q").queue("r").publish("q", "a", "b");
        shard.publish("r", "c");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.advance(100);
        assertEquals(2, gauges.value("queues"));
        assertEquals(3, gauges.value("messages"));

        consumer.settle(0, Outcome.ACCEPTED);
        shard.commitAll();
        shard.advance(100);

        assertEquals(2, gauges.value("messages"));
    }

    @Test
    void messagesCountByPriorityWhereThatMatters() {
        shard.queue("q").queue("r").declare(QueueDefinition.named("f").withService(QueueDefinition.Service.FIFO));
        for (String queue : List.of("q", "r", "f")) {
            shard.producer(queue).send(ShardFixture.withPriority("high", 7));
        }
        shard.advance(100);
        assertEquals(2, gauges.value("priority.messagespriority=7"));
        assertEquals(0, gauges.value("priority.messagespriority=4"));

        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);
        shard.advance(100);
        assertEquals(1, gauges.value("priority.messagespriority=7"));
    }

    @Test
    void copiesThatAreNotStoredAreCountedAlsoWhenTheirQueueIsGone() {
        shard.queue(QueueDefinition.named("q").withDeduplication(new QueueDefinition.Deduplication(5, 5, "")));
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 3; i++) {
            producer.sendAs("1", ShardFixture.message("a", io.sluice.broker.Message.Header.DURABLE));
        }
        shard.delete("q", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(2, gauges.counts.get("sluice.shard.duplicates"));
    }

    @Test
    void whatHasAPageIsUnstoredNoMoreAndMayBeOut() {
        shard.queue("q");
        for (int i = 0; i < 50; i++) {
            shard.publish("q", "message " + i);
        }
        shard.advance(100);
        double unstored = gauges.value("memory.unstored");
        assertTrue(unstored > 10_000, "unstored: " + unstored);
        assertTrue(gauges.value("memory") >= unstored);
        assertEquals(20_000, gauges.value("memory.limit"));

        shard.storeRest();
        shard.runWhere(shard.store::complete);
        shard.advance(100);

        assertTrue(gauges.value("memory.unstored") < unstored);
        assertTrue(gauges.value("messages.out") > 0);
        assertEquals(50, gauges.value("messages"));
    }

    @Test
    void whatReceiversHaveStillToLookAtTakesMemoryUntilTheyHaveOrGo() {
        shard.queue(QueueDefinition.named("t").withDispatching(Dispatching.DEFAULT.withNonDestructive(true)));
        TestProducer producer = shard.producer("t");
        for (int i = 0; i < 10; i++) {
            producer.send(ScheduledTest.delayed("later " + i, 10_000));
        }
        shard.publish("t", "now");
        double queue = memory();
        TestConsumer one = shard.consumer("t").credit(1);
        TestConsumer other = shard.consumer("t").credit(1);
        shard.advance(10_000);
        assertEquals(List.of("now"), other.bodies());
        double listed = memory() - queue;
        assertTrue(listed >= 2 * 10 * 16, "for 20 numbers: " + listed);
        one.credit(10);
        assertEquals(11, one.bodies().size());
        assertEquals(listed / 2, memory() - queue);
        other.detach();
        assertEquals(queue, memory());
        TestConsumer third = shard.consumer("t").credit(1);
        shard.runWhere(
                () -> shard.mailbox().moves().move("t", "nowhere", 10, shard.client, new ShardFixture.Answer<>()));
        assertEquals(1, third.bodies().size());
        assertEquals(queue, memory(), "what came back is not kept in mind");
        shard.purge("t");
        third.detach();
        one.detach();
        shard.delete("t", ShardMailbox.DeleteCondition.ALWAYS);
        assertEquals(0, memory());
    }

    @Test
    void producersThatAreHeldBackAreSeen() {
        shard.queue("q").advance(100);
        assertEquals(0, gauges.value("producers.held"));

        shard.runWhere(() -> shard.journal.listener().roomLow(true, "the disk is full"));
        shard.advance(100);

        assertEquals(1, gauges.value("producers.held"));
    }

    private double memory() {
        shard.advance(100);
        return gauges.value("memory");
    }

    private double unstored() {
        shard.advance(100);
        return gauges.value("memory.unstored");
    }

    /** Subscribers of one topic. */
    private List<TestConsumer> subscribers(int count) {
        List<TestConsumer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(shard.subscribe(Topics.durable("s" + i, "t")));
        }
        return all;
    }

    @Test
    void aMessageToATopicTakesItsBytesOnce() {
        List<TestConsumer> subscribers = subscribers(10);
        double before = memory();
        shard.topicProducer("t").send("x".repeat(5_000));
        double taken = memory() - before;
        assertTrue(taken >= 5_000 && taken < 10_000, "for one body, and ten places");
        assertEquals(taken, unstored());
        assertTrue(shard.topicProducer("t").creditOpen, "ten times so much would be more than there is");

        for (int i = 0; i < 9; i++) {
            subscribers.get(i).credit(1).settle(0, Outcome.ACCEPTED);
        }
        taken = memory() - before;
        assertTrue(taken >= 5_000 && taken < 6_000, "one has it still");
        assertEquals(taken, unstored());
        subscribers.get(9).credit(1).settle(0, Outcome.ACCEPTED);
        assertEquals(before, memory());
        assertEquals(0, unstored());
    }

    @Test
    void soItDoesWhenItIsReturnedRecoveredOrGone() {
        List<TestConsumer> subscribers = subscribers(3);
        double before = memory();
        shard.topicProducer("t").send("x".repeat(7_000));
        double taken = memory() - before;
        subscribers.get(0).credit(1).settle(0, Outcome.FAILED);
        assertEquals(before + taken, memory());
        assertEquals(taken, unstored());

        ShardFixture after = shard.restart();
        assertTrue(after.topicProducer("t").creditOpen);
        subscribers.get(0).leave(SubscriptionRequest.Leaving.CLOSE);
        subscribers.get(1).leave(SubscriptionRequest.Leaving.CLOSE);
        double left = memory() - before;
        assertTrue(left >= 7_000 && left < 8_000, () -> "of one queue: " + left);
        subscribers.get(2).leave(SubscriptionRequest.Leaving.CLOSE);
        assertEquals(before, memory());
        assertEquals(0, unstored());
    }

    @Test
    void whatIsReadFromPagesIsCountedWhereItIs() {
        List<TestConsumer> subscribers = subscribers(3);
        for (int i = 0; i < 20; i++) {
            shard.topicProducer("t").send("x".repeat(500));
        }
        shard.checkpoint();
        assertEquals(0, unstored());
        for (TestConsumer each : subscribers) {
            each.credit(20);
            each.acceptAll();
        }
        assertEquals(0, unstored());
        for (TestConsumer each : subscribers) {
            each.leave(SubscriptionRequest.Leaving.CLOSE);
        }
        assertEquals(0, memory());
    }
}
