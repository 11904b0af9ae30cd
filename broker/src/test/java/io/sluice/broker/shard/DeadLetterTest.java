package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.record.JournalRecord;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where messages go that cannot be delivered, and what is written on them. */
class DeadLetterTest {
    private final ShardFixture shard =
            new ShardFixture().queue(QueueDefinition.named("q").withDeadLetter(ShardFixture.deadLetter("dead", 2)));

    private static String text(Delivery delivery, String key) {
        Annotations.Value value = delivery.message().added().values().get("x-opt-dead-letter-" + key);
        return value instanceof Annotations.Text text ? text.value() : String.valueOf(value);
    }

    @Test
    void rejectedGoesToTheDeadLetterQueueWithItsReason() {
        shard.publish("q", "a");
        shard.now += 7;
        shard.consumer("q").credit(1).settle(0, new Outcome.Rejected("app:bad", "no such order"));

        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals("a", TestConsumer.body(dead));
        assertEquals("q", text(dead, "queue"));
        assertEquals("rejected", text(dead, "reason"));
        assertEquals("app:bad", text(dead, "condition"));
        assertEquals("no such order", text(dead, "description"));
        assertEquals(
                Map.of(
                        "x-opt-dead-letter-time",
                        new Annotations.Timestamp(ShardFixture.EPOCH + 7),
                        "x-opt-dead-letter-delivery-count",
                        new Annotations.Number(0)),
                only(dead, "x-opt-dead-letter-time", "x-opt-dead-letter-delivery-count"));
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void theTimeToLiveThatItsProducerGaveIsToldOfTheMoveThatEndsIt() {
        shard.producer("q").send(ShardFixture.withTtl("a", 50));
        shard.consumer("q").credit(1).settle(0, new Outcome.Rejected("app:bad", ""));
        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals(new Annotations.Number(50), dead.message().added().get("x-opt-dead-letter-ttl"));
        Annotations.Maps history = (Annotations.Maps) dead.message().added().get("x-opt-dead-letter-history");
        assertEquals(new Annotations.Number(50), history.maps().get(0).get("ttl"));
        shard.publish("q", "b");
        shard.consumer("q").credit(1).settle(0, new Outcome.Rejected("app:bad", ""));
        Delivery without = shard.consumer("dead").credit(1).last();
        assertEquals(null, without.message().added().get("x-opt-dead-letter-ttl"));
    }

    private static Map<String, Annotations.Value> only(Delivery delivery, String one, String two) {
        Map<String, Annotations.Value> all = delivery.message().added().values();
        return Map.of(one, all.get(one), two, all.get(two));
    }

    @Test
    void theLastAllowedFailureMakesADeadLetter() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(5);
        consumer.settle(0, Outcome.FAILED);
        assertEquals(2, consumer.deliveries.size());
        consumer.settle(1, Outcome.FAILED);

        assertEquals(2, consumer.deliveries.size());
        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals("max-deliveries", text(dead, "reason"));
        assertEquals("Number[value=2]", text(dead, "delivery-count"));
    }

    @Test
    void releasedNeverCountsTowardsTheMaximum() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        for (int i = 0; i < 9; i++) {
            consumer.settle(i, Outcome.RELEASED);
        }

        assertEquals(10, consumer.deliveries.size());
    }

    @Test
    void theConsumersAnnotationsGoAlongAndCannotHideTheReason() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(5).settle(0, Outcome.FAILED);
        consumer.settle(
                1,
                new Outcome.Modified(
                        true,
                        false,
                        Annotations.of(Map.of(
                                "x-opt-mine", new Annotations.Text("kept"),
                                "x-opt-dead-letter-reason", new Annotations.Text("a lie")))));

        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals("max-deliveries", text(dead, "reason"));
        assertEquals(
                new Annotations.Text("kept"), dead.message().added().values().get("x-opt-mine"));
    }

    @Test
    void theDeadLetterQueueIsDeclaredInTheBatchThatMovesTheFirstMessage() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.journal.hold();
        consumer.settle(0, new Outcome.Rejected("", ""));

        assertEquals(1, shard.journal.waiting());
        List<JournalRecord> batch =
                shard.journal.history().get(shard.journal.history().size() - 1);
        assertEquals(
                List.of("QueueDeclared", "Enqueued", "Removed"),
                batch.stream().map(r -> r.getClass().getSimpleName()).toList());
        assertEquals(List.of("a"), shard.restart().browse("q"));
        shard.commitAll();
        ShardFixture after = shard.restart();
        assertEquals(List.of(), after.browse("q"));
        assertEquals(List.of("a"), after.browse("dead"));
    }

    @Test
    void aDeadLetterQueueThatNamesItselfKeepsWhatFailsInIt() {
        shard.queue(QueueDefinition.named("end").withDeadLetter(ShardFixture.deadLetter("end", 1)));
        shard.publish("end", "a");
        TestConsumer consumer = shard.consumer("end").credit(3);
        consumer.settle(0, Outcome.FAILED).settle(1, new Outcome.Modified(true, true, Annotations.EMPTY));

        assertEquals(List.of("a"), shard.browse("end"));
        assertEquals(2, shard.consumer("end").credit(1).last().deliveryCount());
    }

    @Test
    void maximumWithoutDeadLetterQueueDropsTheMessage() {
        shard.queue(
                QueueDefinition.named("drop").withDeadLetter(new DeadLetter(Optional.empty(), Optional.empty(), 1)));
        shard.publish("drop", "a");
        shard.consumer("drop").credit(1).settle(0, Outcome.FAILED);

        assertEquals(0, shard.status("drop").messages());
    }

    @Test
    void aDeadLetterDoesNotExpireAgain() {
        shard.producer("q").send(ShardFixture.withTtl("a", 50));
        shard.consumer("q").credit(1).settle(0, new Outcome.Rejected("", ""));
        shard.advance(1000);

        assertEquals(List.of("a"), shard.browse("dead"));
    }

    @Test
    void aDeadLetterGoesInWhateverTheLimitsSay() {
        shard.queue(QueueDefinition.named("dead")
                .withLimits(new Limits(1, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED)));
        shard.publish("q", "a", "b");
        shard.consumer("q").credit(2).settle(0, new Outcome.Rejected("", "")).settle(1, new Outcome.Rejected("", ""));

        assertEquals(List.of("a", "b"), shard.browse("dead"));
    }
}
