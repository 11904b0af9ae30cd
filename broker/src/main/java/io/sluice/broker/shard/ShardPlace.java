package io.sluice.broker.shard;

import io.sluice.broker.Refusal;
import java.util.Map;

/**
 * One shard among all.
 *
 * @param index its number, from 0
 */
public record ShardPlace(Placement placement, int index) {
    /** The only one. */
    public static final ShardPlace ONLY = new ShardPlace(Placement.ONE, 0);

    public ShardPlace {
        if (index < 0 || index >= placement.shards()) {
            throw new IllegalArgumentException("there is no shard " + index + " of " + placement.shards());
        }
    }

    /** Whether the address is this shard's. */
    public boolean owns(String address) {
        return placement.shardOf(address) == index;
    }

    /** Why what must stay in this shard does not go to a queue of another. */
    Refusal elsewhere(String queue) {
        int other = placement.shardOf(queue);
        return new Refusal(
                Refusal.Kind.NOT_IMPLEMENTED,
                "queue '" + queue + "' is in shard " + other + ", and what is moved stays in its shard, " + index,
                Map.of("queue", queue, "shard", (long) other));
    }

    /** Where messages of this shard go that are to go to a queue: it, or the one that stands for it here. */
    public String nameHere(String queue) {
        return placement.nameIn(index, queue);
    }
}
