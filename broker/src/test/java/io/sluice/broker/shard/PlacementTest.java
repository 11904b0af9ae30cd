package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private final Placement four = new Placement(4, List.of());

    /** These are on disks: a change that makes this test fail loses what is stored. */
    @Test
    void theHashIsTheSameForEver() {
        Placement seven = new Placement(7, List.of());
        Placement most = new Placement(64, List.of());
        assertEquals(List.of(2, 5, 46), shardsOf("orders", four, seven, most));
        assertEquals(List.of(1, 5, 21), shardsOf("invoices", four, seven, most));
        assertEquals(List.of(1, 2, 37), shardsOf("DLQ", four, seven, most));
        assertEquals(List.of(0, 3, 40), shardsOf("events.new", four, seven, most));
        assertEquals(List.of(1, 4, 21), shardsOf("\u00fc", four, seven, most));
    }

    private static List<Integer> shardsOf(String address, Placement... placements) {
        return Stream.of(placements)
                .map(placement -> placement.shardOf(address))
                .toList();
    }

    @Test
    void queuesOfSubscriptionsAreWhereTheirTopicIs() {
        for (String topic : List.of("events.new", "a", "x".repeat(199), "x".repeat(230), "x".repeat(255))) {
            int shard = four.shardOf(topic);
            String queue = topic + "::container.subscription@1";
            assertEquals(shard, four.shardOf(queue), topic);
            assertEquals(shard, four.shardOf(queue.substring(0, Math.min(queue.length(), 250)) + "~1234"), topic);
        }
    }

    @Test
    void theFirstRuleThatMatchesCounts() {
        Placement placement = new Placement(
                4,
                List.of(
                        new Placement.Rule(name -> name.startsWith("orders."), 3),
                        new Placement.Rule(name -> name.startsWith("o"), 2)));
        assertEquals(3, placement.shardOf("orders.eu"));
        assertEquals(3, placement.shardOf("orders.eu::c.s"));
        assertEquals(2, placement.shardOf("orders"));
        assertEquals(1, placement.shardOf("orders.eu@1"));
        assertEquals(four.shardOf("invoices"), placement.shardOf("invoices"));
        assertThrows(
                IllegalArgumentException.class, () -> new Placement(4, List.of(new Placement.Rule(name -> true, 4))));
    }

    @Test
    void aNameMaySayItsShard() {
        for (int shard = 0; shard < 4; shard++) {
            assertEquals(shard, four.shardOf("DLQ@" + shard));
            assertEquals("DLQ", four.plain("DLQ@" + shard));
        }
        for (String other : List.of("DLQ@4", "DLQ@01", "DLQ@", "@1", "a@1::b", "a@b")) {
            assertEquals(other, four.plain(other));
        }
        assertEquals("DLQ@1", Placement.ONE.plain("DLQ@1"));
    }

    @Test
    void everyShardHasANameForAQueueThatMustBeInIt() {
        for (String queue : List.of("DLQ", "DLQ@2", "t::s", "a:::b", "q".repeat(255))) {
            for (int shard = 0; shard < 4; shard++) {
                String name = four.nameIn(shard, queue);
                assertEquals(shard, four.shardOf(name), queue);
                assertEquals(name, four.nameIn(shard, name));
                assertTrue(name.length() <= 255, name);
            }
            assertEquals(queue, four.nameIn(four.shardOf(queue), queue));
        }
        assertEquals("DLQ@" + (four.shardOf("DLQ") + 1) % 4, four.nameIn((four.shardOf("DLQ") + 1) % 4, "DLQ"));
    }

    @Test
    void oneShardHasEverything() {
        assertEquals(0, Placement.ONE.shardOf("orders@7"));
        assertEquals("DLQ", Placement.ONE.nameIn(0, "DLQ"));
    }

    @Test
    void namesAreSpreadEvenly() {
        int[] queues = new int[8];
        Placement eight = new Placement(8, List.of());
        for (int i = 0; i < 8000; i++) {
            queues[eight.shardOf("queue-" + i)]++;
        }
        for (int count : queues) {
            assertTrue(count > 700 && count < 1300, count + " of 8000");
        }
    }
}
