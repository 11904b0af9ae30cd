package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Dispatching.Groups;
import io.sluice.broker.Outcome;
import io.sluice.broker.QueueDefinition;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tenants that share a queue: one that has much in flight does not make the others wait. */
class FairGroupsTest {
    private static final int NOISY = 30;

    private ShardFixture shard = new ShardFixture().queue(fair("q"));

    private static QueueDefinition fair(String name) {
        return QueueDefinition.named(name).withDispatching(Dispatching.DEFAULT.withGroups(Groups.FAIR));
    }

    /** Bodies are a letter, which is the tenant, and a number. */
    private void send(String tenant, int from, int to) {
        TestProducer producer = shard.producer("q");
        for (int i = from; i <= to; i++) {
            producer.send(ShardFixture.inGroup(tenant + i, tenant));
        }
        producer.detach();
    }

    private static List<String> numbered(String tenant, int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> tenant + i).toList();
    }

    @Test
    void aTenantWithMuchInFlightComesBehindTheOthers() {
        send("a", 1, 100);
        send("b", 1, 2);
        shard.publish("q", "x");
        TestConsumer consumer = shard.consumer("q").credit(NOISY);
        assertEquals(numbered("a", 1, NOISY), consumer.bodies());
        consumer.credit(4);

        assertEquals(List.of("b1", "b2", "x", "a31"), consumer.bodies().subList(NOISY, NOISY + 4));
    }

    @Test
    void whenItHasSettledItIsServedInItsPlace() {
        send("a", 1, 40);
        send("b", 1, 1);
        TestConsumer consumer = shard.consumer("q").credit(NOISY);
        consumer.settle(0, Outcome.ACCEPTED);
        consumer.credit(3);
        assertEquals(List.of("a31", "b1", "a32"), consumer.bodies().subList(NOISY, NOISY + 3));
    }

    @Test
    void aTenthOfAllIsNobodysNoise() {
        TestConsumer consumer = shard.consumer("q").credit(400);
        for (int tenant = 0; tenant < 10; tenant++) {
            send("" + (char) ('a' + tenant), 1, 31);
        }
        assertEquals(310, consumer.deliveries.size());
        send("a", 32, 33);
        send("b", 32, 32);
        assertEquals(List.of("a32", "a33", "b32"), consumer.bodies().subList(310, 313));
        consumer.credit(0);
    }

    @Test
    void anybodyGetsTheMessagesOfATenant() {
        TestConsumer one = shard.consumer("q").credit(2);
        TestConsumer other = shard.consumer("q").credit(2);
        send("a", 1, 4);
        assertEquals(List.of("a1", "a3"), one.bodies());
        assertEquals(List.of("a2", "a4"), other.bodies());
        other.settle(0, Outcome.RELEASED);
        assertEquals(List.of("a2"), shard.consumer("q").credit(1).bodies(), "and what comes back too");
    }

    @Test
    void aPriorityCountsForMore() {
        TestConsumer consumer = shard.consumer("q").credit(NOISY);
        send("a", 1, NOISY);
        send("b", 1, 1);
        shard.producer("q")
                .send(ShardFixture.message(
                        "high",
                        ShardFixture.withPriority("", 9)
                                .header()
                                .withGroup(new io.sluice.broker.MessageGroup("a", 0))));
        consumer.credit(2);
        assertEquals(List.of("high", "b1"), consumer.bodies().subList(NOISY, NOISY + 2));
    }

    @Test
    void whoSelectsGetsWhatItSelectsBesideOthers() {
        send("a", 1, 40);
        send("b", 1, 1);
        TestConsumer all = shard.consumer("q").credit(NOISY);
        TestConsumer selecting = shard.selecting(
                "q", io.sluice.broker.queue.Consumer.Mode.MOVE, Outcome.RELEASED, body -> body.endsWith("9"));
        selecting.credit(2);
        all.credit(2);
        assertEquals(List.of("a39"), selecting.bodies());
        assertEquals(List.of("b1", "a31"), all.bodies().subList(NOISY, NOISY + 2));
    }

    private TestConsumer selecting(java.util.function.Predicate<String> body) {
        return shard.selecting("q", io.sluice.broker.queue.Consumer.Mode.MOVE, Outcome.RELEASED, body);
    }

    @Test
    void soItIsWhereEveryoneSelects() {
        send("a", 1, 100);
        send("b", 1, 3);
        shard.publish("q", "x");
        TestConsumer consumer =
                selecting(body -> !body.equals("a2") && !body.equals("b2")).credit(NOISY);
        assertEquals(numbered("a", 3, NOISY + 1), consumer.bodies().subList(1, NOISY));
        consumer.credit(4);
        assertEquals(List.of("b1", "b3", "x", "a32"), consumer.bodies().subList(NOISY, NOISY + 4));
        TestConsumer other = selecting(body -> body.startsWith("b")).credit(2);
        assertEquals(List.of("b2"), other.bodies());
        consumer.settle(1, Outcome.RELEASED);
        consumer.settle(NOISY, Outcome.RELEASED);
        consumer.credit(2);
        assertEquals(List.of("a3", "a33"), consumer.bodies().subList(NOISY + 4, NOISY + 6), "what came back first");
        assertEquals(List.of("b2", "b1"), other.bodies());
    }

    @Test
    void whatCameBackOfAQuietTenantComesBeforeTheNoisyOne() {
        send("b", 1, 2);
        send("a", 1, 100);
        TestConsumer consumer = selecting(body -> true).credit(NOISY + 2);
        consumer.settle(1, Outcome.RELEASED);
        consumer.settle(2, Outcome.RELEASED);
        send("c", 1, 1);
        consumer.credit(4);
        assertEquals(
                List.of("b2", "a1", "c1", "a31"),
                consumer.bodies().subList(NOISY + 2, NOISY + 6),
                "with 29 in flight the tenant has its place, with 30 it is behind");
    }

    @Test
    void whereEveryoneSelectsItIsLookedPastTheBacklogOfATenantAsFarAsThatGoes() {
        send("a", 1, 2_000);
        send("b", 1, 1);
        TestConsumer consumer = selecting(body -> true).credit(500);
        assertEquals(numbered("a", 1, 500), consumer.bodies());
        for (int i = 0; i < 600; i++) {
            consumer.credit(1);
        }
        int at = consumer.bodies().indexOf("b1");
        assertTrue(at >= 1_000 && at < 1_050, "at " + at);
        consumer.credit(2_000);
        assertEquals(2_001, consumer.deliveries.size());
    }

    @Test
    void allOfItIsGivenOutAlsoFromPages() {
        shard = new ShardFixture(new ShardLimits(
                        1 << 20, 1 << 20, 1 << 20, 1 << 20, new ShardLimits.Paging(1, 1 << 20, 1 << 20, 1 << 20)))
                .queue(fair("q"));
        send("a", 1, 50);
        send("b", 1, 50);
        shard.checkpoint();
        shard.advance(0);
        TestConsumer consumer = shard.consumer("q").credit(NOISY + 10);
        assertEquals(numbered("a", 1, NOISY), consumer.bodies().subList(0, NOISY));
        assertEquals(numbered("b", 1, 10), consumer.bodies().subList(NOISY, NOISY + 10));
        consumer.credit(100);
        assertEquals(100, consumer.deliveries.size());
        consumer.acceptAll();
        assertEquals(0, shard.status("q").messages());
    }

    @Test
    void soItIsWhereEveryoneSelectsWhoIsNotKnownToBeThereIsNotWaitedFor() {
        shard = new ShardFixture(PagingTest.nothingStays()).queue(fair("q"));
        send("a", 1, 50);
        send("b", 1, 50);
        shard.checkpoint();
        shard.advance(0);
        TestConsumer consumer = selecting(body -> true).credit(100);
        assertEquals(100, consumer.deliveries.size());
        assertEquals(
                numbered("a", 1, 50),
                consumer.bodies().stream().filter(body -> body.startsWith("a")).toList());
    }

    @Test
    void aLongBacklogOfOneTenantIsLookedPastAsFarAsThatGoes() {
        send("a", 1, 2_000);
        send("b", 1, 1);
        TestConsumer consumer = shard.consumer("q").credit(500);
        assertEquals(numbered("a", 1, 500), consumer.bodies());
        consumer.credit(600);
        // From 1000 before it on, it is seen.
        assertTrue(
                consumer.bodies().indexOf("b1") >= 1_000,
                "at " + consumer.bodies().indexOf("b1"));
        assertTrue(
                consumer.bodies().indexOf("b1") < 1_050,
                "at " + consumer.bodies().indexOf("b1"));
        consumer.credit(2_000);
        assertEquals(2_001, consumer.deliveries.size());
    }
}
