package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.shard.ShardMailbox;
import java.util.List;
import java.util.Optional;

/** The shards whose queues a front end serves. Any thread. */
@FunctionalInterface
public interface Shards {
    /**
     * The one that owns an address, whether there is a queue or not. Where it is {@link #elsewhere}, nothing may be asked of it.
     */
    ShardMailbox of(String address);

    /** Every one that is served here, by its number; one where nobody says more. */
    default List<ShardMailbox> all() {
        return List.of(of(""));
    }

    /** How many there are, wherever they are served. */
    default int count() {
        return all().size();
    }

    /** The number of the one that owns an address, from 0. */
    default int numberOf(String address) {
        return all().indexOf(of(address));
    }

    /** The one that has users and what else is defined for the broker as a whole. */
    default ShardMailbox definitions() {
        return all().get(0);
    }

    /** Why whoever asks for this address has to ask another node; empty where its shard is served here. */
    default Optional<Refusal> elsewhere(String address) {
        return Optional.empty();
    }

    /** As {@link #elsewhere}, of what is defined for the broker as a whole. */
    default Optional<Refusal> definitionsElsewhere() {
        return Optional.empty();
    }

    /** The same as one connection has them: which of them it uses is known then. On that connection's event loop only. */
    default Shards forConnection() {
        return this;
    }

    /**
     * Whether this connection asked anything of a shard that it may still wait for.
     *
     * @param all those of the host that the shard is of
     * @param shard its number
     */
    default boolean uses(Shards all, int shard) {
        return this == all;
    }
}
