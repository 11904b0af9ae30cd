package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Delivery;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages whose time is over. */
class ExpiryTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    private static QueueDefinition expiring(String name, long maxTtl, String expiryQueue) {
        return QueueDefinition.named(name)
                .withLimits(new Limits(QueueDefinition.UNLIMITED, QueueDefinition.UNLIMITED, Overflow.REJECT, maxTtl))
                .withDeadLetter(new DeadLetter(Optional.empty(), Optional.of(expiryQueue), 0));
    }

    @Test
    void aMessageLeavesWhenItsTimeToLiveIsOver() {
        shard.producer("q").send(ShardFixture.withTtl("a", 100)).send("b");
        shard.advance(99);
        assertEquals(2, shard.status("q").messages());

        shard.advance(1);

        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(1, shard.status("q").messages());
    }

    @Test
    void anExpiredMessageIsNeverDeliveredEvenWithoutATick() {
        shard.producer("q").send(ShardFixture.withTtl("a", 100));
        shard.now += 100;

        assertEquals(List.of(), shard.consumer("q").credit(5).bodies());
    }

    @Test
    void aMessageThatArrivesExpiredIsAcceptedAndNeverDelivered() {
        TestConsumer consumer = shard.consumer("q").credit(5);
        TestProducer producer = shard.producer("q");
        producer.send(ShardFixture.withTtl("a", 0));
        producer.send(ShardFixture.message("b", new Message.Header(0, true, 4, Message.NONE, ShardFixture.EPOCH - 1)));

        assertEquals(List.of("a", "b"), producer.accepted);
        assertEquals(List.of(), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void theEarlierOfTimeToLiveAndAbsoluteExpiryCounts() {
        TestProducer producer = shard.producer("q");
        producer.send(ShardFixture.message("a", new Message.Header(0, true, 4, 100, ShardFixture.EPOCH + 50)));
        producer.send(ShardFixture.message("b", new Message.Header(0, true, 4, 50, ShardFixture.EPOCH + 100)));
        shard.advance(49);
        assertEquals(2, shard.status("q").messages());
        shard.advance(1);

        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void aTimeToLiveBeyondAllTimeNeverEnds() {
        shard.producer("q").send(ShardFixture.withTtl("a", Long.MAX_VALUE - 1));
        shard.advance(1L << 40);

        assertEquals(List.of("a"), shard.browse("q"));
    }

    @Test
    void theQueuesMaximumAppliesToMessagesWithoutOrWithALongerTime() {
        shard.queue(expiring("short", 10, "late"));
        shard.publish("short", "a").send(ShardFixture.withTtl("b", 1000)).send(ShardFixture.withTtl("c", 5));
        shard.advance(5);
        assertEquals(List.of("c"), shard.browse("late"));
        shard.advance(5);

        assertEquals(List.of("c", "a", "b"), shard.browse("late"));
        assertEquals(0, shard.status("short").messages());
    }

    @Test
    void whatExpiresGoesToTheExpiryQueueWithTheReason() {
        shard.queue(expiring("short", 10, "late"));
        shard.publish("short", "a");
        shard.advance(10);

        Delivery late = shard.consumer("late").credit(1).last();
        assertEquals(
                new Annotations.Text("expired"), late.message().added().values().get("x-opt-dead-letter-reason"));
        assertEquals(Message.NONE, late.expiresAtMillis());
    }

    @Test
    void aLockedMessageDoesNotExpireUntilItIsReturned() {
        shard.producer("q").send(ShardFixture.withTtl("a", 100));
        TestConsumer consumer = shard.consumer("q").credit(5);
        shard.advance(200);
        assertEquals(1, shard.status("q").messages());

        consumer.settle(0, Outcome.RELEASED);

        assertEquals(List.of("a"), consumer.bodies());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void timeGoesOnOverARestart() {
        shard.producer("q").send(ShardFixture.withTtl("a", 100)).send("b");
        shard.now += 100;
        ShardFixture after = shard.restart();

        assertEquals(List.of("b"), after.consumer("q").credit(5).bodies());
    }
}
