package io.sluice.broker.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Outcome;
import io.sluice.broker.port.Metrics;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** What a shard tells about itself is what is in it, as of the last tick. */
class ShardMetersTest {
    private final Gauges gauges = new Gauges();
    private final ShardFixture shard = new ShardFixture(
            new HeldJournal(),
            new NaiveStore(),
            new TestLargeBodies(),
            new ShardLimits(20_000, 1 << 20, 1 << 20, 1 << 10),
            name -> java.util.Optional.empty(),
            gauges);

    private static final class Gauges implements Metrics {
        private final Map<String, DoubleSupplier> byName = new HashMap<>();

        @Override
        public Counter counter(String name, Unit unit, String description, String... tags) {
            return Metrics.NONE.counter(name, unit, description, tags);
        }

        @Override
        public void gauge(String name, Unit unit, String description, DoubleSupplier value, String... tags) {
            byName.put(name, value);
        }

        @Override
        public Distribution distribution(String name, Unit unit, String description, String... tags) {
            return Metrics.NONE.distribution(name, unit, description, tags);
        }

        double value(String name) {
            return byName.get("sluice.shard." + name).getAsDouble();
        }
    }

    @Test
    void messagesCountUntilTheyAreSettled() {
        shard.queue("q").queue("r").publish("q", "a", "b");
        shard.publish("r", "c");
        TestConsumer consumer = shard.consumer("q").credit(1);
        shard.advance(100);
        assertEquals(2, gauges.value("queues"));
        assertEquals(3, gauges.value("messages"));

        consumer.settle(0, Outcome.ACCEPTED);
        shard.commitAll();
        shard.advance(100);

        assertEquals(2, gauges.value("messages"));
    }

    @Test
    void whatHasAPageIsUnstoredNoMoreAndMayBeOut() {
        shard.queue("q");
        for (int i = 0; i < 50; i++) {
            shard.publish("q", "message " + i);
        }
        shard.advance(100);
        double unstored = gauges.value("memory.unstored");
        assertTrue(unstored > 10_000, "unstored: " + unstored);
        assertTrue(gauges.value("memory") >= unstored);
        assertEquals(20_000, gauges.value("memory.limit"));

        shard.storeRest();
        shard.runWhere(shard.store::complete);
        shard.advance(100);

        assertTrue(gauges.value("memory.unstored") < unstored);
        assertTrue(gauges.value("messages.out") > 0);
        assertEquals(50, gauges.value("messages"));
    }

    @Test
    void producersThatAreHeldBackAreSeen() {
        shard.queue("q").advance(100);
        assertEquals(0, gauges.value("producers.held"));

        shard.runWhere(() -> shard.journal.listener().roomLow(true, "the disk is full"));
        shard.advance(100);

        assertEquals(1, gauges.value("producers.held"));
    }
}
