package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Looking at a queue without taking from it (AMQP 1.0 §3.5.2). */
class BrowseTest {
    private final ShardFixture shard = new ShardFixture().queue("q");

    @Test
    void aBrowserSeesWhatIsAvailableInTheOrderOfServiceAndTakesNothing() {
        shard.producer("q")
                .send(ShardFixture.withPriority("1a", 1))
                .send(ShardFixture.withPriority("5a", 5))
                .send(ShardFixture.withPriority("1b", 1));

        assertEquals(List.of("5a", "1a", "1b"), shard.browse("q"));
        assertEquals(List.of("5a", "1a", "1b"), shard.consumer("q").credit(3).bodies());
    }

    @Test
    void aBrowserSeesTheQueueAsItWasWhenItAttached() {
        shard.publish("q", "a");
        TestConsumer browser = shard.browser("q");
        shard.publish("q", "b");
        browser.drain(10);

        assertEquals(List.of("attached", "deliver a", "drained"), browser.events);
    }

    @Test
    void aBrowserDoesNotSeeLockedOrExpiredMessages() {
        shard.publish("q", "locked");
        shard.consumer("q").credit(1);
        shard.producer("q").send(ShardFixture.withTtl("late", 5)).send("free");
        shard.now += 5;

        assertEquals(List.of("free"), shard.browse("q"));
    }

    @Test
    void aBrowserGoesOnWithMoreCreditAndOverRemovedMessages() {
        shard.publish("q", "a", "b", "c");
        TestConsumer browser = shard.browser("q").credit(1);
        shard.consumer("q").credit(2).acceptAll();
        browser.credit(5);

        assertEquals(List.of("a", "c"), browser.bodies());
    }

    @Test
    void settlingABrowsedMessageChangesNothing() {
        shard.publish("q", "a");
        TestConsumer browser = shard.browser("q").credit(1).settle(0, Outcome.ACCEPTED);

        assertEquals(List.of("a"), browser.settledBodies());
        assertEquals(List.of("a"), shard.browse("q"));
    }
}
