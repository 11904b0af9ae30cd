package io.sluice.amqp;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.engine.Link;

/**
 * Deliveries whose last transfer is to say {@code aborted} (AMQP 1.0 §2.7.5), which the engine cannot: for it they just end. The
 * connection's event loop.
 */
final class AbortedDeliveries {
    private final Map<Link, Set<Binary>> tags = new HashMap<>();

    void add(Link link, byte[] tag) {
        tags.computeIfAbsent(link, any -> new HashSet<>()).add(new Binary(tag));
    }

    boolean isEmpty() {
        return tags.isEmpty();
    }

    /** @return whether this transfer ends an aborted delivery; asked once */
    boolean remove(Link link, Binary tag) {
        Set<Binary> ofLink = tags.get(link);
        boolean aborted = ofLink != null && ofLink.remove(tag);
        if (aborted && ofLink.isEmpty()) {
            tags.remove(link);
        }
        return aborted;
    }

    /** The link is gone. */
    void forget(Link link) {
        tags.remove(link);
    }
}
