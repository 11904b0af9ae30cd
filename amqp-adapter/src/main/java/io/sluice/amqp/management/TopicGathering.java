package io.sluice.amqp.management;

import io.sluice.broker.TopicStatus;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The topics of all shards. */
final class TopicGathering {
    private TopicGathering() {}

    /** @param then hears once, of all topics by name */
    static void all(Queues queues, Consumer<List<TopicStatus>> then) {
        List<ShardMailbox> shards = queues.all();
        if (shards.isEmpty()) {
            then.accept(List.of());
            return;
        }
        AtomicInteger shardsLeft = new AtomicInteger(shards.size());
        Queue<TopicStatus> gathered = new ConcurrentLinkedQueue<>();
        for (ShardMailbox shard : shards) {
            shard.topics(Queues.NO_BATCHES, Answer.whenDone(topics -> {
                gathered.addAll(topics);
                if (shardsLeft.decrementAndGet() == 0) {
                    List<TopicStatus> all = new ArrayList<>(gathered);
                    all.sort(Comparator.comparing(TopicStatus::name));
                    then.accept(all);
                }
            }));
        }
    }
}
