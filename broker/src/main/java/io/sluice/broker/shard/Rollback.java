package io.sluice.broker.shard;

import io.sluice.broker.queue.Delivery;
import java.util.List;

/**
 * What a transaction did on one shard, to be undone (AMQP 1.0 §4.4.4).
 *
 * @param sends were enlisted; they go without trace
 * @param settled deliveries that were held and that their consumers know no more: they get their consumers' loss outcome
 * @param unsettled deliveries that were held and that their consumers still have: they have them as before
 */
public record Rollback(List<Publish> sends, List<Delivery> settled, List<Delivery> unsettled) {
    public Rollback {
        sends = List.copyOf(sends);
        settled = List.copyOf(settled);
        unsettled = List.copyOf(unsettled);
    }
}
