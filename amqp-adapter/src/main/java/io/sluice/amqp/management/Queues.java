package io.sluice.amqp.management;

import io.sluice.amqp.Shards;
import io.sluice.broker.port.Client;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.function.Function;

/**
 * Where queues live.
 *
 * @param ofQueue the shard that owns a queue of that name, or would
 * @param all every shard
 */
public record Queues(Function<String, ShardMailbox> ofQueue, List<ShardMailbox> all) {
    /** Answers go out one by one: there is nothing to hand over at the end of a turn. */
    static final Client NO_BATCHES = () -> {};

    public Queues {
        all = List.copyOf(all);
    }

    /** The shard that has users and what else is defined for the broker as a whole. */
    ShardMailbox definitions() {
        return all.get(0);
    }

    /** As the front end has them. */
    public static Queues in(Shards shards) {
        return new Queues(shards::of, shards.all());
    }

    /** The number of the shard that owns a queue of that name, or would. */
    int shardOf(String queue) {
        return all.indexOf(ofQueue.apply(queue));
    }

    /** All queues in one shard. */
    public static Queues in(ShardMailbox only) {
        return new Queues(name -> only, List.of(only));
    }
}
