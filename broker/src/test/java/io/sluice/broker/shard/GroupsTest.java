package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Dispatching.Groups;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.MessageLife;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.DispatchReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages of one group go to one consumer, in order, and hold nobody else up. */
class GroupsTest {
    private ShardFixture shard = new ShardFixture().queue("q");

    private static QueueDefinition definition(Groups groups, int maxIdle) {
        Dispatching dispatching = Dispatching.DEFAULT.withGroups(groups).withMaxIdleGroups(maxIdle);
        return QueueDefinition.named("w").withDispatching(dispatching);
    }

    /** Bodies are a letter, which is the group, and a number. */
    private void send(String queue, String... bodies) {
        TestProducer producer = shard.producer(queue);
        for (String body : bodies) {
            producer.send(ShardFixture.inGroup(body, body.substring(0, 1)));
        }
        producer.detach();
    }

    @Test
    void aGroupGoesToOneConsumerAndTheOthersShareTheRest() {
        TestConsumer one = shard.consumer("q").credit(9);
        TestConsumer other = shard.consumer("q").credit(9);
        send("q", "a1", "b1", "a2", "b2", "b3", "a3");

        assertEquals(List.of("a1", "a2", "a3"), one.bodies());
        assertEquals(List.of("b1", "b2", "b3"), other.bodies());
    }

    @Test
    void messagesInNoGroupGoToAnybody() {
        TestConsumer one = shard.consumer("q").credit(9);
        TestConsumer other = shard.consumer("q").credit(9);
        send("q", "a1", "a2");
        shard.publish("q", "x", "y");

        assertEquals(List.of("a1", "a2", "y"), one.bodies());
        assertEquals(List.of("x"), other.bodies());
    }

    @Test
    void aConsumerWithoutCreditHoldsUpItsOwnGroupsOnly() {
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer other = shard.consumer("q");
        send("q", "a1", "a2", "a3", "b1", "a4", "b2");
        other.credit(9);

        assertEquals(List.of("a1"), one.bodies());
        assertEquals(List.of("b1", "b2"), other.bodies());
        assertEquals(DispatchReason.GROUP_OWNED, shard.explain(one, 2));
        one.credit(9);
        assertEquals(List.of("a1", "a2", "a3", "a4"), one.bodies());
    }

    @Test
    void aLongQueueOfOneGroupIsNotWalkedThroughToItsEnd() {
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer other = shard.consumer("q");
        TestProducer producer = shard.producer("q");
        for (int i = 0; i <= 1_000; i++) {
            producer.post("q", ShardFixture.inGroup("a" + i, "a"));
        }
        producer.post("q", ShardFixture.inGroup("b1", "b"));
        shard.run();
        other.credit(9);
        assertEquals(List.of(), other.bodies());

        one.credit(1);
        assertEquals(List.of("b1"), other.bodies());
    }

    @Test
    void whatComesBackIsGivenOutBeforeWhatStandsBehindItInItsGroup() {
        TestConsumer one = shard.consumer("q").credit(2);
        send("q", "a1", "a2", "a3");
        shard.journal.hold();
        one.settle(0, Outcome.FAILED).credit(5);
        assertEquals(List.of("a1", "a2"), one.bodies(), "a1 is not back before the journal has it");
        assertEquals(DispatchReason.GROUP_OWNED, shard.explain(one, 3));
        shard.commitAll();

        assertEquals(List.of("a1", "a2", "a1", "a3"), one.bodies());
    }

