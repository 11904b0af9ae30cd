package io.sluice.amqp.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection from another node, until it has said whose it is. */
final class NodePort extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(NodePort.class);
    private static final int MAX_VALUES_BYTES = 4096;

    private final SocketChannel channel;
    private final Map<String, Carrier> kinds;
    private final String secret;
    private final Reception reception;
    private final Future<?> late;
    private boolean refused;

    /**
     * @param kinds what may be spoken on a connection, by its name
     * @param limitMillis for the header
     */
    NodePort(SocketChannel channel, Map<String, Carrier> kinds, String secret, Reception reception, int limitMillis) {
        this.channel = channel;
        this.kinds = kinds;
        this.secret = secret;
        this.reception = reception;
        this.late = channel.eventLoop()
                .schedule(
                        () -> refuse("it did not say whose it is within " + limitMillis + " ms"),
                        limitMillis,
                        TimeUnit.MILLISECONDS);
        channel.pipeline().addLast(new HAProxyMessageDecoder(MAX_VALUES_BYTES), this);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            // Otherwise it is what came behind the header of one that is refused.
            if (message instanceof HAProxyMessage header) {
                meet(header);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void meet(HAProxyMessage header) {
        Carrier carrier = kinds.get(NodeHeader.kind(header));
        Optional<InetSocketAddress> client = NodeHeader.client(header);
        if (header.command() == HAProxyCommand.LOCAL) {
            // Somebody looks whether this port is alive, and brings nobody.
            LOG.debug("{}: a header without a client, closed", channel.remoteAddress());
            channel.close();
        } else if (!NodeHeader.brings(header, secret)) {
            refuse("it does not know the secret of the cluster");
        } else if (client.isEmpty()) {
            refuse("it brings a client without an address");
        } else if (carrier == null) {
            refuse("nothing here speaks \"" + NodeHeader.kind(header) + "\"");
        } else {
            channel.pipeline().remove(this);
            reception.acceptFromNode(channel, carrier, client.get());
        }
    }

    /** It is known, or gone. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        late.cancel(false);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(String.valueOf(cause.getMessage()));
    }

    /** Once: the end of what makes no sense may make no sense either. */
    private void refuse(String why) {
        if (!refused) {
            refused = true;
            LOG.warn("{}: not a node of this cluster, closed: {}", channel.remoteAddress(), why);
            channel.close();
        }
    }
}
