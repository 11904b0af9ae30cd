package io.sluice.amqp.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a connection that was accepted: it is served here, handed through to the primary, or waits until there is one. Nothing is
 * read from it before that is known.
 */
final class Reception {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);
    private static final int RETRY_MILLIS = 100;

    private final ServerSettings settings;
    private final Connections connections;
    private final Set<Guest> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger handedThrough = new AtomicInteger();
    private volatile HandThrough rules = new HandThrough("", 0);
    private volatile ServingPlace place;

    Reception(ServerSettings settings, Connections connections) {
        this.settings = settings;
        this.connections = connections;
        this.place = new ServingPlace.Here(settings.environment());
    }

    void rules(HandThrough newRules) {
        rules = newRules;
    }

    /** Any thread. Connections that are served already are not touched. */
    void serve(ServingPlace newPlace) {
        place = newPlace;
        waiting.forEach(guest -> guest.channel.eventLoop().execute(() -> admitWaiting(guest)));
    }

    /** A port's new connection. On its event loop. */
    void accept(SocketChannel channel, String kind, Carrier carrier) {
        receive(new Guest(channel, kind, carrier, Optional.empty(), deadlineNanos()));
    }

    /** A connection that another node brings; it is served here, as soon as this node is the primary, or not at all. */
    void acceptFromNode(SocketChannel channel, Carrier carrier, InetSocketAddress client) {
        receive(new Guest(channel, "", carrier, Optional.of(client), deadlineNanos()));
    }

    private long deadlineNanos() {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(rules.waitMillis());
    }

    private void receive(Guest guest) {
        if (isFull(guest.channel)) {
            return;
        }
        if (place instanceof ServingPlace.Here here) {
            serve(guest, here);
            return;
        }
        guest.channel.config().setAutoRead(false);
        guest.channel.pipeline().addLast(guest);
        admit(guest);
    }

    private boolean isFull(SocketChannel channel) {
        int all = connections.count() + waiting.size() + handedThrough.get();
        if (all < settings.maxConnections()) {
            return false;
        }
        LOG.warn("{}: refused, there are {} connections already", channel.remoteAddress(), all);
        channel.close();
        return true;
    }

    private void serve(Guest guest, ServingPlace.Here here) {
        guest.carrier.carry(
                guest.channel.pipeline(), new NettyChannel(settings, here.environment(), guest.client, connections));
    }

    /** One that is neither served nor handed through yet. */
    private final class Guest extends ChannelInboundHandlerAdapter {
        private final SocketChannel channel;
        private final String kind;
        private final Carrier carrier;
        /** Who is at the other end, where that is another node's client. */
        private final Optional<InetSocketAddress> client;

        private final long untilNanos;

        private Guest(
                SocketChannel channel,
                String kind,
                Carrier carrier,
                Optional<InetSocketAddress> client,
                long untilNanos) {
            this.channel = channel;
            this.kind = kind;
            this.carrier = carrier;
            this.client = client;
            this.untilNanos = untilNanos;
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            waiting.remove(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

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
            guest.channel.pipeline().remove(guest);
            serve(guest, here);
            guest.channel.config().setAutoRead(true);
        } else if (now instanceof ServingPlace.Elsewhere elsewhere && guest.client.isEmpty()) {
            handThrough(guest, elsewhere);
        } else {
            await(guest);
        }
    }

    private void await(Guest guest) {
        if (System.nanoTime() - guest.untilNanos >= 0) {
            LOG.info("{}: closed, there was no primary for {} ms", guest.channel.remoteAddress(), rules.waitMillis());
            guest.channel.close();
            return;
        }
        waiting.add(guest);
        guest.channel.eventLoop().schedule(() -> admitWaiting(guest), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void handThrough(Guest guest, ServingPlace.Elsewhere elsewhere) {
        handedThrough.incrementAndGet();
        Splice.connect(guest.channel, elsewhere.handThrough(), NodeHeader.of(guest.channel, guest.kind, rules.secret()))
                .addListener(connected -> {
                    if (connected.isSuccess()) {
                        guest.channel.pipeline().remove(guest);
                        guest.channel.closeFuture().addListener(closed -> handedThrough.decrementAndGet());
                    } else {
                        handedThrough.decrementAndGet();
                        LOG.debug(
                                "{}: not handed through to {} yet",
                                guest.channel.remoteAddress(),
                                elsewhere,
                                connected.cause());
                        await(guest);
                    }
                });
    }

    /** Ends what waits, and what is handed through. */
    void close() {
        waiting.forEach(guest -> guest.channel.close());
    }

    /** For a connection of an unknown kind. */
    static void refuse(Channel channel, String why) {
        LOG.warn("{}: not a node of this cluster, closed: {}", channel.remoteAddress(), why);
        channel.close();
    }
}
