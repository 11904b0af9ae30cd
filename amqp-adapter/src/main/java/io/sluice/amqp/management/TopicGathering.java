package io.sluice.amqp.management;

import io.sluice.broker.TopicStatus;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** The topics of all shards. */
final class TopicGathering {
    private TopicGathering() {}

    /** @param then hears once, of all topics by name */
    static void all(Queues queues, Consumer<List<TopicStatus>> then) {
        ShardGathering.<TopicStatus>all(
                queues,
                (shard, reply) -> shard.topics().list(Queues.NO_BATCHES, reply),
                Comparator.comparing(TopicStatus::name),
                then);
    }
}
