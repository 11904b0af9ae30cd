package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.ScheduledMessage;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.queue.DispatchReason;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages that a consumer parks and fetches by their numbers. */
class ParkingTest {
    static final Outcome PARK = new Outcome.Modified(false, true, Annotations.EMPTY, Schedule.PARKED);

    private final ShardFixture shard =
            new ShardFixture().queue(QueueDefinition.named("q").withDeadLetter(ShardFixture.deadLetter("dead", 2)));

    private static Answer<Delivery> fetch(ShardFixture from, TestConsumer consumer, long sequence) {
        Answer<Delivery> answer = new Answer<>();
        from.runWhere(() -> from.mailbox().fetch(consumer.handle, sequence, from.client, answer));
        return answer;
    }

    private static boolean release(ShardFixture from, long sequence) {
        Answer<Boolean> answer = new Answer<>();
        from.runWhere(() -> from.mailbox().release("q", sequence, from.client, answer));
        return answer.value();
    }

    private static List<ScheduledMessage> listed(ShardFixture from) {
        Answer<ScheduledMessage.Some> answer = new Answer<>();
        from.runWhere(() -> from.mailbox().scheduled("q", 1, 100, from.client, answer));
        return answer.value().messages();
    }

    /** A queue that holds a, parked, and b. */
    private TestConsumer parked() {
        shard.publish("q", "a", "b");
        return shard.consumer("q").credit(1).settle(0, PARK);
    }

    @Test
    void aParkedMessageIsGivenToNobodyUntilItIsFetched() {
        TestConsumer consumer = parked();
        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(DispatchReason.PARKED, shard.explain(consumer, 1));
        assertTrue(listed(shard).get(0).isParked());
        shard.advance(1_000_000_000);
        assertEquals(List.of("a"), consumer.bodies());

        assertEquals("a", TestConsumer.body(fetch(shard, consumer, 1).value()));
        assertEquals(List.of("a", "a"), consumer.bodies(), "the listener hears of it, without credit");
        consumer.settle(1, Outcome.ACCEPTED);
        assertEquals(1, shard.status("q").messages());
        assertEquals(1, shard.restart().status("q").messages());
    }

    @Test
    void itsCreditIsAsItWas() {
        TestConsumer consumer = parked();
        fetch(shard, consumer, 1).value();
        assertEquals(List.of("a", "a"), consumer.bodies());
        consumer.grant(3, false);

        assertEquals(List.of("a", "a", "b"), consumer.bodies(), "one of the three was fetched");
    }

    @Test
    void whatIsFetchedAndComesBackIsParkedAgain() {
        TestConsumer consumer = parked();
        fetch(shard, consumer, 1).value();
        assertEquals(Refusal.Kind.NOT_FOUND, fetch(shard, consumer, 1).refusal().kind(), "somebody has it");
        consumer.settle(1, Outcome.RELEASED);
        assertEquals(List.of("b"), shard.browse("q"));
        fetch(shard, consumer, 1).value();
        consumer.settle(2, Outcome.FAILED);
        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(1, fetch(shard, consumer, 1).value().deliveryCount());
        consumer.settle(3, Outcome.FAILED);

        assertEquals(List.of("a"), shard.browse("dead"), "the maximum counts for it, too");
    }

    @Test
    void aConsumerThatGoesLeavesItParked() {
        TestConsumer consumer = parked();
        fetch(shard, consumer, 1).value();
        consumer.detach();

        assertTrue(listed(shard).get(0).isParked());
    }

    @Test
    void aFetchedMessageMayBeGivenATimeOrItsPlace() {
        TestConsumer consumer = parked();
        fetch(shard, consumer, 1).value();
        consumer.settle(1, new Outcome.Modified(false, false, Annotations.EMPTY, new Schedule(Message.NONE, 50)));
        assertEquals(List.of("b"), shard.browse("q"));
        shard.advance(50);

        assertEquals(List.of("a", "b"), shard.browse("q"));
    }

    @Test
    void releaseLetsItGoToItsPlace() {
        parked();
        assertTrue(release(shard, 1));
        assertFalse(release(shard, 1), "it waits no longer");
        assertFalse(release(shard, 2));
        assertFalse(release(shard, 99));

        assertEquals(List.of("a", "b"), shard.browse("q"));
        assertEquals(List.of("a", "b"), shard.restart().browse("q"));
    }

    @Test
    void itIsParkedBehindARestartInWhateverFileItIs() {
        parked();
        ShardFixture journal = shard.restart();
        assertTrue(listed(journal).get(0).isParked());
        journal.checkpoint();
        ShardFixture store = journal.restart();
        assertTrue(listed(store).get(0).isParked());
        TestConsumer consumer = store.consumer("q");
        assertEquals("a", TestConsumer.body(fetch(store, consumer, 1).value()), "it is read for that");
        consumer.settle(0, Outcome.ACCEPTED);
        assertEquals(List.of("b"), store.restart().browse("q"));
    }

    @Test
    void whatIsReleasedBehindACheckpointIsThereAfterARestart() {
        parked();
        shard.checkpoint();
        assertTrue(release(shard, 1));

        ShardFixture after = shard.restart();
        after.advance(0);
        assertEquals(List.of("a", "b"), after.browse("q"));
        assertEquals(0, after.status("q").scheduled());
    }

    @Test
    void itsTimeToLiveRunsOn() {
        shard.queue(
                QueueDefinition.named("e").withDeadLetter(new DeadLetter(Optional.empty(), Optional.of("late"), 0)));
        shard.producer("e").send(ShardFixture.withTtl("a", 500));
        shard.consumer("e").credit(1).settle(0, PARK);
        shard.advance(500);

        assertEquals(List.of("a"), shard.browse("late"));
    }

    @Test
    void purgeAndCancelTakeItAway() {
        parked();
        Answer<Boolean> cancelled = new Answer<>();
        shard.runWhere(() -> shard.mailbox().cancelScheduled("q", 1, shard.client, cancelled));
        assertTrue(cancelled.value());
        shard.consumer("q").credit(1).settle(0, PARK);

        assertEquals(1, shard.purge("q").value());
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void anAvailableMessageMayBeFetchedToo() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = shard.consumer("q");
        fetch(shard, consumer, 2).value();

        assertEquals(List.of("b"), consumer.bodies());
        consumer.settle(0, Outcome.RELEASED);
        assertEquals(List.of("a", "b"), shard.browse("q"));
    }

    @Test
    void aConsumerThatIsNotThereFetchesNothing() {
        TestConsumer consumer = parked();
        consumer.detach();
        assertEquals(Refusal.Kind.NOT_FOUND, fetch(shard, consumer, 1).refusal().kind());
        TestConsumer never = new TestConsumer(shard, "q", Consumer.Mode.MOVE, Outcome.RELEASED);
        assertEquals(Refusal.Kind.NOT_FOUND, fetch(shard, never, 1).refusal().kind());
    }
}
