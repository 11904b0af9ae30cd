package io.sluice.amqp.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A connection from another node, until it has said whose it is. */
final class NodePort extends ChannelInboundHandlerAdapter {
    private static final int MAX_VALUES_BYTES = 4096;

    private final SocketChannel channel;
    private final Map<String, Carrier> kinds;
    private final String secret;
    private final Reception reception;
    private final Future<?> late;

    /** @param kinds what may be spoken on a connection, by its name */
    NodePort(SocketChannel channel, Map<String, Carrier> kinds, String secret, Reception reception, int limitMillis) {
        this.channel = channel;
        this.kinds = kinds;
        this.secret = secret;
        this.reception = reception;
        channel.pipeline().addLast(new HAProxyMessageDecoder(MAX_VALUES_BYTES), this);
        this.late = channel.eventLoop()
                .schedule(
                        () -> Reception.refuse(channel, "it said nothing for " + limitMillis + " ms"),
                        limitMillis,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        late.cancel(false);
        HAProxyMessage header = (HAProxyMessage) message;
        try {
            Carrier carrier = kinds.get(NodeHeader.kind(header));
            if (!NodeHeader.brings(header, secret)) {
                Reception.refuse(channel, "it does not know the secret of the cluster");
            } else if (carrier == null) {
                Reception.refuse(channel, "nothing here speaks \"" + NodeHeader.kind(header) + "\"");
            } else {
                channel.pipeline().remove(this);
                reception.acceptFromNode(
                        channel, carrier, new InetSocketAddress(header.sourceAddress(), header.sourcePort()));
            }
        } finally {
            header.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        late.cancel(false);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Reception.refuse(channel, String.valueOf(cause.getMessage()));
    }
}