    @Test
    void whatWaitsForItsRetryIsOvertakenByItsGroupAndComesBackInItsPlaceToTheSameConsumer() {
        MessageLife.Backoff backoff = new MessageLife.Backoff(MessageLife.Growth.FIXED, 100, 100, 100, 0);
        shard.queue(QueueDefinition.named("retry").withLife(MessageLife.PLAIN.withBackoff(backoff)));
        TestConsumer one = shard.consumer("retry").credit(1);
        TestConsumer other = shard.consumer("retry").credit(9);
        send("retry", "a1", "b1", "a2", "a3");
        one.settle(0, Outcome.FAILED);
        assertEquals(List.of("a1"), one.bodies());
        assertEquals(List.of("b1"), other.bodies(), "the group is with the first still");
        one.credit(1);
        assertEquals(List.of("a1", "a2"), one.bodies(), "the one that waits holds up nobody");
        shard.advance(100);
        assertEquals(List.of("b1"), other.bodies());
        one.credit(2);
        assertEquals(List.of("a1", "a2", "a1", "a3"), one.bodies(), "before what was not given out yet");
        assertEquals(1, one.deliveries.get(2).deliveryCount());
    }

    @Test
    void whereNothingWaitsForARetryTheOrderOfAGroupIsKept() {
        TestConsumer one = shard.consumer("q").credit(1);
        shard.consumer("q").credit(9);
        send("q", "a1", "a2", "a3");
        one.settle(0, Outcome.FAILED);
        one.credit(1).settle(1, Outcome.FAILED);
        one.credit(3);
        assertEquals(List.of("a1", "a1", "a1", "a2", "a3"), one.bodies());
        assertEquals(2, one.deliveries.get(2).deliveryCount());
    }

    @Test
    void theNextConsumerGetsAGroupWhenAllThatTheFormerHadIsBack() {
        TestConsumer one =
                shard.consumer("q", Consumer.Mode.MOVE, Outcome.FAILED).credit(3);
        send("q", "a1", "a2", "a3", "a4");
        TestConsumer other = shard.consumer("q").credit(9);
        shard.journal.hold();
        one.detach();
        assertEquals(List.of(), other.bodies());
        shard.commitAll();

        assertEquals(List.of("a1", "a2", "a3", "a4"), other.bodies());
    }

    @Test
    void anIdleGroupStaysWithItsConsumerUntilThatIsGone() {
        TestConsumer one = shard.consumer("q").credit(9);
        TestConsumer other = shard.consumer("q").credit(9);
        send("q", "a1");
        one.acceptAll();
        send("q", "b1", "a2", "c1", "a3");
        assertEquals(
                List.of("a1", "a2", "a3"),
                one.bodies().stream().filter(body -> body.startsWith("a")).toList());
        one.acceptAll();
        one.detach();
        send("q", "a4");

        assertTrue(other.bodies().contains("a4"));
    }

    @Test
    void whileUnsettledAnIdleGroupIsAnybodys() {
        shard.queue(definition(Groups.WHILE_UNSETTLED, 10));
        TestConsumer one = shard.consumer("w").credit(9);
        TestConsumer other = shard.consumer("w").credit(9);
        send("w", "a1", "a2");
        assertEquals(List.of("a1", "a2"), one.bodies());
        one.acceptAll();
        send("w", "a3");

        assertEquals(List.of("a3"), other.bodies());
    }

    @Test
    void aGroupIsAnybodysAfterTheMessageThatClosesIt() {
        TestConsumer one = shard.consumer("q").credit(9);
        TestConsumer other = shard.consumer("q").credit(9);
        TestProducer producer = shard.producer("q");
        producer.send(ShardFixture.inGroup("a1", "a", 1)).send(ShardFixture.inGroup("a2", "a", -1));
        producer.send(ShardFixture.inGroup("a3", "a", -1));
        assertEquals(List.of("a1", "a2", "a3"), one.bodies(), "it does not move before all is settled");
        one.acceptAll();
        producer.send(ShardFixture.inGroup("a4", "a", 1));

        assertEquals(List.of("a4"), other.bodies());
    }

    @Test
    void idleGroupsAreSharedAnewWhenAConsumerJoinsAndOthersAreNot() {
        TestConsumer one = shard.consumer("q").credit(9);
        send("q", "a1", "b1");
        one.settle(0, Outcome.ACCEPTED);
        TestConsumer other = shard.consumer("q");
        one.grant(2, false);
        other.credit(9);
        send("q", "a2", "b2");
        assertEquals(List.of("a2"), other.bodies());

        one.credit(9).acceptAll();
        assertEquals(List.of("a1", "b1", "b2"), one.bodies());
    }

