package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.port.Metrics;
import io.sluice.broker.port.Metrics.Unit;
import io.sluice.broker.queue.Queue;

/**
 * What a shard tells about itself. The shard's thread looks at its queues at each tick and publishes the sums as one object, so that
 * whoever asks, on whatever thread, sees figures of one instant and holds nobody up.
 */
final class ShardMeters {
    private static final int LEVELS = Message.MAX_PRIORITY + 1;

    private final ShardQueues queues;
    private final Pressure pressure;
    private final boolean read;
    private volatile Sums sums = new Sums(0, 0, new long[LEVELS], 0, 0, 0, false);

    /**
     * @param messages in all queues, whoever has them
     * @param byPriority of those, the ones in queues with an order by priority; changed by nobody
     * @param out of memory
     * @param memoryBytes that messages take
     * @param unstoredBytes of that, what no page has
     * @param held producers get no credit
     */
    private record Sums(
            long queues,
            long messages,
            long[] byPriority,
            long out,
            long memoryBytes,
            long unstoredBytes,
            boolean held) {}

    ShardMeters(Metrics metrics, ShardQueues queues, Pressure pressure, ShardLimits limits) {
        this.queues = queues;
        this.pressure = pressure;
        this.read = metrics != Metrics.NONE;
        metrics.gauge("sluice.shard.queues", Unit.COUNT, "Queues.", () -> sums.queues);
        metrics.gauge(
                "sluice.shard.messages",
                Unit.COUNT,
                "Messages in all queues, those that consumers have not settled too.",
                () -> sums.messages);
        for (int level = 0; level < LEVELS; level++) {
            int priority = level;
            metrics.gauge(
                    "sluice.shard.priority.messages",
                    Unit.COUNT,
                    "Messages of this priority in all queues with an order by priority.",
                    () -> sums.byPriority[priority],
                    "priority",
                    Integer.toString(priority));
        }
        metrics.gauge(
                "sluice.shard.messages.out",
                Unit.COUNT,
                "Messages that are on disk only, until they are wanted.",
                () -> sums.out);
        metrics.gauge("sluice.shard.memory", Unit.BYTES, "Memory that messages take.", () -> sums.memoryBytes);
        metrics.gauge(
                "sluice.shard.memory.unstored",
                Unit.BYTES,
                "Memory of durable messages that can leave it only after a checkpoint.",
                () -> sums.unstoredBytes);
        metrics.gauge("sluice.shard.memory.limit", Unit.BYTES, "Memory that messages may take.", limits::memoryBytes);
        metrics.gauge(
                "sluice.shard.producers.held",
                Unit.COUNT,
                "1 while producers get no credit, for memory or the disk.",
                () -> sums.held ? 1 : 0);
    }

    /** Time has passed. */
    void tick() {
        if (!read) {
            return;
        }
        long count = 0;
        long messages = 0;
        long[] byPriority = new long[LEVELS];
        long out = 0;
        for (Queue queue : queues.all()) {
            count++;
            messages += queue.messages();
            queue.addDepthsTo(byPriority);
            out += queue.messagesOut();
        }
        boolean held = !pressure.reason(queues.bytes()).isEmpty();
        sums = new Sums(
                count,
                messages,
                byPriority,
                out,
                queues.bytes(),
                queues.memory().unstoredBytes(),
                held);
    }
}
