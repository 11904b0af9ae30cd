package io.sluice.amqp;

import io.sluice.broker.shard.ShardMailbox;
import java.util.List;

/** The shards whose queues a front end serves. Any thread. */
@FunctionalInterface
public interface Shards {
    /** The one that owns an address, whether there is a queue or not. */
    ShardMailbox of(String address);

    /** Every one, by its number; one where nobody says more. */
    default List<ShardMailbox> all() {
        return List.of(of(""));
    }
}
