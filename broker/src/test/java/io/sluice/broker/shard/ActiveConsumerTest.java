package io.sluice.broker.shard;

import static io.sluice.broker.port.ConsumerActivity.ACTIVE;
import static io.sluice.broker.port.ConsumerActivity.SHARED;
import static io.sluice.broker.port.ConsumerActivity.STANDING_BY;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.queue.Pause;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Consumers beside each other: one that gets everything, one that is alone, and some that come first. */
class ActiveConsumerTest {
    private static final Consumer.Terms EXCLUSIVE = new Consumer.Terms(0, true, OptionalLong.empty());

    private final ShardFixture shard = new ShardFixture()
            .queue("q")
            .queue(QueueDefinition.named("single").withDispatching(Dispatching.DEFAULT.withSingleActiveConsumer(true)));

    private static Consumer.Terms priority(int priority) {
        return new Consumer.Terms(priority, false, OptionalLong.empty());
    }

    @Test
    void oneConsumerGetsEverything() {
        TestConsumer one = shard.consumer("single").credit(2);
        TestConsumer other = shard.consumer("single").credit(9);
        shard.publish("single", "1", "2", "3");
        assertEquals(List.of("1", "2"), one.bodies());
        assertEquals(List.of(), other.bodies());
        assertEquals(DispatchReason.NOT_ACTIVE_CONSUMER, shard.explain(one, 3));
        one.credit(1);

        assertEquals(List.of("1", "2", "3"), one.bodies());
    }

    @Test
    void theNextTakesOverWhenAllTheFormerHadIsBack() {
        TestConsumer one =
                shard.consumer("single", Consumer.Mode.MOVE, Outcome.FAILED).credit(2);
        TestConsumer other = shard.consumer("single").credit(9);
        shard.publish("single", "1", "2", "3");
        shard.journal.hold();
        one.detach();
        assertEquals(List.of(), other.bodies());
        assertEquals(DispatchReason.NOT_ACTIVE_CONSUMER, shard.explain(one, 3));
        shard.commitAll();

        assertEquals(List.of("1", "2", "3"), other.bodies());
    }

    @Test
    void theNextIsWhoWaitsLongest() {
        TestConsumer one = shard.consumer("single");
        TestConsumer second = shard.consumer("single").credit(9);
        TestConsumer third = shard.consumer("single").credit(9);
        shard.publish("single", "1");
        one.detach();

        assertEquals(List.of("1"), second.bodies());
        second.acceptAll().detach();
        shard.publish("single", "2");
        assertEquals(List.of("2"), third.bodies());
    }

    @Test
    void oneOfAHigherPriorityTakesOverWhenTheFormerHasSettledAll() {
        TestConsumer one = shard.consumer("single").credit(2);
        shard.publish("single", "1", "2", "3");
        TestConsumer other = shard.consumer("single", priority(1)).credit(9);
        one.credit(9);
        assertEquals(List.of("1", "2"), one.bodies());
        one.settle(1, Outcome.ACCEPTED).settle(0, Outcome.RELEASED);

        assertEquals(List.of("1", "3"), other.bodies());
    }

    @Test
    void eachHearsHowItStandsWhenThatChanges() {
        TestConsumer shared = shard.consumer("q").credit(1);
        TestConsumer one = shard.consumer("single").credit(2);
        TestConsumer other = shard.consumer("single").credit(9);
        shard.publish("single", "1", "2");
        TestConsumer browser = shard.browser("single").credit(9);
        assertEquals(List.of(SHARED), shared.activity);
        assertEquals(List.of(ACTIVE), one.activity);
        assertEquals(List.of(STANDING_BY), other.activity);
        assertEquals(List.of(), browser.activity);

        TestConsumer first = shard.consumer("single", priority(1)).credit(1);
        assertEquals(List.of(STANDING_BY), first.activity, "the former has not settled all");
        one.acceptAll();
        assertEquals(List.of(ACTIVE, STANDING_BY), one.activity);
        assertEquals(List.of(STANDING_BY, ACTIVE), first.activity);

        first.detach();
        assertEquals(List.of(ACTIVE, STANDING_BY, ACTIVE), one.activity);
        assertEquals(List.of(STANDING_BY), other.activity);
    }

