package io.sluice.amqp.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection that somebody brings for a client, until a header of the PROXY protocol has said for whom. The connection's event loop. */
abstract class HeaderPort extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HeaderPort.class);
    private static final int MAX_VALUES_BYTES = 4096;

    private final SocketChannel channel;
    private final String bringer;
    private final Future<?> late;
    private boolean refused;

    /**
     * @param bringer who brings clients here, for the log
     * @param limitMillis for the header
     */
    HeaderPort(SocketChannel channel, String bringer, int limitMillis) {
        this.channel = channel;
        this.bringer = bringer;
        this.late = channel.eventLoop()
                .schedule(
                        () -> refuse("it did not say whose it is within " + limitMillis + " ms"),
                        limitMillis,
                        TimeUnit.MILLISECONDS);
        channel.pipeline().addLast(new HAProxyMessageDecoder(MAX_VALUES_BYTES), this);
    }

    /** Why somebody with this header is not let in; empty where it is good so far. */
    abstract Optional<String> refusal(HAProxyMessage header);

    /** This handler is gone; the connection is to be carried on. */
    abstract void meet(HAProxyMessage header, InetSocketAddress client);

    @Override
    public final void channelRead(ChannelHandlerContext context, Object message) {
        try {
            // Otherwise it is what came behind the header of one that is refused.
            if (message instanceof HAProxyMessage header) {
                read(header);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void read(HAProxyMessage header) {
        Optional<String> refusal = refusal(header);
        if (header.command() == HAProxyCommand.LOCAL) {
            // Somebody looks whether this port is alive, and brings nobody.
            LOG.debug("{}: a header without a client, closed", channel.remoteAddress());
            channel.close();
        } else if (refusal.isPresent()) {
            refuse(refusal.get());
        } else if (!isTcp(header)) {
            refuse("it brings a client without an address");
        } else {
            channel.pipeline().remove(this);
            meet(header, new InetSocketAddress(header.sourceAddress(), header.sourcePort()));
        }
    }

    private static boolean isTcp(HAProxyMessage header) {
        return header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
                || header.proxiedProtocol() == HAProxyProxiedProtocol.TCP6;
    }

    /** It is known, or gone. */
    @Override
    public final void handlerRemoved(ChannelHandlerContext context) {
        late.cancel(false);
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        refuse(String.valueOf(cause.getMessage()));
    }

    /** Once: the end of what makes no sense may make no sense either. */
    private void refuse(String why) {
        if (!refused) {
            refused = true;
            LOG.warn("{}: not {}, closed: {}", channel.remoteAddress(), bringer, why);
            channel.close();
        }
    }
}
