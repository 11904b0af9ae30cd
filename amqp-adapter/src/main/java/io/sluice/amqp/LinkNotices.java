package io.sluice.amqp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.engine.Link;

/**
 * What receiving peers are to be told of their links in the properties of a flow (AMQP 1.0 §2.7.4): {@code rabbitmq:active}, whether a consumer
 * is given messages or another one of its queue is. The last word on a link is what is written. The connection's event loop.
 */
final class LinkNotices {
    static final Symbol ACTIVE = Symbol.valueOf("rabbitmq:active");

    private final Map<Link, Boolean> due = new LinkedHashMap<>();

    void tell(Link link, boolean active) {
        due.put(link, active);
    }

    /** The link is gone. */
    void forget(Link link) {
        due.remove(link);
    }

    boolean isEmpty() {
        return due.isEmpty();
    }

    /**
     * Writes those of links whose attach is answered and whose peers have given credit: before that they wait for nothing.
     *
     * @param sessions that are open
     * @param write takes the channel and the flow
     */
    void write(Iterable<PeerSession> sessions, BiConsumer<Integer, Flow> write) {
        for (Link link : List.copyOf(due.keySet())) {
            PeerLink peer = PeerLink.of(link);
            for (PeerSession session : sessions) {
                if (isDue(session, peer)) {
                    Flow flow = session.describe();
                    peer.describe(flow);
                    flow.setProperties(Map.of(ACTIVE, due.remove(link)));
                    write.accept(session.localChannel, flow);
                    break;
                }
            }
        }
    }

    private static boolean isDue(PeerSession session, PeerLink peer) {
        boolean attached = peer.localHandle != null && session.byLocalHandle(peer.localHandle) == peer;
        return attached && !session.ended && peer.hadCredit();
    }
}
