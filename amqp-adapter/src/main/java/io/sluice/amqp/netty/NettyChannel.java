package io.sluice.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.amqp.AmqpConnection;
import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.ByteSink;
import io.sluice.amqp.EventLoop;
import io.sluice.amqp.Peer;
import io.sluice.amqp.Shards;
import io.sluice.amqp.sasl.PeerSecurity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Symbol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket and its {@link AmqpConnection}, which begins when what carries it is up. On the channel's event loop, but for
 * {@link #stop} and {@link #cut}.
 */
final class NettyChannel extends ChannelInboundHandlerAdapter implements ByteSink {
    private static final Logger LOG = LoggerFactory.getLogger(NettyChannel.class);

    private static final int LINGER_MILLIS = 1000;

    private final ServerSettings settings;
    private final AmqpEnvironment environment;
    private final Connections connections;
    private ChannelHandlerContext context;
    /** Null until the carrier is ready. */
    private AmqpConnection connection;

    private CarrierReady carrier;
    private String remote = "unknown";
    private boolean loopback;
    private long acceptedMillis;
    private long nextTickMillis;
    private boolean ending;

    NettyChannel(ServerSettings settings, AmqpEnvironment environment, Connections connections) {
        this.settings = settings;
        this.environment = environment;
        this.connections = connections;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newContext) {
        context = newContext;
        remote = ClientAddress.shown(newContext.channel());
        loopback = ClientAddress.isHere(newContext.channel());
        acceptedMillis = Connections.nowMillis();
        connections.add(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof CarrierReady ready && connection == null) {
            begin(ready);
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void begin(CarrierReady ready) {
        carrier = ready;
        PeerSecurity security =
                new PeerSecurity(loopback, ready.encrypted(), ready.certificateName(), ready.serverName());
        Peer peer = new Peer(remote, ready.scheme(), security);
        EventExecutor loop = context.executor();
        connection = new AmqpConnection(
                environment,
                peer,
                new EventLoop(loop, loop::inEventLoop),
                this::pump,
                settings.frames().apply(peer),
                acceptedMillis);
    }

    boolean isOn(EventExecutor loop) {
        return context.executor() == loop;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            if (connection == null) {
                // A WebSocket client that did not wait for its upgrade.
                ctx.close();
            } else if (bytes.nioBufferCount() == 1) {
                feed(bytes.nioBuffer());
            } else {
                for (ByteBuffer part : bytes.nioBuffers()) {
                    feed(part);
                }
            }
        } finally {
            bytes.release();
        }
    }

    private void feed(ByteBuffer bytes) {
        connection.feed(bytes, Connections.nowMillis());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        pump();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (writable()) {
            pump();
        }
    }

    void tick(long nowMillis) {
        if (connection == null) {
            endIfLate(nowMillis);
        } else if (nowMillis >= nextTickMillis && !ending) {
            nextTickMillis = connection.tick(nowMillis);
            pump();
        }
    }

    private void endIfLate(long nowMillis) {
        int limitMillis = environment.limits().openTimeoutMillis();
        if (nowMillis - acceptedMillis >= limitMillis && !ending) {
            LOG.info("{}: no TLS or WebSocket handshake, or nothing at all, within {} ms, closed", remote, limitMillis);
            ending = true;
            context.close();
        }
    }

    private void pump() {
        if (ending || connection == null) {
            return;
        }
        boolean goesOn = connection.drainTo(this);
        context.flush();
        if (!goesOn) {
            end();
        } else if (context.channel().config().isAutoRead() != connection.wantsInput()) {
            context.channel().config().setAutoRead(connection.wantsInput());
        }
    }

    /**
     * Closes behind what is written. What the peer is still sending is read and dropped until it sees our end: a reset would take
     * the reason away from it.
     */
    private void end() {
        ending = true;
        SocketChannel channel = (SocketChannel) context.channel();
        channel.config().setAutoRead(true);
        carrier.lastWord().get().addListener(written -> channel.shutdownOutput());
        context.executor().schedule(() -> context.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean writable() {
        return context.channel().isWritable();
    }

    @Override
    public void write(ByteBuffer bytes) {
        ByteBuf buffer = context.alloc().ioBuffer(bytes.remaining());
        buffer.writeBytes(bytes);
        context.write(buffer, context.voidPromise());
    }

    /** Ends the connection from our side. Any thread. @param text why, for the peer */
    void stop(String text) {
        context.executor().execute(() -> {
            if (connection == null) {
                context.close();
                return;
            }
            connection.close(Symbol.valueOf("amqp:connection:forced"), text);
            pump();
        });
    }

    /** As {@link #stop}, where it uses a shard that is served here no more; it is cut where its peer takes too long. Any thread. */
    void leaveShard(Shards all, int shard, String text, long limitMillis) {
        context.executor().execute(() -> {
            if (connection != null && connection.uses(all, shard)) {
                connection.close(Symbol.valueOf("amqp:connection:forced"), text);
                pump();
                context.executor().schedule(() -> context.close(), limitMillis, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** Any thread. */
    void cut() {
        context.close();
    }

    /** The socket is closed; comes for every channel, also for one whose peer was gone before it was accepted. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ending = true;
        if (connection != null) {
            connection.lost();
        }
        connections.remove(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.info("{}: {}", remote, cause.getMessage());
        } else if (cause instanceof DecoderException) {
            // What the peer sent makes no sense to TLS or to WebSocket.
            String reason = (cause.getCause() == null ? cause : cause.getCause()).getMessage();
            LOG.info("{}: {}, closed", remote, reason);
        } else {
            LOG.error("{}: failed, closed", remote, cause);
        }
        ctx.close();
    }
}
