package io.sluice.broker.shard;

import io.sluice.broker.Lifetime;
import io.sluice.broker.port.Client;
import java.util.Objects;
import java.util.Optional;

/**
 * A link that a temporary queue or topic lives by: it asks for a new one, or attaches to one that may be its own from before. A front end
 * holds it as a handle, one for each attach; its state belongs to the shard's thread.
 */
public final class TemporaryLink {
    private final Client client;
    private final Object link;
    private final String node;
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

    private TemporaryLink(Client client, Object link, String node, Optional<Lifetime> creates, Limits limits) {
        this.client = Objects.requireNonNull(client, "client");
        this.link = Objects.requireNonNull(link, "link");
        this.node = Objects.requireNonNull(node, "node");
        this.creates = creates;
        this.limits = limits;
    }

    /**
     * Asks for a new queue, or a new topic.
     *
     * @param link what the link is known by, equal when it comes back
     * @param node a name that never was, see {@link io.sluice.broker.TemporaryName}
     */
    public static TemporaryLink creating(Client client, Object link, String node, Lifetime lifetime, Limits limits) {
        return new TemporaryLink(client, link, node, Optional.of(lifetime), limits);
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

    /** The name of the queue, or topic. */
    String node() {
        return node;
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
