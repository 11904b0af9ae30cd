package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Delivery;
import io.sluice.broker.shard.ShardFixture.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Scheduled messages that somebody takes by their numbers while they go into pages of the store, and out of memory. */
class ScheduledInPagesTest {
    private final ShardFixture shard = new ShardFixture(PagingTest.nothingStays()).queue("q");

    private static void fetch(ShardFixture from, TestConsumer consumer, long sequence) {
        Answer<Delivery> answer = new Answer<>();
        from.runWhere(() -> from.mailbox().fetch(consumer.handle, sequence, from.client, answer));
        answer.value();
    }

    @Test
    void oneThatWasWithAConsumerWhenItsPageWasStoredStillWaits() {
        shard.producer("q").send(ScheduledTest.delayed("s", 1_000));
        TestConsumer fetching = shard.consumer("q");
        fetch(shard, fetching, 1);
        shard.checkpoint();
        fetching.settle(0, Outcome.RELEASED);
        fetching.detach();
        shard.advance(0);
        assertEquals(List.of(), shard.browse("q"));
        TestConsumer other = shard.consumer("q").credit(1);
        assertEquals(List.of(), other.bodies());
        shard.checkpoint();
        shard.advance(999);
        assertEquals(List.of(), other.bodies());
        shard.advance(1);

        assertEquals(List.of("s"), other.bodies());
    }

    @Test
    void oneThatComesBackWhenItIsDueDoesNotWaitWithItsPage() {
        shard.producer("q").send(ScheduledTest.delayed("soon", 10));
        shard.producer("q").send(ScheduledTest.delayed("late", 1_000));
        shard.checkpoint();
        shard.advance(0);
        TestConsumer fetching = shard.consumer("q");
        fetch(shard, fetching, 1);
        shard.advance(20);
        fetching.settle(0, Outcome.RELEASED);
        fetching.detach();
        shard.advance(0);
        assertEquals(List.of("soon"), shard.browse("q"));

        assertEquals(List.of("soon"), shard.consumer("q").credit(2).bodies());
    }
}
