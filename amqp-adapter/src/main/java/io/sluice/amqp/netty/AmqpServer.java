package io.sluice.amqp.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.Shards;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for AMQP connections on one or more ports. Has no state outside itself: a JVM may run many. Any thread may start and close it;
 * connections live on the event loops of its {@link ServerLoops}.
 */
public final class AmqpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AmqpServer.class);
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);
    private static final int BACKLOG = 1024;

    private final ServerSettings settings;
    private final ServerLoops loops;
    private final boolean ownsLoops;
    private final Connections connections;
    private final Reception reception;
    private final List<Channel> listening = new ArrayList<>();

    /** With event loops of its own, which end with it. */
    public AmqpServer(ServerSettings settings) {
        this(settings, ServerLoops.start(settings.name(), settings.eventLoops()), true);
    }

    /** On event loops of somebody else, who stops them later. */
    public AmqpServer(ServerSettings settings, ServerLoops loops) {
        this(settings, loops, false);
    }

    private AmqpServer(ServerSettings settings, ServerLoops loops, boolean ownsLoops) {
        this.settings = settings;
        this.loops = loops;
        this.ownsLoops = ownsLoops;
        this.connections = new Connections(loops);
        this.reception = new Reception(settings, connections);
    }

    /** Listens for AMQP on the socket itself; otherwise as {@link #start(String, int, Carrier)}. */
    public InetSocketAddress start(String host, int port) throws IOException {
        return start(host, port, Carrier.TCP);
    }

    /** On a port that is of no kind a connection could be handed through to. */
    public InetSocketAddress start(String host, int port, Carrier carrier) throws IOException {
        return start(host, port, "", carrier);
    }

    /**
     * Starts to listen on one more port. Blocks until it does.
     *
     * @param port 0 for any that is free
     * @param kind of the carrier, by which the other nodes of a cluster know it
     * @param carrier what carries AMQP there
     * @return where it listens
     * @throws IOException the address cannot be bound
     */
    public InetSocketAddress start(String host, int port, String kind, Carrier carrier) throws IOException {
        return listen(host, port, channel -> reception.accept(channel, kind, carrier));
    }

    /**
     * As {@link #start(String, int, String, Carrier)}, for clients that a proxy brings: each connection begins with a header of the PROXY protocol,
     * version 1 or 2, and is closed where there is none.
     *
     * @param trusted who may say whose connection it is; others are closed
     */
    public InetSocketAddress start(String host, int port, String kind, Carrier carrier, TrustedProxies trusted)
            throws IOException {
        int limitMillis = settings.environment().limits().openTimeoutMillis();
        return listen(host, port, channel -> {
            if (!trusted.contain(channel.remoteAddress())) {
                LOG.warn("{}: closed, it is no proxy that is trusted (listen.trustedProxies)", channel.remoteAddress());
                channel.close();
            } else if (reception.enter(channel)) {
                new ProxyPort(channel, kind, carrier, reception, limitMillis);
            }
        });
    }

    /**
     * Starts to listen for connections that the other nodes of a cluster hand through.
     *
     * @param kinds what may be spoken on them
     * @param rules also for those that this node hands through
     * @throws IOException the address cannot be bound
     */
    public InetSocketAddress startHandThrough(String host, int port, Map<String, Carrier> kinds, HandThrough rules)
            throws IOException {
        reception.rules(rules);
        int limitMillis = settings.environment().limits().openTimeoutMillis();
        return listen(host, port, channel -> {
            if (reception.enter(channel)) {
                new NodePort(channel, kinds, rules.secret(), reception, limitMillis);
            }
        });
    }

    private synchronized InetSocketAddress listen(String host, int port, Consumer<SocketChannel> accept)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops.group())
                .channel(loops.channelType())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        accept.accept(channel);
                    }
                });
        try {
            Channel opened = bootstrap.bind(host, port).syncUninterruptibly().channel();
            listening.add(opened);
            return (InetSocketAddress) opened.localAddress();
        } catch (Exception e) {
            throw new IOException("cannot listen on " + host + ":" + port + ": " + e.getMessage(), e);
        }
    }

    /**
     * In a cluster: says where connections are served that come from now on, and those that wait. Any thread. A server serves its
     * connections itself until it is told otherwise.
     */
    public void serve(ServingPlace place) {
        reception.serve(place);
    }

    /**
     * In a cluster: says who those may be that wait for a primary in vain and are told so; without it, who the settings say. Any thread.
     *
     * @param environment of which users and limits count
     */
    public void waitedInVain(AmqpEnvironment environment) {
        reception.waitedInVain(environment);
    }

    /**
     * Closes every connection that is served here with {@code amqp:connection:forced}, and waits until they are gone, at most {@link
     * ServerSettings#stopTimeoutMillis}; then cuts what is left. It goes on listening.
     *
     * @param text why, for the peers
     */
    public void forceAll(String text) {
        try {
            connections.force(text, settings.stopTimeoutMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Closes every connection with {@code amqp:connection:forced} that uses a shard which is served here no more: links, transactions and
     * requests of it would never be answered. Does not wait; any thread.
     *
     * @param all those of its host
     * @param shard its number; new links find it elsewhere already
     * @param text why, for the peers
     */
    public void leaveShard(Shards all, int shard, String text) {
        connections.leaveShard(all, shard, text, settings.stopTimeoutMillis());
    }

    /** How many peers are connected. */
    public int connectionCount() {
        return connections.count();
    }

    /** How many are connected that are not served here: they have not said who they are, wait, or are handed through to another node. */
    int unservedCount() {
        return reception.unservedCount();
    }

    /**
     * Stops listening, tells every peer {@code amqp:connection:forced}, which clients take as "connect again", and waits until
     * they are gone, at most {@link ServerSettings#stopTimeoutMillis}. Then cuts what is left, and stops its own loops. When it
     * returns, no connection holds anything of the broker.
     */
    @Override
    public synchronized void close() {
        for (Channel port : listening) {
            port.close().awaitUninterruptibly(settings.stopTimeoutMillis());
        }
        if (!listening.isEmpty()) {
            listening.clear();
            // What was accepted last may be on its way to a loop of its own: from here on all of them are known.
            loops.awaitGiven(settings.stopTimeoutMillis());
        }
        reception.close();
        boolean interrupted = false;
        try {
            int cut = connections.stop(settings.stopTimeoutMillis());
            if (cut > 0) {
                LOG.warn("{} connections did not close in time and were cut", cut);
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        connections.close();
        if (ownsLoops) {
            loops.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
