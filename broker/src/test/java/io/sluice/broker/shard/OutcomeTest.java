package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of a message by each outcome (AMQP 1.0 §3.4). */
class OutcomeTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void acceptedRemoves() {
        shard.publish("q", "a");
        shard.consumer("q").credit(1).settle(0, Outcome.ACCEPTED);

        assertEquals(0, shard.status("q").messages());
        assertEquals(0, shard.status("q").bytes());
    }

    @Test
    void releasedIsAvailableAgainWithItsCountUnchanged() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.RELEASED);

        assertEquals(List.of("a", "a"), consumer.bodies());
        assertEquals(0, consumer.last().deliveryCount());
        assertTrue(consumer.deliveries.get(0).firstAcquirer());
        assertFalse(consumer.last().firstAcquirer());
    }

    @Test
    void howOftenSomebodyHadItIsCountedWhateverWasSaid() {
        shard.publish("q", "a");
        TestConsumer consumer =
                shard.consumer("q").credit(3).settle(0, Outcome.RELEASED).settle(1, Outcome.FAILED);
        assertEquals(
                List.of(0, 1, 2),
                consumer.deliveries.stream().map(Delivery::acquisitions).toList());
        assertEquals(1, consumer.last().deliveryCount());

        assertEquals(1, shard.restart().consumer("q").credit(1).last().acquisitions(), "what is stored is what failed");
    }

    @Test
    void failedCountsAndTheCountSurvivesACrash() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, Outcome.FAILED);
        assertEquals(1, consumer.last().deliveryCount());

        TestConsumer after = shard.restart().consumer("q").credit(1);
        assertEquals(1, after.last().deliveryCount());
        assertFalse(after.last().firstAcquirer());
    }

    @Test
    void modifiedMergesAnnotationsAndTheySurviveACrash() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(3);
        consumer.settle(
                0, modified(Map.of("x-opt-a", new Annotations.Number(1), "x-opt-b", new Annotations.Number(1))));
        consumer.settle(1, modified(Map.of("x-opt-b", new Annotations.Text("two"))));

        Map<String, Annotations.Value> expected =
                Map.of("x-opt-a", new Annotations.Number(1), "x-opt-b", new Annotations.Text("two"));
        assertEquals(expected, consumer.last().message().added().values());
        TestConsumer after = shard.restart().consumer("q").credit(1);
        assertEquals(expected, after.last().message().added().values());
        assertEquals(0, after.last().deliveryCount());
    }

    private static Outcome modified(Map<String, Annotations.Value> annotations) {
        return new Outcome.Modified(false, false, Annotations.of(annotations));
    }

    @Test
    void undeliverableHereGoesToAnotherConsumer() {
        shard.publish("q", "a");
        TestConsumer one = shard.consumer("q").credit(2);
        TestConsumer two = shard.consumer("q").credit(2);
        one.settle(0, new Outcome.Modified(true, true, Annotations.EMPTY));

        assertEquals(List.of("a"), one.bodies());
        assertEquals(List.of("a"), two.bodies());
        assertEquals(1, two.last().deliveryCount());
    }

    @Test
    void undeliverableHereWithNobodyElseWaitsForAnotherConsumer() {
        shard.publish("q", "a", "b");
        TestConsumer one = shard.consumer("q").credit(1);
        one.settle(0, new Outcome.Modified(false, true, Annotations.EMPTY)).credit(5);

        assertEquals(List.of("a", "b"), one.bodies());
        assertEquals(List.of("a"), shard.consumer("q").credit(5).bodies());
    }

    @Test
    void undeliverableHereWithNobodyElseIsADeadLetterWhereThereIsAQueueForIt() {
        shard.queue(QueueDefinition.named("p").withDeadLetter(ShardFixture.deadLetter("dead", 0)));
        shard.publish("p", "a");
        TestConsumer one = shard.consumer("p").credit(2);
        TestConsumer two = shard.consumer("p").credit(2);
        one.settle(0, new Outcome.Modified(false, true, Annotations.EMPTY));
        two.settle(0, new Outcome.Modified(false, true, Annotations.EMPTY));

        assertEquals(List.of("a"), shard.browse("dead"));
        assertEquals(0, shard.status("p").messages());
    }

    @Test
    void rejectedWithoutDeadLetterQueueIsDropped() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(2).settle(0, new Outcome.Rejected("x", "y"));

        assertEquals(List.of("a"), consumer.settledBodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void settlingTwiceCountsOnce() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        consumer.settle(0, Outcome.RELEASED).settle(0, Outcome.ACCEPTED).settle(0, Outcome.FAILED);

        assertEquals(List.of("attached", "deliver a", "settled a"), consumer.events);
        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void aSecondOutcomeWhileTheFirstIsOnItsWayChangesNothing() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(5);
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED).settle(0, Outcome.RELEASED);
        shard.commitAll();

        assertEquals(List.of("a"), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void aMessageOnItsWayBackIsGivenToNobodyUntilThatIsCommitted() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(5);
        shard.journal.hold();
        consumer.settle(0, Outcome.FAILED);
        assertEquals(1, consumer.bodies().size());

        shard.commitAll();

        assertEquals(List.of("attached", "deliver a", "settled a", "deliver a"), consumer.events);
    }

    @Test
    void detachGivesTheLossOutcomeAndIsToldAfterAllIsSettled() {
        shard.publish("q", "a", "b");
        TestConsumer consumer =
                shard.consumer("q", Consumer.Mode.MOVE, Outcome.FAILED).credit(2);
        shard.journal.hold();
        consumer.settle(0, Outcome.ACCEPTED);
        consumer.detach();
        assertFalse(consumer.events.contains("detached"));

        shard.commitAll();

        assertEquals(
                List.of("attached", "deliver a", "deliver b", "settled a", "settled b", "detached"), consumer.events);
        TestConsumer next = shard.consumer("q").credit(2);
        assertEquals(List.of("b"), next.bodies());
        assertEquals(1, next.last().deliveryCount());
    }

    @Test
    void aSettlementFromADetachedConsumerChangesNothing() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        consumer.detach();
        consumer.settle(0, Outcome.ACCEPTED);

        assertEquals(List.of("a"), shard.browse("q"));
    }
}
