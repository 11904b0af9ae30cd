package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.broker.Annotations;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Schedule;
import io.sluice.broker.queue.Consumer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Consumers of messages that they name by their numbers. */
class FetchTest {
    private static final Outcome PARK = new Outcome.Modified(false, true, Annotations.EMPTY, Schedule.PARKED);

    private ShardFixture shard = new ShardFixture().queue(QueueDefinition.named("q"));

    private TestConsumer fetching(Long... numbers) {
        return fetching(Consumer.Terms.NONE, numbers);
    }

    private TestConsumer fetching(Consumer.Terms terms, Long... numbers) {
        TestConsumer consumer = new TestConsumer(
                shard, new TestConsumer.Terms("q", Consumer.Mode.FETCH, Outcome.RELEASED, Optional.empty(), terms));
        shard.runWhere(() -> shard.mailbox().attachFetching(consumer.handle, List.of(numbers)));
        return consumer;
    }

    @Test
    void theyAreGivenInTheOrderAskedForAsThereIsCredit() {
        shard.publish("q", "a", "b", "c", "d");
        TestConsumer consumer = fetching(3L, 1L);
        assertEquals(List.of("attached"), consumer.events);
        assertEquals(List.of("b", "d"), shard.browse("q"), "nobody else may have them");
        consumer.credit(1);
        assertEquals(List.of("c"), consumer.bodies());
        consumer.credit(5);
        assertEquals(List.of("c", "a"), consumer.bodies());
        consumer.acceptAll();
        assertEquals(List.of("b", "d"), shard.restart().browse("q"));
        consumer.drain(0);
        assertEquals("drained", consumer.events.get(consumer.events.size() - 1));
    }

    @Test
    void whereOneIsNotThereNoneIsTaken() {
        shard.publish("q", "a", "b");
        shard.consumer("q").credit(1);
        TestConsumer taken = fetching(2L, 1L);
        assertEquals(Refusal.Kind.NOT_FOUND, taken.closedBy.kind());
        assertEquals("queue 'q' has no message 1 that nobody has", taken.closedBy.text());
        assertEquals(Refusal.Kind.NOT_FOUND, fetching(2L, 99L).closedBy.kind());
        assertEquals(List.of("b"), shard.browse("q"));
        assertEquals(1, shard.status("q").consumers());
    }

    @Test
    void parkedAndScheduledOnesCanBeFetched() {
        shard.publish("q", "parked");
        TestConsumer first = shard.consumer("q").credit(1).settle(0, PARK);
        first.detach();
        shard.producer("q").send(ScheduledTest.delayed("later", 1_000));
        TestConsumer consumer = fetching(1L, 2L).credit(2);
        assertEquals(List.of("parked", "later"), consumer.bodies());
        consumer.settle(0, Outcome.RELEASED).settle(1, Outcome.ACCEPTED);
        assertEquals(List.of(), shard.browse("q"), "it is parked again");
        assertEquals(List.of("parked"), fetching(1L).credit(1).bodies());
    }

    @Test
    void whatIsOutOfMemoryIsReadAndNothingElseIsHeldUp() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue("q");
        shard.publish("q", "a", "b", "c", "d");
        shard.checkpoint();
        shard.advance(0);
        assertEquals(4, shard.status("q").pagedOut());
        shard.store.holdsReads = true;
        TestConsumer consumer = fetching(4L, 2L);
        assertEquals(List.of(), consumer.events, "not yet");
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }
        assertEquals(List.of("attached"), consumer.events);
        assertEquals(List.of("d", "b"), consumer.credit(2).bodies());
    }

    @Test
    void whoLeavesWhileTheyAreReadTakesNone() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue("q");
        shard.publish("q", "a", "b");
        shard.checkpoint();
        shard.advance(0);
        shard.store.holdsReads = true;
        TestConsumer consumer = fetching(1L, 2L);
        consumer.detach();
        while (shard.store.readsWaiting() > 0) {
            shard.runWhere(shard.store::answerRead);
        }
        shard.store.holdsReads = false;
        assertEquals(List.of("detached"), consumer.events);
        assertEquals(List.of("a", "b"), shard.browse("q"));
    }

    @Test
    void whatWasNotGivenIsAsItWasWhenTheConsumerGoes() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = fetching(1L, 2L).credit(1);
        consumer.detach();
        TestConsumer next = shard.consumer("q").credit(2);
        assertEquals(List.of("a", "b"), next.bodies());
        assertEquals(0, next.deliveries.get(1).deliveryCount());
        assertFalse(shard.status("q").messages() != 2);
    }

    @Test
    void aLockRunsOutOfOneThatWasGiven() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = fetching(new Consumer.Terms(0, false, OptionalLong.of(100)), 1L, 2L)
                .credit(1);
        shard.advance(100);
        assertEquals(List.of("a"), shard.browse("q"), "the other one is not given yet");
        assertEquals(List.of("a", "b"), consumer.credit(1).bodies());
    }

    @Test
    void whatCouldNotBeSentIsGivenAgain() {
        shard.publish("q", "a", "b");
        TestConsumer consumer = fetching(1L, 2L).credit(1).settle(0, Outcome.UNSENT);
        assertEquals(List.of(), shard.browse("q"));
        assertEquals(List.of("a", "a", "b"), consumer.credit(2).bodies());
    }

    @Test
    void aPausedQueueGivesOutNothing() {
        shard.publish("q", "a");
        shard.pause("q", true);
        TestConsumer consumer = fetching(1L).credit(1);
        assertEquals(List.of(), consumer.bodies());
        shard.pause("q", false);
        assertEquals(List.of("a"), consumer.bodies());
    }

    @Test
    void aQueueThatIsNotThereIsNotMade() {
        shard = new ShardFixture();
        assertEquals(Refusal.Kind.NOT_FOUND, fetching(1L).closedBy.kind());
        assertEquals(List.of(), shard.list());
    }
}
