package io.sluice.amqp;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which connection holds which link. A link is named by its container, direction and name (AMQP 1.0 §2.6.1): who attaches it
 * again takes it over, and the old endpoint is detached with {@code amqp:link:stolen}. Any thread.
 */
public final class LinkRegistry {
    private final ConcurrentMap<Key, Holder> holders = new ConcurrentHashMap<>();
    private final ExclusiveQueues exclusive = new ExclusiveQueues();

    /**
     * The name of a link in the whole broker.
     *
     * @param user whose connection it is: nobody takes a link from somebody else
     */
    record Key(String user, String containerId, boolean peerSends, String name) {}

    /** Takes a link from its endpoint. */
    interface Thief {
        /** @param gone to be called when the endpoint does nothing more; any thread */
        void steal(LinkEndpoint endpoint, Runnable gone);
    }

    /** @param cleared when those who had the link before are gone */
    private record Holder(LinkEndpoint endpoint, Thief thief, CompletableFuture<Void> cleared) {}

    /**
     * @param thief called when somebody else takes the link; on that one's thread
     * @return completes when nobody who had the link before does anything more on it; on any thread
     */
    CompletableFuture<Void> claim(Key key, LinkEndpoint endpoint, Thief thief) {
        CompletableFuture<Void> cleared = new CompletableFuture<>();
        Holder previous = holders.put(key, new Holder(endpoint, thief, cleared));
        if (previous == null || previous.endpoint == endpoint) {
            cleared.complete(null);
        } else {
            CompletableFuture<Void> gone = new CompletableFuture<>();
            gone.runAfterBoth(previous.cleared, () -> cleared.complete(null));
            previous.thief.steal(previous.endpoint, () -> gone.complete(null));
        }
        return cleared;
    }

    void release(Key key, LinkEndpoint endpoint) {
        holders.computeIfPresent(key, (same, holder) -> holder.endpoint == endpoint ? null : holder);
    }

    /** Which queues are one connection's alone. */
    ExclusiveQueues exclusive() {
        return exclusive;
    }

    /** How many links are held. */
    public int size() {
        return holders.size();
    }
}