    @Test
    void aGroupThatWasBusyWhenAConsumerJoinedIsSharedWhenItIsIdle() {
        TestConsumer one = shard.consumer("q").credit(9);
        send("q", "a1");
        TestConsumer other = shard.consumer("q").credit(9);
        one.grant(1, false);
        one.acceptAll();
        send("q", "a2");

        assertEquals(List.of("a2"), other.bodies());
    }

    @Test
    void ofTooManyIdleGroupsTheLongestIdleIsForgotten() {
        shard.queue(definition(Groups.UNTIL_DETACH, 2));
        TestConsumer one = shard.consumer("w");
        TestConsumer other = shard.consumer("w");
        one.credit(3);
        send("w", "a1", "b1", "c1");
        one.acceptAll();
        other.credit(9);
        send("w", "a2", "b2", "c2");

        assertEquals(List.of("a2"), other.bodies());
    }

    @Test
    void groupsAreNotLookedAtWhereTheyAreOff() {
        shard.queue(definition(Groups.OFF, 2));
        TestConsumer one = shard.consumer("w").credit(9);
        TestConsumer other = shard.consumer("w").credit(9);
        send("w", "a1", "a2", "a3");

        assertEquals(List.of("a1", "a3"), one.bodies());
        assertEquals(List.of("a2"), other.bodies());
    }

    @Test
    void eachLevelOfAGroupIsInOrder() {
        TestConsumer one = shard.consumer("q").credit(1);
        TestProducer producer = shard.producer("q");
        for (int i = 0; i < 6; i++) {
            Message.Header header = new Message.Header(0, true, i % 2 * 9, Message.NONE, Message.NONE);
            producer.send(ShardFixture.message("m" + i, header.withGroup(new MessageGroup("g", 0))));
        }
        TestConsumer other = shard.consumer("q").credit(9);
        assertEquals(List.of(), other.bodies());
        one.credit(9);

        assertEquals(List.of("m0", "m1", "m3", "m5", "m2", "m4"), one.bodies());
    }

    @Test
    void aGroupIsInOrderAfterARestart() {
        shard.consumer("q").credit(2);
        send("q", "a1", "a2", "a3", "b1");
        shard = shard.restart();
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer other = shard.consumer("q").credit(9);

        assertEquals(List.of("b1"), other.bodies());
        one.credit(9);
        assertEquals(List.of("a1", "a2", "a3"), one.bodies());
    }

    @Test
    void aGroupIsKnownWhereItsMessagesComeOutOfPages() {
        shard = new ShardFixture(new ShardLimits(
                        1 << 20, 1 << 20, 1 << 20, 1 << 20, new ShardLimits.Paging(1, 1 << 20, 1 << 20, 1 << 20)))
                .queue("q");
        shard.store.pageMessages = 2;
        send("q", "a1", "a2", "b1", "a3", "b2", "a4");
        shard.checkpoint();
        shard.advance(0);
        assertEquals(6, shard.status("q").pagedOut());
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer other = shard.consumer("q").credit(9);

        assertEquals(List.of("b1", "b2"), other.bodies());
        one.credit(9);
        assertEquals(List.of("a1", "a2", "a3", "a4"), one.bodies());
    }

    @Test
    void whatIsHeldBackDoesNotBringMoreIntoMemoryThanIsReadAhead() {
        shard = new ShardFixture(new ShardLimits(
                        1 << 20, 1 << 20, 1 << 20, 1 << 20, new ShardLimits.Paging(1, 1 << 20, 3_000, 1 << 20)))
                .queue("q");
        shard.store.pageMessages = 2;
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            bodies.add("a" + i + "-".repeat(500));
        }
        send("q", bodies.toArray(String[]::new));
        send("q", "b1");
        shard.checkpoint();
        shard.advance(0);
        TestConsumer one = shard.consumer("q").credit(1);
        TestConsumer other = shard.consumer("q").credit(9);
        assertEquals(List.of(), other.bodies());
        assertTrue(shard.status("q").pagedOut() >= 30, () -> shard.status("q").pagedOut() + " of 41 are out");

