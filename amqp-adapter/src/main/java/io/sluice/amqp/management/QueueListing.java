package io.sluice.amqp.management;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The queues of all shards, by name. */
final class QueueListing implements Listing {
    private final Queues queues;

    QueueListing(Queues queues) {
        this.queues = queues;
    }

    @Override
    public List<String> attributes() {
        return QueueAttributes.names();
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        List<ShardMailbox> shards = queues.all();
        if (shards.isEmpty()) {
            then.accept(new Rows(List.of(), 0));
            return;
        }
        AtomicInteger shardsLeft = new AtomicInteger(shards.size());
        Queue<QueueStatus> gathered = new ConcurrentLinkedQueue<>();
        for (ShardMailbox shard : shards) {
            shard.list(Queues.NO_BATCHES, Answer.whenDone(all -> {
                gathered.addAll(all);
                if (shardsLeft.decrementAndGet() == 0) {
                    then.accept(rows(page, gathered));
                }
            }));
        }
    }

    private Rows rows(Page page, Iterable<QueueStatus> all) {
        List<QueueStatus> sorted = new ArrayList<>();
        all.forEach(sorted::add);
        sorted.sort(Comparator.comparing(status -> status.definition().name()));
        List<Map<String, Object>> rows = new ArrayList<>();
        page.of(sorted).forEach(status -> rows.add(QueueAttributes.of(status, queues)));
        return new Rows(rows, sorted.size());
    }
}
