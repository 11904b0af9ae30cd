package io.sluice.amqp;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Which connection holds which link. A link is named by its container, direction and name (AMQP 1.0 §2.6.1): who attaches it
 * again takes it over, and the old endpoint is detached with {@code amqp:link:stolen}. Any thread.
 */
public final class LinkRegistry {
    private final ConcurrentMap<Key, Holder> holders = new ConcurrentHashMap<>();

    /**
     * The name of a link in the whole broker.
     *
     * @param user whose connection it is: nobody takes a link from somebody else
     */
    record Key(String user, String containerId, boolean peerSends, String name) {}

    private record Holder(LinkEndpoint endpoint, Consumer<LinkEndpoint> steal) {}

    /** @param steal called when somebody else takes the link; on that one's thread */
    void claim(Key key, LinkEndpoint endpoint, Consumer<LinkEndpoint> steal) {
        Holder previous = holders.put(key, new Holder(endpoint, steal));
        if (previous != null && previous.endpoint != endpoint) {
            previous.steal.accept(previous.endpoint);
        }
    }

    void release(Key key, LinkEndpoint endpoint) {
        holders.computeIfPresent(key, (same, holder) -> holder.endpoint == endpoint ? null : holder);
    }

    /** How many links are held. */
    public int size() {
        return holders.size();
    }
}
