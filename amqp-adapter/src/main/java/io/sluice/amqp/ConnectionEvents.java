package io.sluice.amqp;

import java.util.EnumSet;
import java.util.function.LongConsumer;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Event;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;

/** Acts on the engine's events, frame by frame. The connection's event loop. */
final class ConnectionEvents implements FrameEvents {
    private static final EnumSet<EndpointState> ANY = EnumSet.allOf(EndpointState.class);

    /** What concerns the connection as a whole. */
    interface Listener {
        boolean accepting();

        void remoteOpen();

        void remoteClose();
    }

    private final Connection connection;
    private final Collector collector;
    private final ConnectionScope scope;
    private final LinkAttacher attacher;
    private final Listener listener;
    private Transport transport;
    private PeerSession expectedSession;
    private PeerLink expectedLink;
    private boolean dispatching;

    ConnectionEvents(Connection connection, Collector collector, ConnectionScope scope, Listener listener) {
        this.connection = connection;
        this.collector = collector;
        this.scope = scope;
        this.attacher = new LinkAttacher(scope);
        this.listener = listener;
        scope.sessionsEndBy(this::endSessionOf);
    }

    void transport(Transport newTransport) {
        transport = newTransport;
    }

    @Override
    public boolean accepting() {
        return listener.accepting();
    }

    @Override
    public void expect(PeerSession session) {
        expectedSession = session;
    }

    @Override
    public void expect(PeerLink link) {
        expectedLink = link;
    }

    @Override
    public void dispatch() {
        if (dispatching) {
            return;
        }
        dispatching = true;
        try {
            for (Event event = collector.peek(); event != null; event = collector.peek()) {
                act(event);
                collector.pop();
            }
        } finally {
            dispatching = false;
        }
    }

    private void act(Event event) {
        switch (event.getType()) {
            case CONNECTION_REMOTE_OPEN:
                listener.remoteOpen();
                break;
            case CONNECTION_REMOTE_CLOSE:
                listener.remoteClose();
                break;
            case SESSION_REMOTE_OPEN:
                begun(event.getSession());
                break;
            case SESSION_REMOTE_CLOSE:
                ended(event.getSession());
                break;
            case LINK_REMOTE_OPEN:
                attached(event.getLink());
                break;
            case LINK_REMOTE_DETACH:
                detached(event.getLink(), false);
                break;
            case LINK_REMOTE_CLOSE:
                detached(event.getLink(), true);
                break;
            case LINK_FLOW:
                endpoint(event.getLink()).flow();
                break;
            case DELIVERY:
                Delivery delivery = event.getDelivery();
                endpoint(delivery.getLink()).delivery(delivery);
                break;
            default:
                break;
        }
    }

    private LinkEndpoint endpoint(Link link) {
        return link.getContext() instanceof LinkEndpoint endpoint ? endpoint : new DeadLink(scope, link);
    }

    private void detached(Link link, boolean closed) {
        LinkEndpoint endpoint = endpoint(link);
        endpoint.peerDetached(closed);
        scope.termini().detached(endpoint, closed);
    }

    private void begun(Session session) {
        expectedSession.session = session;
        session.attachments().set(PeerSession.class, PeerSession.class, expectedSession);
        session.open();
    }

    private void ended(Session session) {
        lose(session, true);
        session.close();
        scope.finished(session);
    }

    private void attached(Link link) {
        expectedLink.link = link;
        link.attachments().set(PeerLink.class, PeerLink.class, expectedLink);
        attacher.attach(link);
    }

    private void lose(Session session, boolean clean) {
        scope.eachEndpoint(endpoint -> {
            if (endpoint.link().getSession() == session) {
                endpoint.lost(clean);
            }
        });
        scope.termini().sessionEnded(session);
    }

    private void endSessionOf(Link link, ErrorCondition condition) {
        PeerSession session = link.getSession().attachments().get(PeerSession.class, PeerSession.class);
        if (!session.ended) {
            session.ended = true;
            endSession(session, condition);
        }
    }

    @Override
    public void endSession(PeerSession peerSession, ErrorCondition condition) {
        Session session = peerSession.session;
        boolean stuck = hasQueued(session);
        lose(session, false);
        if (stuck) {
            // The engine ends no session with something still to send, and nothing says that this peer would let it.
            transport.setCondition(condition);
        } else {
            session.setCondition(condition);
            session.close();
        }
    }

    @Override
    public void asked(PeerLink link, LongConsumer answer) {
        endpoint(link.link).asked(answer);
    }

    private boolean hasQueued(Session session) {
        for (Link link = connection.linkHead(ANY, ANY); link != null; link = link.next(ANY, ANY)) {
            if (link instanceof Sender && link.getSession() == session && link.getQueued() > 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void detachLink(PeerLink peerLink, ErrorCondition condition) {
        endpoint(peerLink.link).close(condition);
    }

    @Override
    public void stolen(PeerLink old) {
        old.closed = true;
        LinkEndpoint endpoint = endpoint(old.link);
        endpoint.close(Conditions.of(Conditions.LINK_STOLEN, "the link was attached again"));
        scope.termini().stolen(endpoint);
        scope.remove(endpoint);
        if (!old.answered) {
            // The engine is to write the answer before it forgets the link: it miscounts who uses it otherwise.
            transport.pending();
        }
        // Or the engine would answer the new attach with the old link.
        old.link.free();
        old.link = null;
    }
}
