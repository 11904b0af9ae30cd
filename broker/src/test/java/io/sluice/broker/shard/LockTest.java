package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Consumer;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** A delivery that is not settled in its time goes back. */
class LockTest {
    private final ShardFixture shard = new ShardFixture()
            .queue(QueueDefinition.named("q")
                    .withDeadLetter(ShardFixture.deadLetter("dead", 3))
                    .withDispatching(Dispatching.DEFAULT.withLockMillis(1_000)))
            .queue("unlimited");

    private static Consumer.Terms lock(long millis) {
        return new Consumer.Terms(0, false, OptionalLong.of(millis));
    }

    @Test
    void anotherConsumerGetsItCountedAndInItsPlace() {
        TestConsumer one = shard.consumer("q").credit(2);
        shard.publish("q", "1", "2", "3");
        shard.advance(999);
        assertEquals(List.of(), one.settledBodies());
        TestConsumer other = shard.consumer("q");
        shard.advance(1);
        other.credit(9);

        assertEquals(List.of("1", "2", "3"), other.bodies());
        assertEquals(1, other.deliveries.get(0).deliveryCount());
        assertFalse(other.deliveries.get(0).firstAcquirer());
        assertEquals(0, other.deliveries.get(2).deliveryCount());
        assertEquals(
                List.of("attached", "deliver 1", "deliver 2", "timed out 1", "timed out 2", "settled 1", "settled 2"),
                one.events);
    }

    @Test
    void onlyWhatIsOldEnoughGoesBack() {
        TestConsumer one = shard.consumer("q").credit(9);
        shard.publish("q", "1");
        shard.advance(600);
        shard.publish("q", "2", "3");
        one.settle(1, Outcome.ACCEPTED);
        shard.advance(400);
        assertEquals(List.of("2", "1"), one.settledBodies());
        shard.advance(600);

        assertEquals(List.of("2", "1", "3"), one.settledBodies());
    }

    @Test
    void aLateOutcomeChangesNothing() {
        TestConsumer one = shard.consumer("q").credit(1);
        shard.publish("q", "1");
        TestConsumer other = shard.consumer("q").credit(1);
        shard.advance(1_000);
        assertEquals(List.of("1"), other.bodies());
        one.settle(0, Outcome.ACCEPTED);
        assertEquals(1, shard.status("q").messages());
        other.settle(0, Outcome.RELEASED);

        assertEquals(List.of("1"), shard.browse("q"));
    }

