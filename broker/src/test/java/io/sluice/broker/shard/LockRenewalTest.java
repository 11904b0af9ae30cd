package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.Annotations;
import io.sluice.broker.Dispatching;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.LockRenewal;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Locks that consumers make last longer, and that an administrator makes longer or shorter. */
class LockRenewalTest {
    private final ShardFixture shard = new ShardFixture()
            .queue(QueueDefinition.named("q").withDispatching(Dispatching.DEFAULT.withLockMillis(1_000)))
            .queue("unlimited");

    private Answer<LockRenewal> renew(TestConsumer consumer, OptionalLong sequence) {
        Answer<LockRenewal> answer = new Answer<>();
        shard.runWhere(() -> shard.mailbox().renewLocks(consumer.handle, sequence, shard.client, answer));
        return answer;
    }

    private void lockMillis(long millis) {
        shard.update(
                        "q",
                        new QueueChange(
                                is -> is.withDispatching(is.dispatching().withLockMillis(millis)), Pause.AS_IT_IS))
                .value();
    }

    private static Annotations.Value until(TestConsumer consumer, int delivery) {
        return consumer.deliveries.get(delivery).message().added().get("x-opt-locked-until");
    }

    @Test
    void aRenewedLockLastsAnewAndTheOthersDoNot() {
        TestConsumer consumer = shard.consumer("q").credit(9);
        shard.publish("q", "1", "2", "3");
        shard.advance(600);
        assertEquals(
                new LockRenewal(1, shard.now + 1_000),
                renew(consumer, OptionalLong.of(2)).value());
        shard.advance(400);
        assertEquals(List.of("1", "3"), consumer.settledBodies());
        shard.advance(599);
        assertEquals(List.of("1", "3"), consumer.settledBodies());
        shard.advance(1);
        assertEquals(List.of("1", "3", "2"), consumer.settledBodies());
    }

    @Test
    void allOfThemAtOnce() {
        TestConsumer consumer = shard.consumer("q").credit(9);
        shard.publish("q", "1", "2", "3");
        consumer.settle(1, Outcome.ACCEPTED);
        shard.advance(999);
        assertEquals(2, renew(consumer, OptionalLong.empty()).value().locks());
        shard.advance(999);
        assertEquals(List.of("2"), consumer.settledBodies());
        shard.advance(1);
        assertEquals(List.of("2", "1", "3"), consumer.settledBodies());
    }

    @Test
    void whatCannotBeRenewedIsRefused() {
        shard.publish("q", "1");
        shard.publish("unlimited", "1");
        TestConsumer consumer = shard.consumer("q").credit(9);
        consumer.settle(0, Outcome.ACCEPTED);
        Refusal gone = renew(consumer, OptionalLong.of(1)).refusal();
        assertEquals("the link has no message 1 that it may settle", gone.text());
        assertEquals(Refusal.Kind.NOT_FOUND, gone.kind());
        TestConsumer endless = shard.consumer("unlimited").credit(1);
        assertEquals(
                Refusal.Kind.ILLEGAL_STATE,
                renew(endless, OptionalLong.of(1)).refusal().kind());
        consumer.detach();
        assertEquals(
                Refusal.Kind.NOT_FOUND,
                renew(consumer, OptionalLong.empty()).refusal().kind());
    }

    @Test
    void everyConsumerIsToldUntilWhenWhereTheQueueLimitsIt() {
        shard.publish("q", "1");
        TestConsumer consumer = shard.consumer("q").credit(1);
        assertEquals(new Annotations.Timestamp(shard.now + 1_000), until(consumer, 0));
        assertNull(consumer.deliveries.get(0).message().added().get("x-opt-first-of-group"));
        shard.publish("unlimited", "1");
        assertNull(until(shard.consumer("unlimited").credit(1), 0));
    }

    @Test
    void aChangedTimeHoldsForThoseAttachedFromThenOn() {
        TestConsumer consumer = shard.consumer("q").credit(1);
        Consumer.Terms own = new Consumer.Terms(0, false, OptionalLong.of(5_000));
        TestConsumer other = shard.attached(new TestConsumer(
                shard, new TestConsumer.Terms("q", Consumer.Mode.MOVE, Outcome.FAILED, Optional.empty(), own)));
        shard.publish("q", "long");
        lockMillis(100);
        consumer.credit(1);
        shard.publish("q", "short");
        other.credit(1);
        shard.publish("q", "own");
        assertEquals(new Annotations.Timestamp(shard.now + 100), until(consumer, 1));
        assertEquals(new Annotations.Timestamp(shard.now + 5_000), until(other, 0));
        shard.advance(100);
        assertEquals(List.of("short"), consumer.settledBodies(), "it does not wait for the one before it");
        shard.advance(900);
        assertEquals(List.of("short", "long"), consumer.settledBodies());
    }

    @Test
    void aTimeThatIsTakenAwayHoldsForWhatWasGiven() {
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.publish("q", "1");
        lockMillis(QueueDefinition.UNLIMITED);
        consumer.credit(1);
        shard.publish("q", "2");
        shard.advance(1_000_000);
        assertEquals(List.of("1"), consumer.settledBodies());
    }

    @Test
    void aTimeThatIsSetHoldsForThoseWhoHadNone() {
        TestConsumer consumer = shard.consumer("unlimited").credit(2);
        shard.publish("unlimited", "1");
        shard.update(
                        "unlimited",
                        new QueueChange(
                                is -> is.withDispatching(is.dispatching().withLockMillis(50)), Pause.AS_IT_IS))
                .value();
        shard.publish("unlimited", "2");
        shard.advance(50);
        assertEquals(List.of("2"), consumer.settledBodies());
    }
}