        one.credit(50);
        assertEquals(bodies, one.bodies());
        assertEquals(List.of("b1"), other.bodies());
    }

    @Test
    void aSelectorSeesGroups() {
        TestConsumer odd = shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, body -> body.endsWith("1"));
        TestConsumer all = shard.consumer("q").credit(1);
        send("q", "a1", "a2", "b1", "a3");
        assertEquals(List.of("a1"), all.bodies());
        odd.credit(9);
        assertEquals(List.of("b1"), odd.bodies(), "a is with the other one");
        all.credit(9);

        assertEquals(List.of("a1", "a2", "a3"), all.bodies());
    }

    @Test
    void whatASelectorPassedBecauseOfItsGroupIsItsOwnWhenTheGroupIsFree() {
        shard.queue(definition(Groups.WHILE_UNSETTLED, 1));
        TestConsumer all = shard.consumer("w").credit(1);
        send("w", "a1", "a3", "b1", "a5");
        TestConsumer odd = shard.selecting("w", Consumer.Mode.MOVE, Outcome.RELEASED, body -> true);
        odd.credit(9);
        assertEquals(List.of("b1"), odd.bodies());
        assertEquals(DispatchReason.GROUP_OWNED, odd.handle.home().orElseThrow().lastStop());
        all.acceptAll();

        assertEquals(List.of("b1", "a3", "a5"), odd.bodies());
    }

    @Test
    void anIdleGroupIsNotKeptFromThoseWhoWantWhatItsConsumerDoesNot() {
        TestConsumer odd = shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, body -> body.endsWith("1"))
                .credit(9);
        TestConsumer even = shard.selecting("q", Consumer.Mode.MOVE, Outcome.RELEASED, body -> body.endsWith("2"))
                .credit(9);
        send("q", "a1");
        odd.acceptAll();
        send("q", "a2");
        assertEquals(List.of("a2"), even.bodies());
        send("q", "a1");
        assertEquals(List.of("a1"), odd.bodies(), "now the group is with the other one");
        even.acceptAll();

        assertEquals(List.of("a1", "a1"), odd.bodies());
    }

    @Test
    void anUndeliverableMessageMovesItsGroupToAnotherConsumer() {
        TestConsumer one = shard.consumer("q").credit(9);
        send("q", "a1", "a2");
        TestConsumer other = shard.consumer("q").credit(9);
        one.settle(1, Outcome.ACCEPTED);
        one.settle(0, new Outcome.Modified(false, true, io.sluice.broker.Annotations.EMPTY));

        assertEquals(List.of("a1"), other.bodies());
    }

    @Test
    void presettledConsumersHaveGroupsToo() {
        TestConsumer one = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(9);
        TestConsumer other = shard.consumer("q", Consumer.Mode.MOVE_PRESETTLED, Outcome.RELEASED)
                .credit(9);
        send("q", "a1", "b1", "a2", "b2");

        assertEquals(List.of("a1", "a2"), one.bodies());
        assertEquals(List.of("b1", "b2"), other.bodies());
    }

    @Test
    void browsersSeeWhatIsHeldBack() {
        shard.consumer("q").credit(1);
        send("q", "a1", "a2", "a3");

        assertEquals(List.of("a2", "a3"), shard.browse("q"));
    }

    @Test
    void aDrainEndsWhereAllThatIsLeftIsHeldBack() {
        shard.consumer("q").credit(1);
        send("q", "a1", "a2");
        TestConsumer other = shard.consumer("q").drain(5);

        assertEquals(List.of("attached", "drained"), other.events);
    }
}
