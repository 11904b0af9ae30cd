package io.sluice.broker.port;

import io.sluice.broker.Refusal;
import java.util.Optional;

/** One connection of a front end, as a shard sees it. */
@FunctionalInterface
public interface Client {
    /**
     * The shard called listeners of this client in the turn that ends now: hand over what they collected, once. Shard's thread;
     * must not block.
     */
    void turnEnded();

    /**
     * Whether the client's user may bring a queue into being by using it. Shard's thread; quick.
     *
     * @return why not
     */
    default Optional<Refusal> refusalToCreate(String queue) {
        return Optional.empty();
    }
}
