package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import io.sluice.broker.queue.Consumer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
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

    private static final Consumer.Sight LOCKED = new Consumer.Sight(true, false);
    private static final Consumer.Sight SCHEDULED = new Consumer.Sight(false, true);
    private static final Consumer.Sight ALL = new Consumer.Sight(true, true);

    private static List<Map<String, Annotations.Value>> annotations(TestConsumer browser) {
        return browser.deliveries.stream()
                .map(delivery -> delivery.message().added().values())
                .toList();
    }

    @Test
    void whoAsksForItSeesWhatOthersHave() {
        shard.publish("q", "a", "b", "c");
        TestConsumer holder = shard.consumer("q", new Consumer.Terms(0, false, OptionalLong.of(70)))
                .credit(1);
        shard.consumer("q").credit(1);
        TestConsumer browser = shard.browser("q", LOCKED).drain(10);

        assertEquals(List.of("attached", "deliver a", "deliver b", "deliver c", "drained"), browser.events);
        Map<String, Annotations.Value> locked = Map.of("x-opt-state", new Annotations.Text("locked"));
        Map<String, Annotations.Value> ending = new HashMap<>(locked);
        ending.put("x-opt-locked-until", new Annotations.Timestamp(shard.now + 70));
        assertEquals(List.of(ending, locked, Map.of()), annotations(browser));
        holder.settle(0, Outcome.RELEASED);
        assertEquals(
                List.of(Map.of(), locked, Map.of()),
                annotations(shard.browser("q", LOCKED).drain(10)));
    }

    @Test
    void whoAsksForItSeesWhatWaits() {
        shard.publish("q", "a");
        shard.producer("q").send(ScheduledTest.delayed("later", 50));
        shard.publish("q", "parked", "b");
        shard.consumer("q").credit(2).settle(1, ParkingTest.PARK).settle(0, Outcome.RELEASED);
        TestConsumer browser = shard.browser("q", SCHEDULED).drain(10);

        assertEquals(List.of("a", "later", "parked", "b"), browser.bodies());
        assertEquals(
                List.of(
                        Map.of(),
                        Map.of(
                                "x-opt-state",
                                new Annotations.Text("scheduled"),
                                "x-opt-delivery-time",
                                new Annotations.Timestamp(shard.now + 50)),
                        Map.of("x-opt-state", new Annotations.Text("parked")),
                        Map.of()),
                annotations(browser));
        assertEquals(List.of("a", "b"), shard.browse("q"), "it is no matter of others");
        assertEquals(List.of("a", "b"), shard.browser("q", LOCKED).drain(10).bodies());
    }

    @Test
    void aBrowserThatSeesMoreSeesTheQueueAsItWas() {
        shard.publish("q", "a", "b", "c");
        shard.producer("q").send(ScheduledTest.delayed("later", 50));
        TestConsumer holder = shard.consumer("q").credit(1);
        TestConsumer browser = shard.browser("q", ALL).credit(1);
        shard.producer("q").send(ScheduledTest.delayed("too late", 50)).send("new");
        holder.settle(0, Outcome.RELEASED);
        shard.consumer("q").credit(3);
        shard.advance(50);
        browser.drain(10);

        assertEquals(List.of("a", "b", "c", "later"), browser.bodies(), "each once, whatever became of it");
    }

    @Test
    void whatWaitsOutOfMemoryIsSeenAndStaysThere() {
        ShardFixture paged = new ShardFixture(PagingTest.nothingStays()).queue("q");
        paged.store.pageMessages = 2;
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            // By time they stand the other way round, between those that are for now.
            TestProducer producer = paged.producer("q");
            producer.send(
                    i % 3 == 0
                            ? ShardFixture.message("m" + i, Message.Header.DURABLE)
                            : ScheduledTest.delayed("m" + i, 1_000 - i));
            expected.add("m" + i);
        }
        paged.checkpoint();
        paged.advance(0);
        assertEquals(9, paged.status("q").pagedOut());

        TestConsumer browser = paged.browser("q", ALL).drain(20);
        assertEquals(expected, browser.bodies());
        assertEquals(
                new Annotations.Timestamp(paged.now + 998),
                annotations(browser).get(2).get("x-opt-delivery-time"));
        assertEquals(List.of("m0", "m3", "m6"), paged.browse("q"));
        assertEquals(9, paged.status("q").pagedOut());
    }

    @Test
    void settlingABrowsedMessageChangesNothing() {
        shard.publish("q", "a");
        TestConsumer browser = shard.browser("q").credit(1).settle(0, Outcome.ACCEPTED);

        assertEquals(List.of("a"), browser.settledBodies());
        assertEquals(List.of("a"), shard.browse("q"));
    }
}