    @Test
    void whereAllShareAgainAllHearIt() {
        TestConsumer one = shard.consumer("single").credit(1);
        TestConsumer other = shard.consumer("single").credit(1);
        shard.update(
                "single",
                new QueueChange(
                        is -> is.withDispatching(is.dispatching().withSingleActiveConsumer(false)), Pause.AS_IT_IS));

        assertEquals(List.of(ACTIVE, SHARED), one.activity);
        assertEquals(List.of(STANDING_BY, SHARED), other.activity);
    }

    @Test
    void whoStandsByDrainsAtOnceAndBrowsersSeeAll() {
        shard.consumer("single").credit(1);
        shard.publish("single", "1", "2");

        assertEquals(List.of("attached", "drained"), shard.consumer("single").drain(5).events);
        assertEquals(List.of("2"), shard.browse("single"));
    }

    @Test
    void anActiveConsumerThatSelectsHoldsUpTheRest() {
        TestConsumer one = shard.selecting("single", Consumer.Mode.MOVE, Outcome.RELEASED, "2"::equals)
                .credit(9);
        TestConsumer other = shard.consumer("single").credit(9);
        shard.publish("single", "1", "2");
        assertEquals(List.of("2"), one.bodies());
        one.detach();

        assertEquals(List.of("1", "2"), other.bodies());
    }

    @Test
    void whoWantsToBeAloneIsAlone() {
        TestConsumer alone = shard.consumer("q", EXCLUSIVE).credit(9);
        assertEquals(Refusal.Kind.RESOURCE_LOCKED, shard.consumer("q").closedBy.kind());
        assertEquals(
                Refusal.Kind.RESOURCE_LOCKED,
                shard.consumer("q", EXCLUSIVE).closedBy.kind());
        shard.publish("q", "1");
        assertEquals(List.of("1"), alone.bodies());
        assertEquals(List.of(), shard.browse("q"), "a browser takes nothing");
        alone.detach();

        assertEquals(List.of("1"), shard.consumer("q").credit(1).bodies());
        assertEquals(
                Refusal.Kind.RESOURCE_LOCKED,
                shard.consumer("q", EXCLUSIVE).closedBy.kind());
    }

    @Test
    void aHigherPriorityComesFirstWhileItHasCreditAndEqualsTakeTurns() {
        TestConsumer low = shard.consumer("q", priority(-1)).credit(9);
        TestConsumer one = shard.consumer("q", priority(5)).credit(2);
        TestConsumer other = shard.consumer("q", priority(5)).credit(3);
        TestConsumer middle = shard.consumer("q").credit(1);
        shard.publish("q", "1", "2", "3", "4", "5", "6", "7");

        assertEquals(List.of("1", "3"), one.bodies());
        assertEquals(List.of("2", "4", "5"), other.bodies());
        assertEquals(List.of("6"), middle.bodies());
        assertEquals(List.of("7"), low.bodies());
        one.credit(1);
        shard.publish("q", "8");
        assertEquals(List.of("1", "3", "8"), one.bodies());
    }

    @Test
    void prioritiesHoldAmongThoseThatSelect() {
        TestConsumer low = shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, body -> true)
                .credit(9);
        TestConsumer high = shard.consumer(new TestConsumer.Terms(
                        "q",
                        Consumer.Mode.MOVE,
                        Outcome.RELEASED,
                        java.util.Optional.of(message -> message.encoded().length == 1),
                        priority(1)))
                .credit(2);
        shard.publish("q", "1", "22", "3", "4");

        assertEquals(List.of("1", "3"), high.bodies());
        assertEquals(List.of("22", "4"), low.bodies());
    }

    @Test
    void whatAQueueSaysOfItsConsumersChangesWhileTheyAreThere() {
        TestConsumer one = shard.consumer("q").credit(9);
        TestConsumer other = shard.consumer("q").credit(9);
        single("q", true);
        shard.publish("q", "1", "2");
        assertEquals(List.of("1", "2"), one.bodies());
        assertEquals(List.of(), other.bodies());
        single("q", false);
        shard.publish("q", "3", "4");

        assertEquals(List.of("1", "2", "3"), one.bodies());
        assertEquals(List.of("4"), other.bodies());
    }

    private void single(String queue, boolean is) {
        shard.update(
                        queue,
                        new QueueChange(
                                definition -> definition.withDispatching(
                                        definition.dispatching().withSingleActiveConsumer(is)),
                                Pause.AS_IT_IS))
                .value();
    }
}
