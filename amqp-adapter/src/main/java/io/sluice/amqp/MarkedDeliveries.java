package io.sluice.amqp;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.engine.Link;

/**
 * Deliveries whose transfers are to say what the engine cannot (AMQP 1.0 §2.7.5): {@code aborted}, or {@code resume}. The connection's event
 * loop.
 */
final class MarkedDeliveries {
    private final Map<Link, Set<Binary>> tags = new HashMap<>();

    void add(Link link, byte[] tag) {
        tags.computeIfAbsent(link, any -> new HashSet<>()).add(new Binary(tag));
    }

    boolean isEmpty() {
        return tags.isEmpty();
    }

    boolean has(Link link, Binary tag) {
        Set<Binary> ofLink = tags.get(link);
        return ofLink != null && ofLink.contains(tag);
    }

    /** @return whether it was one of these */
    boolean remove(Link link, Binary tag) {
        Set<Binary> ofLink = tags.get(link);
        boolean had = ofLink != null && ofLink.remove(tag);
        if (had && ofLink.isEmpty()) {
            tags.remove(link);
        }
        return had;
    }

    /** The link is gone. */
    void forget(Link link) {
        tags.remove(link);
    }
}
