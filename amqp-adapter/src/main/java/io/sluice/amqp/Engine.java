package io.sluice.amqp;

import io.sluice.amqp.VirtualHosts.VirtualHost;
import io.sluice.amqp.dialect.Dialect;
import io.sluice.amqp.sasl.SaslNegotiation;
import io.sluice.broker.Refusal;
import io.sluice.broker.security.Principal;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Collector;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Sasl;

/** The protocol engine of one connection, set up as a server, and the opening of the connection. Its event loop. */
final class Engine implements ConnectionEvents.Listener {
    static final int MAX_TICK_MILLIS = 1000;
    static final int MIN_TICK_MILLIS = 50;
    /** Of the peer's idle time-out: heartbeats are due at half, and must not be late by another quarter. */
    private static final int TICKS_PER_TIMEOUT = 8;
    /** OAuth tokens come as passwords. */
    private static final int MAX_SASL_FRAME_BYTES = 8192;

    /** Answers that may wait for a peer that does not read; beyond, it is not read either. */
    private static final int MAX_FRAMES_UNHEARD = 10_000;

    private final ConnectionScope scope;
    private final SaslNegotiation negotiation;
    private final FrameListener frames;
    private final Peer peer;
    private final Consumer<ErrorCondition> close;
    private final Connection connection = Proton.connection();
    private final OpeningBytes opening;
    private BrokerTransport transport;
    private boolean sasl;
    private boolean opened;
    private boolean failed;
    private boolean outcomeSent;

    /** @param close closes the connection for a reason that is not the peer's; any thread */
    Engine(ConnectionScope scope, Peer peer, FrameListener frames, Consumer<ErrorCondition> close) {
        this.peer = peer;
        this.opening = new OpeningBytes(scope.limits().maxFrameBytes());
        this.scope = scope;
        this.negotiation = new SaslNegotiation(
                scope.environment().authenticator(),
                scope.environment().opening().virtualHosts(),
                peer.security(),
                scope.environment().clock());
        this.frames = frames;
        this.close = close;
    }

    /** @param withSasl the peer began with the SASL header */
    void start(boolean withSasl) {
        sasl = withSasl;
        AmqpLimits limits = scope.limits();
        Collector collector = Proton.collector();
        ConnectionEvents events = new ConnectionEvents(connection, collector, scope, this);
        transport = new BrokerTransport(events, frames, scope);
        events.transport(transport);
        transport.setMaxFrameSize(limits.maxFrameBytes());
        transport.setInitialRemoteMaxFrameSize(MAX_SASL_FRAME_BYTES);
        transport.setOutboundFrameSizeLimit(limits.maxFrameBytes());
        transport.setEmitFlowEventOnSend(false);
        transport.setUseReadOnlyOutputBuffer(false);
        transport.setChannelMax(limits.endpoints().maxSessions() - 1);
        transport.setIdleTimeout(limits.idleTimeoutMillis());
        // A message may be large and its frames small: links limit the bytes, and the transfers that carry next to
        // none.
        transport.setMaxTransfersPerDelivery(0);
        connection.collect(collector);
        if (withSasl) {
            negotiation.start(transport.sasl());
        }
        transport.bind(connection);
    }

    boolean isStarted() {
        return transport != null;
    }

    /** All of it, or up to where the engine stops listening. */
    void feed(ByteBuffer bytes) {
        if (opening.isOver()) {
            pass(bytes);
        } else {
            opening.feed(bytes, this::pass);
        }
    }

    private void pass(ByteBuffer bytes) {
        while (bytes.hasRemaining() && accepting()) {
            int capacity = transport.capacity();
            if (capacity <= 0) {
                return;
            }
            ByteBuffer tail = transport.tail();
            int length = Math.min(Math.min(capacity, tail.remaining()), bytes.remaining());
            ByteBuffer part = bytes.duplicate();
            part.limit(part.position() + length);
            tail.put(part);
            bytes.position(bytes.position() + length);
            transport.process();
        }
    }

    @Override
    public boolean accepting() {
        return !failed && !saslFailed();
    }

    boolean saslFailed() {
        return sasl && negotiation.failed();
    }

    /** Why, for the log; "" where there is nothing to say. */
    String saslFailure() {
        return negotiation.failure();
    }

    /** Whether the peer may be spoken AMQP to: not before it has said who it is. */
    boolean speaksAmqp() {
        return !sasl || transport.sasl().getOutcome() == Sasl.SaslOutcome.PN_SASL_OK;
    }

