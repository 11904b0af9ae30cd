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

/**
 * Two connections made one: what comes from either goes to the other, no faster than that takes it; the end of either half is passed on, and
 * both end together. Both are on the same event loop.
 */
final class Splice extends ChannelInboundHandlerAdapter {
    private static final int CONNECT_MILLIS = 2_000;

    private final Channel other;

    private Splice(Channel other) {
        this.other = other;
    }

    /**
     * Connects a client to another node.
     *
     * @param client accepted, not read from yet
     * @param header goes in front of everything else
     * @return done when both are one; where it fails, the client is as it was
     */
    static ChannelFuture connect(SocketChannel client, InetSocketAddress node, HAProxyMessage header) {
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
                    join(client, primary);
                    spliced.setSuccess();
                } else {
                    primary.close();
                    spliced.setFailure(written.cause());
                }
            });
        });
        return spliced;
    }

    private static void join(Channel client, Channel primary) {
        client.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        client.pipeline().addLast(new Splice(primary));
        primary.pipeline().addLast(new Splice(client));
        if (!client.isActive()) {
            primary.close();
            return;
        }
        client.config().setAutoRead(true);
        primary.config().setAutoRead(true);
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
            other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> ((SocketChannel) other).shutdownOutput());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        other.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
