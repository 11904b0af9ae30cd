package io.sluice.amqp.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Two connections made one: what comes from either goes to the other, no faster than that takes it; the end of either half is passed on, and
 * both end together. Both are on the same event loop.
 */
final class Splice extends ChannelInboundHandlerAdapter {
    private static final int CONNECT_MILLIS = 2_000;

    private final Channel other;
    private final int lingerMillis;
    /** Of the other connection. */
    private Splice back;
    /** What comes from here is at its end, and the other connection has all of it. */
    private boolean ended;

    private Splice(Channel other, int lingerMillis) {
        this.other = other;
        this.lingerMillis = lingerMillis;
    }

    /**
     * Connects a client to another node.
     *
     * @param client accepted, not read from yet
     * @param header goes in front of everything else
     * @param lingerMillis so long one half may go on when the other has ended
     * @return done when both are one; where it fails, the client is as it was
     */
    static ChannelFuture connect(
            SocketChannel client, InetSocketAddress node, HAProxyMessage header, int lingerMillis) {
        ChannelPromise spliced = client.newPromise();
        Bootstrap bootstrap = new Bootstrap()
                .group(client.eventLoop())
                .channel(client.getClass().asSubclass(SocketChannel.class))
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline().addLast(HAProxyMessageEncoder.INSTANCE);
                    }
                });
        ChannelFuture connecting = bootstrap.connect(node);
        connecting.addListener(connected -> {
            Channel primary = connecting.channel();
            if (!connected.isSuccess()) {
                header.release();
                spliced.setFailure(connected.cause());
                return;
            }
            primary.writeAndFlush(header).addListener(written -> {
                if (written.isSuccess()) {
                    primary.pipeline().remove(HAProxyMessageEncoder.INSTANCE);
                    join(client, primary, lingerMillis);
                    spliced.setSuccess();
                } else {
                    primary.close();
                    spliced.setFailure(written.cause());
                }
            });
        });
        return spliced;
    }

    private static void join(Channel client, Channel primary, int lingerMillis) {
        if (!client.isActive()) {
            primary.close();
            return;
        }
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        Splice there = new Splice(primary, lingerMillis);
        Splice back = new Splice(client, lingerMillis);
        there.back = back;
        back.back = there;
        client.pipeline().addLast(there);
        primary.pipeline().addLast(back);
        client.config().setAutoRead(true);
        primary.config().setAutoRead(true);
        // A primary that has no room for another connection may have ended it before anybody listened.
        tellEnd(client);
        tellEnd(primary);
    }

    private static void tellEnd(Channel channel) {
        if (((SocketChannel) channel).isInputShutdown()) {
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
        other.write(bytes, other.voidPromise());
        if (!other.isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        other.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        other.config().setAutoRead(context.channel().isWritable());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> endHalf(context));
            endLater(context);
        }
    }

    private void endHalf(ChannelHandlerContext context) {
        ended = true;
        if (back.ended) {
            endBoth(context);
        } else {
            ((SocketChannel) other).shutdownOutput();
        }
    }

    private void endBoth(ChannelHandlerContext context) {
        context.close();
        other.close();
    }

    /** Whoever does not take the rest, or does not end its own half, would keep both for ever. */
    private void endLater(ChannelHandlerContext context) {
        context.executor().schedule(() -> endBoth(context), lingerMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (other.isActive()) {
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
            endLater(context);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
