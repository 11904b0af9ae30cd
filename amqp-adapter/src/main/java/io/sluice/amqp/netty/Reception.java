package io.sluice.amqp.netty;

import io.netty.channel.socket.SocketChannel;
import io.sluice.amqp.AmqpEnvironment;
import io.sluice.broker.Refusal;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a connection that was accepted: it is served here, handed through to the primary, or waits until there is one. Nothing is
 * read from it before that is known.
 */
final class Reception {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final int RETRY_MILLIS = 100;
    /** Name of the handler. */
    private static final String AMQP = "amqp";

    private static final Refusal NO_PRIMARY =
            Refusal.of(Refusal.Kind.CONNECTION_FORCED, "there is no primary at the moment");

    private final ServerSettings settings;
    private final Connections connections;
    /** All that is open and not served here, whatever becomes of it. */
    private final Set<SocketChannel> unserved = ConcurrentHashMap.newKeySet();

    private final Set<Guest> waiting = ConcurrentHashMap.newKeySet();
    /** Where their primary takes them. */
    private final Map<SocketChannel, InetSocketAddress> handedThrough = new ConcurrentHashMap<>();

    /** Whether somebody was, since the place is what it is. */
    private final AtomicBoolean refused = new AtomicBoolean();

    private volatile HandThrough rules = new HandThrough("", 0);
    private volatile ServingPlace place;
    private volatile AmqpEnvironment waitedInVain;

    Reception(ServerSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
        this.place = new ServingPlace.Here(settings.environment());
        this.waitedInVain = settings.environment();
    }

    void rules(HandThrough newRules) {
        rules = newRules;
    }

    void waitedInVain(AmqpEnvironment environment) {
        waitedInVain = environment;
    }

    /** Any thread. Connections that are served already are not touched; those that another node than the primary serves are left a while to end. */
    void serve(ServingPlace newPlace) {
        place = newPlace;
        refused.set(false);
        waiting.forEach(guest -> guest.channel.eventLoop().execute(() -> admitWaiting(guest)));
        handedThrough.forEach(this::endWithItsPrimary);
    }

    /** A port's new connection. On its event loop. */
    void accept(SocketChannel channel, String kind, Carrier carrier) {
        if (enter(channel)) {
            receive(channel, kind, carrier);
        }
    }

    /**
     * A connection that entered and that another node brings; it is served here, as soon as this node is the primary, or not at all.
     *
     * @param client who is at the other end of the other node's connection
     */
    void acceptFromNode(SocketChannel channel, Carrier carrier, InetSocketAddress client) {
        ClientAddress.brought(channel, client);
        receive(channel, "", carrier);
    }

    /** A connection that entered and that a proxy brings. @param client who is at the other end of the proxy's connection */
    void acceptFromProxy(SocketChannel channel, String kind, Carrier carrier, InetSocketAddress client) {
        ClientAddress.proxied(channel, client);
        receive(channel, kind, carrier);
    }

    /**
     * Takes a new connection into account until it ends, whoever it may be. On its event loop.
     *
     * @return false where there are too many: it is closed
     */
    boolean enter(SocketChannel channel) {
        int all = connections.count() + unserved.size();
        if (all >= settings.maxConnections()) {
            LOG.warn("{}: refused, there are {} connections already", channel.remoteAddress(), all);
            channel.close();
            return false;
        }
        unserved.add(channel);
        channel.closeFuture().addListener(closed -> unserved.remove(channel));
        return true;
    }

    int unservedCount() {
        return unserved.size();
    }

