package io.sluice.amqp.management;

import io.sluice.amqp.Shards;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.Client;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Where queues live. */
public record Queues(Shards shards) {
    /** Answers go out one by one: there is nothing to hand over at the end of a turn. */
    static final Client NO_BATCHES = () -> {};

    /**
     * @param ofQueue the shard that owns a queue of that name, or would
     * @param all every shard
     */
    public Queues(Function<String, ShardMailbox> ofQueue, List<ShardMailbox> all) {
        this(new Shards() {
            @Override
            public ShardMailbox of(String address) {
                return ofQueue.apply(address);
            }

            @Override
            public List<ShardMailbox> all() {
                return all;
            }
        });
    }

    /** As the front end has them. */
    public static Queues in(Shards shards) {
        return new Queues(shards);
    }

    /** All queues in one shard. */
    public static Queues in(ShardMailbox only) {
        return new Queues(name -> only, List.of(only));
    }

    /** The shard of a queue that was found in it. */
    ShardMailbox of(String queue) {
        return shards.of(queue);
    }

    /**
     * The shard that owns a queue of that name, or would.
     *
     * @throws ManagementException another node serves it
     */
    ShardMailbox owner(String queue) throws ManagementException {
        check(shards.elsewhere(queue));
        return shards.of(queue);
    }

    /** Every shard that is served here. */
    List<ShardMailbox> all() {
        return shards.all();
    }

    /** The shard that has users and what else is defined for the broker as a whole: to be read. */
    ShardMailbox definitions() {
        return shards.definitions();
    }

    /**
     * The same, to be changed.
     *
     * @throws ManagementException another node serves it
     */
    ShardMailbox changedDefinitions() throws ManagementException {
        check(shards.definitionsElsewhere());
        return shards.definitions();
    }

    private static void check(Optional<Refusal> elsewhere) throws ManagementException {
        if (elsewhere.isPresent()) {
            throw new ManagementException(
                    Status.of(elsewhere.get()), elsewhere.get().text());
        }
    }

    /** The number of the shard that owns a queue of that name, or would. */
    int shardOf(String queue) {
        return shards.numberOf(queue);
    }
}
