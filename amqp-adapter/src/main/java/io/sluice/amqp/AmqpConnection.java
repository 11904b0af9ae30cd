package io.sluice.amqp;

import io.sluice.broker.security.Principal;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * One AMQP 1.0 connection without its I/O: bytes are fed in, bytes are drained out, time is told. Everything happens on the event
 * loop it was made for; shards may call its links from their own thread.
 *
 * <p>Its owner feeds what was read, drains after each read and whenever {@code outputReady} is called, and stops when
 * {@link #drainTo} says so.
 */
public final class AmqpConnection {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpConnection.class);
    /** Rounds of one drain; more output than that waits for the next. */
    private static final int MAX_ROUNDS = 8;

    private enum Phase {
        /** The protocol header has not come. */
        HEADER,
        /** The engine has it. */
        OPEN,
        /** Nothing is read any more; what is ready goes out, then the end. */
        CLOSING,
        CLOSED
    }

    private final AmqpEnvironment environment;
    private final Peer peer;
    private final Runnable outputReady;
    private final ConnectionScope scope;
    private final Engine engine;
    private final TokenLife tokens;
    private final byte[] header = new byte[ProtocolHeader.LENGTH];
    private int headerBytes;
    private ByteBuffer farewell = ByteBuffer.allocate(0);
    private Phase phase = Phase.HEADER;
    /** Our own, not the peer's. */
    private Optional<Throwable> failure = Optional.empty();

    private boolean busy;
    private boolean turnWhileBusy;
    private long openDeadlineMillis;

    /**
     * @param shared with all other connections
     * @param loop where everything of this connection happens
     * @param outputReady called on the loop when there is output that no feed asked for
     * @param nowMillis as for {@link #feed}
     */
    public AmqpConnection(
            AmqpEnvironment shared,
            Peer peer,
            EventLoop loop,
            Runnable outputReady,
            FrameListener frames,
            long nowMillis) {
        this.environment = shared.forConnection();
        this.peer = peer;
        this.outputReady = outputReady;
        this.scope = new ConnectionScope(
                environment,
                new ShardCalls(
                        loop.executor(),
                        loop.inLoop(),
                        this::turnDone,
                        new PeerAccess(environment.authenticator(), environment.clock())));
        this.tokens = new TokenLife(scope);
        this.engine = new Engine(scope, peer, frames, this::closeFromOutside);
        this.openDeadlineMillis = nowMillis + environment.limits().openTimeoutMillis();
    }

    /** As {@link Shards#uses}; its loop. */
    public boolean uses(Shards all, int shard) {
        return scope.environment().shards().uses(all, shard);
    }

    /**
     * Takes what the peer sent; all of it is consumed. A peer that breaks the protocol is answered and closed, nothing is thrown.
     *
     * @param nowMillis of a clock that only goes forward
     */
    public void feed(ByteBuffer bytes, long nowMillis) {
        busy = true;
        scope.transactions().now(nowMillis);
        try {
            if (phase == Phase.HEADER) {
                readHeader(bytes);
            }
            if (phase == Phase.OPEN) {
                engine.feed(bytes);
                afterInput();
            }
        } catch (TransportException e) {
            fail(Conditions.of(Conditions.CONNECTION_FRAMING_ERROR, String.valueOf(e.getMessage())), null);
        } catch (RuntimeException | StackOverflowError e) {
            fail(Conditions.of(Symbol.valueOf("amqp:internal-error"), "the broker could not handle a frame"), e);
        } finally {
            busy = false;
            bytes.position(bytes.limit());
        }
    }

    private void readHeader(ByteBuffer bytes) {
        while (headerBytes < header.length && bytes.hasRemaining()) {
            header[headerBytes++] = bytes.get();
        }
        ProtocolHeader kind = ProtocolHeader.recognise(header, headerBytes);
        boolean bareAllowed = environment.authenticator().anonymousAllowed(peer.loopback());
        if (kind == ProtocolHeader.SASL || (kind == ProtocolHeader.AMQP && bareAllowed)) {
            engine.start(kind == ProtocolHeader.SASL);
            phase = Phase.OPEN;
            engine.feed(ByteBuffer.wrap(header));
        } else if (kind != ProtocolHeader.INCOMPLETE) {
            String reason = kind == ProtocolHeader.AMQP ? "AMQP without SASL, which is not allowed" : kind.text();
            LOG.info("{}: sent {}, closed", peer, reason);
            farewell = ByteBuffer.wrap(kind.farewell(bareAllowed));
            phase = Phase.CLOSING;
        }
    }

    private void afterInput() {
        if (engine.isOpen()) {
            openDeadlineMillis = Long.MAX_VALUE;
        }
        if (engine.saslFailed()) {
            String why = engine.saslFailure();
            LOG.info("{}: authentication failed{}, closed", peer, why.isEmpty() ? "" : " (" + why + ")");
            phase = Phase.CLOSING;
            return;
        }
        ErrorCondition condition = engine.condition();
        if (condition != null) {
            // Who closes it to everybody says so himself.
            Level level = environment.opening().closed().isPresent() ? Level.DEBUG : Level.INFO;
            LOG.atLevel(level).log("{}: {} ({}), closed", peer, condition.getDescription(), condition.getCondition());
            abandon();
        } else if (engine.isRemoteClosed()) {
            phase = Phase.CLOSING;
        }
    }

    private void fail(ErrorCondition condition, Throwable defect) {
        if (defect == null) {
            LOG.info("{}: {}, closed", peer, condition.getDescription());
        } else if (!engine.speaksAmqp()) {
            // The engine has no other way to say that a frame was no client's.
            LOG.info("{}: broke off SASL ({}), closed", peer, String.valueOf(defect.getMessage()));
        } else {
            LOG.error("{}: a frame could not be handled, closed", peer, defect);
            failure = Optional.of(defect);
        }
        engine.fail(condition);
        abandon();
    }

    /** Nothing of this connection goes on; what the peer had is given back. */
    private void abandon() {
        phase = Phase.CLOSING;
        scope.eachEndpoint(endpoint -> endpoint.lost(false));
        scope.left();
    }

    /** Whether the peer should be read: not while too much of what it sent is unanswered, or it takes no answers. */
    public boolean wantsInput() {
        return phase != Phase.CLOSED && !scope.bytes().tooMany() && !engine.isUnheard();
    }

    /** Why the connection could not go on, where that was no fault of the peer. */
    Optional<Throwable> failure() {
        return failure;
    }

    /** How many things are kept for the peer; each has a limit, and none is left when the connection has ended. */
    int retained() {
        return scope.held() + (phase == Phase.CLOSED ? 0 : scope.awaiting() + engine.retained());
    }

    /**
     * Writes what is ready as long as the sink takes it.
     *
     * @return false when there will never be more: the owner closes the channel behind what was written
     */
    public boolean drainTo(ByteSink sink) {
        busy = true;
        try {
            return drain(sink);
        } catch (RuntimeException e) {
            fail(Conditions.of(Symbol.valueOf("amqp:internal-error"), "the broker could not write"), e);
            return false;
        } finally {
            busy = false;
        }
    }

    private boolean drain(ByteSink sink) {
        if (farewell.hasRemaining()) {
            sink.write(farewell);
        }
        if (phase == Phase.HEADER) {
            return true;
        }
        boolean more = engine.isStarted() && phase != Phase.CLOSED;
        for (int round = 0; more && round < MAX_ROUNDS; round++) {
            scope.beforeOutput();
            if (!engine.drainTo(sink)) {
                phase = Phase.CLOSED;
                return false;
            }
            turnWhileBusy = false;
            more = sink.writable() && (scope.outputWritten() | engine.outputWritten() | turnWhileBusy);
        }
        boolean last = phase == Phase.CLOSING && sink.writable() && engine.isDone();
        if (last) {
            phase = Phase.CLOSED;
        }
        return phase != Phase.CLOSED;
    }

    private void turnDone() {
        turnWhileBusy = true;
        if (!busy) {
            outputReady.run();
        }
    }

    /**
     * Tells the time: sends heartbeats that are due and ends a peer that has been silent too long, or that never opened.
     *
     * @param nowMillis as for {@link #feed}
     * @return when to call again at the latest; on the same clock
     */
    public long tick(long nowMillis) {
        if (phase == Phase.CLOSED || phase == Phase.CLOSING) {
            return nowMillis + Engine.MAX_TICK_MILLIS;
        }
        if (nowMillis >= openDeadlineMillis) {
            LOG.info(
                    "{}: no open within {} ms, closed",
                    peer,
                    environment.limits().openTimeoutMillis());
            close(Symbol.valueOf("amqp:resource-limit-exceeded"), "no open in time");
            return nowMillis;
        }
        if (!engine.isOpen()) {
            // Once it is open its peer may want heartbeats soon.
            return Math.min(openDeadlineMillis, nowMillis + Engine.MIN_TICK_MILLIS);
        }
        long next = engine.tick(nowMillis);
        if (engine.isTimedOut()) {
            LOG.info("{}: silent for {} ms, closed", peer, environment.limits().idleTimeoutMillis());
            abandon();
            return next;
        }
        tokens.tick(nowMillis).ifPresent(over -> {
            LOG.info("{}: {}, closed", peer, over.getDescription());
            close(over);
        });
        return Math.min(next, scope.transactions().tick(nowMillis));
    }

    /** Closes with an error, once; what is ready and the close frame are still to be drained. */
    public void close(Symbol condition, String text) {
        close(Conditions.of(condition, text));
    }

    private void close(ErrorCondition condition) {
        if (phase == Phase.CLOSED || phase == Phase.CLOSING) {
            return;
        }
        scope.eachEndpoint(endpoint -> endpoint.lost(true));
        scope.left();
        engine.fail(condition);
        phase = Phase.CLOSING;
    }

    /** Another connection of the same container takes the place of this one, or an administrator ends it. Any thread. */
    private void closeFromOutside(ErrorCondition condition) {
        scope.calls().onLoop(() -> {
            LOG.info("{}: {}, closed", peer, condition.getDescription());
            close(condition);
        });
    }

    /** The channel is gone. */
    public void lost() {
        if (phase != Phase.CLOSED) {
            phase = Phase.CLOSED;
            scope.eachEndpoint(endpoint -> endpoint.lost(false));
        }
        scope.left();
    }

    /** Who the peer is; empty until it has opened. */
    public Optional<Principal> principal() {
        return engine.isOpen() ? Optional.of(scope.principal()) : Optional.empty();
    }
}
