package io.sluice.broker.port;

/** One connection of a front end, as a shard sees it. */
@FunctionalInterface
public interface Client {
    /**
     * The shard called listeners of this client in the turn that ends now: hand over what they collected, once. Shard's thread;
     * must not block.
     */
    void turnEnded();
}