    @Test
    void anOutcomeThatIsDecidedStands() {
        TestConsumer one = shard.consumer("q").credit(1);
        shard.publish("q", "1");
        shard.journal.hold();
        one.settle(0, Outcome.ACCEPTED);
        shard.advance(5_000);
        shard.commitAll();

        assertEquals(List.of("attached", "deliver 1", "settled 1"), one.events);
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void itBecomesADeadLetterAfterTooManyTimes() {
        shard.consumer("q").credit(9);
        shard.publish("q", "1");
        for (int i = 0; i < 3; i++) {
            shard.advance(1_000);
        }

        assertEquals(List.of(), shard.browse("q"));
        assertEquals(List.of("1"), shard.browse("dead"));
    }

    @Test
    void aLinkMayAskForAnotherTimeAndForNone() {
        shard.publish("q", "1", "2", "3");
        TestConsumer slow = shard.consumer("q", lock(5_000)).credit(1);
        TestConsumer never =
                shard.consumer("q", lock(QueueDefinition.UNLIMITED)).credit(1);
        TestConsumer quick = shard.consumer("q", lock(1)).credit(1);
        shard.advance(1);
        assertEquals(List.of("3"), quick.settledBodies());
        shard.advance(4_998);
        assertEquals(List.of(), slow.settledBodies());
        shard.advance(1);
        assertEquals(List.of("1"), slow.settledBodies());
        shard.advance(1_000_000_000);
        assertEquals(List.of(), never.settledBodies());
    }

    @Test
    void withoutATimeNothingGoesBack() {
        TestConsumer one = shard.consumer("unlimited").credit(1);
        shard.publish("unlimited", "1");
        shard.advance(1_000_000_000);

        assertEquals(List.of("attached", "deliver 1"), one.events);
    }

    @Test
    void whoLetALockRunOutComesBehindTheOthersUntilItSettlesSomething() {
        TestConsumer one = shard.consumer("q").credit(9);
        shard.publish("q", "1");
        shard.advance(1_000);
        assertEquals(List.of("1", "1"), one.bodies(), "there is nobody else");
        TestConsumer other = shard.consumer("q").credit(2);
        shard.publish("q", "2", "3", "4");
        assertEquals(List.of("2", "3"), other.bodies());
        assertEquals(List.of("1", "1", "4"), one.bodies());
        one.settle(2, Outcome.ACCEPTED);
        other.credit(9);
        shard.publish("q", "5", "6");

        assertEquals(List.of("1", "1", "4", "5"), one.bodies());
    }

    @Test
    void aSingleActiveConsumerThatHangsIsReplaced() {
        shard.queue(QueueDefinition.named("single")
                .withDispatching(Dispatching.DEFAULT.withLockMillis(1_000).withSingleActiveConsumer(true)));
        TestConsumer one = shard.consumer("single").credit(9);
        TestConsumer other = shard.consumer("single").credit(9);
        shard.publish("single", "1", "2");
        shard.advance(1_000);

        assertEquals(List.of("1", "2"), other.bodies());
        shard.publish("single", "3");
        assertEquals(List.of("1", "2"), one.bodies());
    }

    @Test
    void whatATransactionHoldsDoesNotGoBackBeforeItEndsAndHasItsTimeAnewThen() {
        TestConsumer one = shard.consumer("q").credit(2);
        shard.publish("q", "1", "2");
        shard.runWhere(() -> shard.mailbox().hold(one.deliveries.get(0)));
        shard.advance(5_000);
        assertEquals(List.of("2"), one.settledBodies());
        Rollback rollback = new Rollback(List.of(), List.of(), List.of(one.deliveries.get(0)));
        ShardFixture.Answer<Rollback> answer = new ShardFixture.Answer<>();
        shard.runWhere(() -> shard.mailbox().rollback(rollback, shard.client, answer));
        shard.advance(999);
        assertEquals(List.of("2"), one.settledBodies());
        shard.advance(1);

        assertEquals(List.of("2", "1"), one.settledBodies());
    }

    @Test
    void aTransactionThatHoldsOfAGroupHoldsTheGroup() {
        TestConsumer one = shard.consumer("q").credit(1);
        shard.producer("q").send(ShardFixture.inGroup("a1", "a")).send(ShardFixture.inGroup("a2", "a"));
        shard.runWhere(() -> shard.mailbox().hold(one.deliveries.get(0)));
        one.detach();
        TestConsumer other = shard.consumer("q").credit(9);
        assertEquals(List.of(), other.bodies());
        Rollback rollback = new Rollback(List.of(), List.of(one.deliveries.get(0)), List.of());
        shard.runWhere(() -> shard.mailbox().rollback(rollback, shard.client, new ShardFixture.Answer<>()));

        assertEquals(List.of("a1", "a2"), other.bodies());
    }

    @Test
    void aGroupMovesWithWhatGoesBack() {
        TestConsumer one = shard.consumer("q").credit(2);
        shard.producer("q").send(ShardFixture.inGroup("a1", "a")).send(ShardFixture.inGroup("a2", "a"));
        TestConsumer other = shard.consumer("q").credit(9);
        shard.producer("q").send(ShardFixture.inGroup("a3", "a"));
        shard.advance(1_000);

        assertEquals(List.of("a1", "a2"), one.bodies());
        assertEquals(List.of("a1", "a2", "a3"), other.bodies());
    }

    @Test
    void browsersAndPresettledConsumersHaveNoLocks() {
        shard.publish("q", "1");
        TestConsumer browser = shard.browser("q").credit(1);
        shard.advance(1_000_000);
        TestConsumer presettled = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(1);
        shard.advance(1_000_000);

        assertEquals(List.of("attached", "deliver 1"), browser.events);
        assertEquals(List.of("attached", "deliver 1"), presettled.events);
    }
}
