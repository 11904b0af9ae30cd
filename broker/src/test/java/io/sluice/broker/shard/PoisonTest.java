package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.MessageLife;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages that come back again and again, and messages that nobody wants. */
class PoisonTest {
    private static final String ACQUIRED = "x-opt-acquired-count";

    private final ShardFixture shard = new ShardFixture()
            .queue(QueueDefinition.named("q")
                    .withDeadLetter(ShardFixture.deadLetter("dead", 2))
                    .withLife(MessageLife.PLAIN.withMaxAcquisitions(4)));

    private static final Outcome NOT_HERE = new Outcome.Modified(false, true, Annotations.EMPTY);

    private static Annotations.Value annotation(Delivery delivery, String key) {
        return delivery.message().added().get(key);
    }

    @Test
    void aMessageThatIsAlwaysReleasedIsADeadLetterAtTheLimit() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        for (int i = 0; i < 3; i++) {
            consumer.settle(i, Outcome.RELEASED);
        }
        assertEquals(4, consumer.deliveries.size());
        assertEquals(0, consumer.last().deliveryCount(), "it has not failed");
        assertEquals(new Annotations.Number(3), annotation(consumer.last(), ACQUIRED));
        consumer.settle(3, Outcome.RELEASED);

        assertEquals(4, consumer.deliveries.size());
        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals(new Annotations.Text("max-acquisitions"), annotation(dead, "x-opt-dead-letter-reason"));
        assertEquals(new Annotations.Number(4), annotation(dead, ACQUIRED));
    }

    @Test
    void bothCountersCountOnAndWhicheverIsFirstCounts() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        consumer.settle(0, Outcome.RELEASED).settle(1, Outcome.FAILED).settle(2, Outcome.FAILED);

        Delivery dead = shard.consumer("dead").credit(1).last();
        assertEquals(new Annotations.Text("max-deliveries"), annotation(dead, "x-opt-dead-letter-reason"));
        assertEquals(new Annotations.Number(2), annotation(dead, "x-opt-dead-letter-delivery-count"));
        assertEquals(new Annotations.Number(3), annotation(dead, ACQUIRED));
    }

    @Test
    void theCountSurvivesARestartAndACheckpoint() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(3);
        consumer.settle(0, Outcome.RELEASED).settle(1, Outcome.RELEASED);
        shard.checkpoint();
        ShardFixture after = shard.restart();
        TestConsumer next = after.consumer("q").credit(5).settle(0, Outcome.RELEASED);
        assertEquals(new Annotations.Number(3), annotation(next.last(), ACQUIRED));
        next.settle(1, Outcome.RELEASED);

        assertEquals(List.of("a"), after.browse("dead"));
    }

    @Test
    void whatWasNeverSentDoesNotCount() {
        shard.publish("q", "a");
        TestConsumer consumer = shard.consumer("q").credit(10);
        for (int i = 0; i < 9; i++) {
            consumer.settle(i, Outcome.UNSENT);
        }
        assertEquals(10, consumer.deliveries.size());
        assertEquals(Annotations.EMPTY, consumer.last().message().added());
    }

    @Test
    void aConsumerThatIsLostCounts() {
        shard.publish("q", "a");
        for (int i = 0; i < 4; i++) {
            shard.consumer("q", Consumer.Mode.MOVE, Outcome.RELEASED).credit(1).detach();
        }

        assertEquals(List.of("a"), shard.browse("dead"));
    }

    @Test
    void whereNobodyCountsReleasedWritesNothing() {
        shard.queue("plain").publish("plain", "a");
        int records = shard.journal.records().size();
        shard.consumer("plain").credit(2).settle(0, Outcome.RELEASED);

        assertEquals(records, shard.journal.records().size());
    }

    // ---- undeliverable here

    private ShardFixture undeliverable(long millis) {
        return new ShardFixture()
                .queue(QueueDefinition.named("u")
                        .withDeadLetter(ShardFixture.deadLetter("dead", 0))
                        .withLife(MessageLife.PLAIN.withUndeliverableMillis(millis)));
    }

    @Test
    void whatEverybodyRefusesWaitsForSomebodyElseForItsTime() {
        ShardFixture u = undeliverable(100);
        u.publish("u", "a", "b");
        TestConsumer one = u.consumer("u").credit(5).settle(0, NOT_HERE);
        u.advance(99);
        assertEquals(List.of("a"), u.browse("u"));
        assertEquals(List.of("a", "b"), one.bodies());
        u.advance(1);

        assertEquals(List.of("a"), u.browse("dead"));
        assertEquals(1, u.status("u").messages(), "the other one is with its consumer");
    }

    @Test
    void somebodyElseWhoComesInTimeGetsIt() {
        ShardFixture u = undeliverable(100);
        u.publish("u", "a");
        u.consumer("u").credit(5).settle(0, NOT_HERE);
        u.advance(50);
        TestConsumer two = u.consumer("u").credit(1);
        u.advance(500);

        assertEquals(List.of("a"), two.bodies());
        assertEquals(1, u.status("u").messages());
    }

    @Test
    void whoCouldHaveTakenItGoesAndItIsADeadLetter() {
        ShardFixture u = undeliverable(0);
        TestConsumer one = u.consumer("u").credit(1);
        TestConsumer two = u.consumer("u");
        u.publish("u", "a");
        one.settle(0, NOT_HERE).credit(5);
        assertEquals(List.of("a"), u.browse("u"), "the other one may have it");
        two.detach();

        assertEquals(List.of("a"), u.browse("dead"));
        assertEquals(List.of("a"), one.bodies());
    }

    @Test
    void itIsOfferedAgainWhereWhoRefusedItComesBack() {
        ShardFixture u = undeliverable(1_000);
        u.publish("u", "a");
        u.consumer("u").credit(1).settle(0, NOT_HERE).detach();
        u.advance(5_000);

        assertEquals(List.of("a"), u.consumer("u").credit(1).bodies(), "nobody was there who refused it");
    }

    @Test
    void oneThatWaitsForItsRetryMeanwhileEndsAsWell() {
        ShardFixture u = new ShardFixture()
                .queue(QueueDefinition.named("u")
                        .withDeadLetter(ShardFixture.deadLetter("dead", 0))
                        .withLife(MessageLife.PLAIN
                                .withUndeliverableMillis(10)
                                .withBackoff(MessageLife.Backoff.fixed(200))));
        u.publish("u", "a");
        u.consumer("u").credit(5).settle(0, new Outcome.Modified(true, true, Annotations.EMPTY));
        u.advance(100);
        assertEquals(1, u.status("u").scheduled());
        for (int i = 0; i < 20; i++) {
            u.advance(100);
        }

        assertEquals(List.of("a"), u.browse("dead"));
    }
}
