package io.sluice.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.util.Optional;

/**
 * AMQP itself, or over WebSocket, or either over TLS, on one port. The first byte of a peer says which: a TLS record of a handshake (RFC 8446
 * §5.1), the method of an HTTP request, or the header of AMQP; anything else is AMQP's to refuse.
 */
public final class DetectingCarrier implements Carrier {
    private static final int TLS_HANDSHAKE = 22;
    private static final int HTTP_GET = 'G';

    private final Carrier webSocket;
    private final Optional<Carrier> tls;

    /** @param tls of which the inner carrier is one like this, without TLS; empty: a TLS hello is refused as by AMQP */
    public DetectingCarrier(Carrier webSocket, Optional<Carrier> tls) {
        this.webSocket = webSocket;
        this.tls = tls;
    }

    @Override
    public void carry(ChannelPipeline pipeline, String amqp) {
        pipeline.addBefore(amqp, null, new Detection(amqp));
    }

    private Carrier of(int firstByte) {
        if (firstByte == TLS_HANDSHAKE && tls.isPresent()) {
            return tls.get();
        }
        return firstByte == HTTP_GET ? webSocket : TCP;
    }

    private final class Detection extends ChannelInboundHandlerAdapter {
        private final String amqp;
        /** Of TLS below this; null where there is none. */
        private CarrierReady below;

        private boolean detected;

        private Detection(String amqp) {
            this.amqp = amqp;
        }

        /** What is spoken is to be told once, and not before it is known. */
        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof CarrierReady ready && !detected) {
                below = ready;
            } else {
                context.fireUserEventTriggered(event);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            if (!detected && bytes.isReadable()) {
                detected = true;
                begin(context, of(bytes.getUnsignedByte(bytes.readerIndex())));
            }
            context.fireChannelRead(bytes);
            if (detected) {
                context.pipeline().remove(this);
            }
        }

        private void begin(ChannelHandlerContext context, Carrier found) {
            if (below == null || found != TCP) {
                found.carry(context.pipeline(), amqp);
            }
            if (below != null) {
                context.fireUserEventTriggered(below);
            }
        }
    }
}
