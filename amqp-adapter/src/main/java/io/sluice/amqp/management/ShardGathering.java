package io.sluice.amqp.management;

import io.sluice.broker.port.Reply;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What all shards have of something. */
final class ShardGathering {
    private ShardGathering() {}

    /**
     * @param question asks one shard, which does not refuse it
     * @param then hears once, of all in this order
     */
    static <T> void all(
            Queues queues,
            BiConsumer<ShardMailbox, Reply<List<T>>> question,
            Comparator<T> order,
            Consumer<List<T>> then) {
        List<ShardMailbox> shards = queues.all();
        if (shards.isEmpty()) {
            then.accept(List.of());
            return;
        }
        AtomicInteger shardsLeft = new AtomicInteger(shards.size());
        Queue<T> gathered = new ConcurrentLinkedQueue<>();
        for (ShardMailbox shard : shards) {
            question.accept(shard, Answer.whenDone(some -> {
                gathered.addAll(some);
                if (shardsLeft.decrementAndGet() == 0) {
                    List<T> all = new ArrayList<>(gathered);
                    all.sort(order);
                    then.accept(all);
                }
            }));
        }
    }
}
