package io.sluice.amqp;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Flow;

/**
 * Flows of the peer that ask for one of ours (AMQP 1.0 §2.7.4, {@code echo}). One answer does for all that ask before it is written:
 * a peer that asks and does not read makes nothing grow. The connection's event loop.
 */
final class Echoes {
    /** @param link null where the flow was for the session */
    private record Echo(PeerSession session, PeerLink link) {
        boolean isReady() {
            boolean attaching = link != null && link.localHandle == null && !link.closed;
            return session.localChannel >= 0 && !attaching;
        }
    }

    /** With how many messages wait for credit; negative where that is not known. */
    private final Map<Echo, Long> due = new LinkedHashMap<>();
    /** By the frame that is being handled. */
    private Echo asked;

    void ask(PeerSession session, PeerLink link) {
        asked = new Echo(session, link);
    }

    /** What the flow brings about is under way: the answer comes behind it. */
    void handled(FrameEvents events) {
        Echo echo = asked;
        asked = null;
        if (echo != null && echo.link != null && echo.link.link != null && !echo.link.closed) {
            events.asked(echo.link, waiting -> due.put(echo, waiting));
        } else if (echo != null) {
            due.put(echo, -1L);
        }
    }

    /** @param write takes the channel and the answer */
    void answer(BiConsumer<Integer, Flow> write) {
        if (due.isEmpty()) {
            return;
        }
        for (Echo echo : List.copyOf(due.keySet())) {
            if (echo.session.ended) {
                due.remove(echo);
            } else if (echo.isReady()) {
                write.accept(echo.session.localChannel, flow(echo, due.remove(echo)));
            }
        }
    }

    private static Flow flow(Echo echo, long waiting) {
        Flow flow = echo.session.describe();
        if (echo.link != null && !echo.link.closed) {
            echo.link.describe(flow);
            if (waiting >= 0) {
                flow.setAvailable(UnsignedInteger.valueOf(Math.min(waiting, Integer.MAX_VALUE)));
            }
        }
        return flow;
    }

    int size() {
        return due.size();
    }
}
