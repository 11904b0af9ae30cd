package io.sluice.broker.shard;

import io.sluice.broker.Lifetime;
import io.sluice.broker.port.Client;
import java.util.Objects;
import java.util.Optional;

/**
 * A link that a temporary queue lives by: it asks for a new one, or attaches to one that may be its own from before. A front end
 * holds it as a handle, one for each attach; its state belongs to the shard's thread.
 */
public final class TemporaryLink {
    private final Client client;
    private final Object link;
    private final String queue;
    private final Optional<Lifetime> creates;
    private final Limits limits;
    private volatile boolean holding;

    /**
     * How many temporary queues there may be.
     *
     * @param ofClient of one client, 1 or more
     * @param ofAll of all clients, those that wait for theirs to come back included
     */
    public record Limits(int ofClient, int ofAll) {
        public Limits {
            if (ofClient < 1 || ofAll < 1) {
                throw new IllegalArgumentException("a limit is 1 or more");
            }
        }
    }

    private TemporaryLink(Client client, Object link, String queue, Optional<Lifetime> creates, Limits limits) {
        this.client = Objects.requireNonNull(client, "client");
        this.link = Objects.requireNonNull(link, "link");
        this.queue = Objects.requireNonNull(queue, "queue");
        this.creates = creates;
        this.limits = limits;
    }

    /**
     * Asks for a new queue.
     *
     * @param link what the link is known by, equal when it comes back
     * @param queue a name that never was, see {@link io.sluice.broker.TemporaryName}
     */
    public static TemporaryLink creating(Client client, Object link, String queue, Lifetime lifetime, Limits limits) {
        return new TemporaryLink(client, link, queue, Optional.of(lifetime), limits);
    }

    /** Attaches to a queue that is there, and holds it again if it is the link that created it. */
    public static TemporaryLink returning(Client client, Object link, String queue) {
        return new TemporaryLink(client, link, queue, Optional.empty(), new Limits(1, 1));
    }

    Client client() {
        return client;
    }

    Object link() {
        return link;
    }

    String queue() {
        return queue;
    }

    /** Empty: the queue is there, or there is none. */
    Optional<Lifetime> creates() {
        return creates;
    }

    Limits limits() {
        return limits;
    }

    /** Whether the queue lived by this link when its listener heard {@code attached}. Any thread. */
    public boolean isHolding() {
        return holding;
    }

    void holds() {
        holding = true;
    }
}