    private void receive(SocketChannel channel, String kind, Carrier carrier) {
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rules.waitMillis());
        Guest guest = new Guest(channel, kind, carrier, new EarlyBytes(), untilNanos);
        if (place instanceof ServingPlace.Here here) {
            carry(guest, here.environment());
            return;
        }
        channel.config().setAutoRead(false);
        channel.pipeline().addLast(guest.early);
        channel.closeFuture().addListener(closed -> waiting.remove(guest));
        admit(guest);
    }

    private void carry(Guest guest, AmqpEnvironment environment) {
        guest.channel.pipeline().addLast(AMQP, new NettyChannel(settings, environment, connections));
        guest.carrier.carry(guest.channel.pipeline(), AMQP);
        unserved.remove(guest.channel);
    }

    /**
     * One that is neither served nor handed through yet.
     *
     * @param kind by which other nodes know the carrier
     */
    private record Guest(SocketChannel channel, String kind, Carrier carrier, EarlyBytes early, long untilNanos) {}

    private void admitWaiting(Guest guest) {
        // Only one of those that call for it goes on with it.
        if (waiting.remove(guest)) {
            admit(guest);
        }
    }

    private void admit(Guest guest) {
        if (!guest.channel.isActive()) {
            return;
        }
        ServingPlace now = place;
        if (now instanceof ServingPlace.Here here) {
            serveWaiting(guest, here.environment());
        } else if (now instanceof ServingPlace.Elsewhere elsewhere && !ClientAddress.isBrought(guest.channel)) {
            handThrough(guest, elsewhere);
        } else {
            await(guest);
        }
    }

    private void serveWaiting(Guest guest, AmqpEnvironment environment) {
        carry(guest, environment);
        // What is handed on may stop it again.
        guest.channel.config().setAutoRead(true);
        guest.early.handOn();
    }

    private void await(Guest guest) {
        if (!guest.channel.isActive()) {
            return;
        }
        if (System.nanoTime() - guest.untilNanos >= 0) {
            logRefusal(ClientAddress.shown(guest.channel));
            AmqpEnvironment nobody = waitedInVain;
            serveWaiting(guest, nobody.withOpening(nobody.opening().closed(NO_PRIMARY)));
            return;
        }
        waiting.add(guest);
        guest.channel.eventLoop().schedule(() -> admitWaiting(guest), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** A client that connects again and again must not fill the log: one line until somebody else is the primary, or nobody. */
    private void logRefusal(String client) {
        if (refused.compareAndSet(false, true)) {
            LOG.info(
                    "{}: refused, there was no primary for {} ms; so are others until there is one",
                    client,
                    rules.waitMillis());
        } else {
            LOG.debug("{}: refused, there was no primary for {} ms", client, rules.waitMillis());
        }
    }

    private void handThrough(Guest guest, ServingPlace.Elsewhere elsewhere) {
        Splice.connect(
                        guest.channel,
                        elsewhere.handThrough(),
                        NodeHeader.of(guest.channel, guest.kind, rules.secret()),
                        settings.stopTimeoutMillis())
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        handedThrough.put(guest.channel, elsewhere.handThrough());
                        guest.channel.closeFuture().addListener(closed -> handedThrough.remove(guest.channel));
                        endWithItsPrimary(guest.channel, elsewhere.handThrough());
                        guest.early.handOn();
                    } else {
                        LOG.debug(
                                "{}: not handed through to {} yet",
                                ClientAddress.shown(guest.channel),
                                elsewhere,
                                connected.cause());
                        await(guest);
                    }
                });
    }

    /** One that lost its role says so to its clients. One that is gone without a word would leave them waiting. */
    private void endWithItsPrimary(SocketChannel channel, InetSocketAddress primary) {
        if (isNoLonger(primary)) {
            channel.eventLoop()
                    .schedule(
                            () -> {
                                if (isNoLonger(primary) && channel.isActive()) {
                                    LOG.info(
                                            "{}: closed, {} is not the primary", ClientAddress.shown(channel), primary);
                                    channel.close();
                                }
                            },
                            settings.stopTimeoutMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    /** Where nobody is known, it may still be. */
    private boolean isNoLonger(InetSocketAddress primary) {
        ServingPlace now = place;
        return now instanceof ServingPlace.Here
                || (now instanceof ServingPlace.Elsewhere elsewhere
                        && !elsewhere.handThrough().equals(primary));
    }

    /** Ends all that is not served here: what waits, what is handed through, what has not said who it is. */
    void close() {
        unserved.forEach(SocketChannel::close);
    }
}
