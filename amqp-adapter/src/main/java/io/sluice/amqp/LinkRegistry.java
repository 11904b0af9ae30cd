package io.sluice.amqp;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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

    /** An endpoint that may lose its link. */
    interface Holder {
        /** Somebody else has the link now. Any thread. */
        void stolen();
    }

    void claim(Key key, Holder holder) {
        Holder previous = holders.put(key, holder);
        if (previous != null && previous != holder) {
            previous.stolen();
        }
    }

    void release(Key key, Holder holder) {
        holders.remove(key, holder);
    }

    /** How many links are held. */
    public int size() {
        return holders.size();
    }
}
