package io.sluice.amqp;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.UnsignedInteger;

/**
 * The handles of a session that are the peer's. One is free for another link as soon as the peer has sent its own detach (AMQP 1.0 §2.6.2);
 * the engine may hear of that detach later, and so has another handle for the link that comes next.
 */
final class PeerHandles {
    /** The engine takes none beyond. */
    private static final int MAX_ENGINE_HANDLE = 65_535;

    private final Map<UnsignedInteger, PeerLink> links = new HashMap<>();
    /** In use, as the engine is told them. */
    private final Set<UnsignedInteger> engines = new HashSet<>();

    /**
     * Of one link.
     *
     * @param ofPeer by which the peer knows it
     * @param ofEngine by which the engine knows it: the peer's, unless the engine has a link there that the peer has detached
     */
    record Handle(UnsignedInteger ofPeer, UnsignedInteger ofEngine) {}

    /** Null when there is none. */
    PeerLink link(UnsignedInteger handle) {
        return links.get(handle);
    }

    /** Those the peer has not detached. */
    Collection<PeerLink> links() {
        return links.values();
    }

    /** For a new link of the peer's. */
    Handle give(UnsignedInteger ofPeer) {
        UnsignedInteger free = ofPeer;
        for (int spare = MAX_ENGINE_HANDLE; engines.contains(free); spare--) {
            free = UnsignedInteger.valueOf(spare);
        }
        return new Handle(ofPeer, free);
    }

    void add(PeerLink link) {
        links.put(link.handle.ofPeer(), link);
        engines.add(link.handle.ofEngine());
    }

    /** The peer detached it. */
    void free(PeerLink link) {
        links.remove(link.handle.ofPeer(), link);
    }

    /** The engine knows of that, too. */
    void remove(PeerLink link) {
        free(link);
        engines.remove(link.handle.ofEngine());
    }
}
