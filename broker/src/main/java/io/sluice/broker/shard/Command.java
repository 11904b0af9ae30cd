package io.sluice.broker.shard;

import io.sluice.broker.queue.Turn;

/** Something to decide, on the shard's thread. */
@FunctionalInterface
interface Command {
    void decide(Shard shard, Turn turn);
}