    @Override
    public void remoteOpen() {
        Principal principal = negotiation.principal().orElseThrow();
        String container = connection.getRemoteContainer();
        Opening opening =
                new Opening(scope.environment().opening(), connection, peer.scheme(), negotiation.virtualHost());
        Optional<ErrorCondition> refusal = opening.refusal(transport.getRemoteIdleTimeout(), principal);
        if (refusal.isEmpty()) {
            opening.virtualHost().ifPresent(host -> {
                scope.entersVirtualHost(host.environment().forConnection());
                scope.access().enters(host);
            });
        }
        ConnectionRegistry connections = scope.environment().connections();
        PeerIdentity who = new PeerIdentity(
                connections.nextNumber(),
                principal,
                container == null ? "" : container,
                peer.name(),
                peer.scheme(),
                opening.virtualHost().map(VirtualHost::name));
        scope.opened(who);
        negotiation.token().ifPresent(scope.access().claims()::opensWith);
        if (negotiation.isForClaims()) {
            scope.access().claims().opensWithClaims();
        }
        scope.transactions().dialect(Dialect.of(connection.getRemoteHostname(), connection.getRemoteProperties()));
        if (refusal.isEmpty() && !enter(opening)) {
            refusal = Optional.of(Opening.containerInUse(scope.peerContainer()));
        }
        AmqpEnvironment.Identity identity = scope.environment().identity();
        connection.setContainer(identity.containerId());
        connection.setOfferedCapabilities(Opening.offeredCapabilities());
        connection.setProperties(opening.properties(
                identity, Integer.toUnsignedLong(transport.getRemoteMaxFrameSize()), refusal.isPresent()));
        connection.open();
        opened = true;
        if (refusal.isEmpty()) {
            connections.add(new LiveConnection(who, scope, connection, transport, close));
            if (!negotiation.isStillKnown() || !scope.access().isAdmitted()) {
                // Removed since the password was right. Whoever is removed from here on finds the connection in the
                // list.
                fail(Conditions.of(Refusal.Kind.UNAUTHORIZED, "user '" + principal.name() + "' was removed"));
            }
        } else {
            fail(refusal.get());
        }
    }

    /** @return whether the peer's container may have this connection */
    private boolean enter(Opening opening) {
        ContainerRegistry containers = scope.environment().opening().containers();
        ContainerRegistry.Holder holder = new ContainerRegistry.Holder(
                scope.principal().key(), opening.soleConnection(), () -> close.accept(Opening.displaced()));
        String container = scope.peerContainer();
        boolean entered = containers.enter(container, holder);
        if (entered) {
            long number = scope.identity().connection();
            scope.entered(() -> {
                containers.leave(container, holder);
                scope.environment().connections().remove(number);
            });
        }
        return entered;
    }

    @Override
    public void remoteClose() {
        scope.eachEndpoint(endpoint -> endpoint.lost(true));
        scope.left();
        connection.close();
    }

    boolean isOpen() {
        return opened;
    }

    boolean isRemoteClosed() {
        return connection.getRemoteState() == EndpointState.CLOSED;
    }

    /** Why the engine gave up on the peer, null if it has not. */
    ErrorCondition condition() {
        return transport.getCondition();
    }

    /** The first condition wins. Nothing is read any more. */
    void fail(ErrorCondition condition) {
        failed = true;
        if (transport != null && transport.getCondition() == null) {
            transport.setCondition(condition);
        }
    }

    /** @return false when all is written and there will never be more */
    boolean drainTo(ByteSink sink) {
        while (sink.writable() && !outcomeSent) {
            transport.heard();
            int pending = transport.pending();
            if (pending < 0) {
                return false;
            }
            if (pending == 0) {
                return true;
            }
            ByteBuffer head = transport.head();
            int length = head.remaining();
            sink.write(head);
            // Behind a failed negotiation the engine would go on with AMQP.
            outcomeSent = saslFailed();
            transport.pop(length);
        }
        return true;
    }

    /** Whether the peer sends on and on and takes no answer. */
    boolean isUnheard() {
        return transport != null && transport.framesUnheard() > MAX_FRAMES_UNHEARD;
    }

    /** What a peer could make grow. */
    int retained() {
        return transport == null ? 0 : transport.retained();
    }

    /** @return whether there is more to write now */
    boolean outputWritten() {
        return transport.replayEarlyDetaches();
    }

    /** Whether a closing connection has nothing more to say: the engine itself never ends a SASL negotiation. */
    boolean isDone() {
        return transport == null
                || outcomeSent
                || transport.pending() < 0
                || (!speaksAmqp() && transport.pending() == 0);
    }

    /** @return when to call again at the latest */
    long tick(long nowMillis) {
        long deadline = transport.tick(nowMillis);
        int peerTimeout = transport.getRemoteIdleTimeout();
        long soon = peerTimeout == 0
                ? MAX_TICK_MILLIS
                : Math.max(MIN_TICK_MILLIS, Math.min(MAX_TICK_MILLIS, peerTimeout / TICKS_PER_TIMEOUT));
        long next = nowMillis + soon;
        return deadline > nowMillis ? Math.min(deadline, next) : next;
    }

    /** Whether a tick closed the connection. */
    boolean isTimedOut() {
        return connection.getLocalState() == EndpointState.CLOSED && !isRemoteClosed();
    }
}
