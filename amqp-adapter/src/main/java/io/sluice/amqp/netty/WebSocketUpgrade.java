package io.sluice.amqp.netty;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshakerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the one HTTP request of a WebSocket, or says why not and closes. Makes room for {@link WebSocketFrames} then. */
final class WebSocketUpgrade extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketUpgrade.class);

    /** The second is what it was called before it was a standard; some clients ask for both. */
    private static final String SUB_PROTOCOLS = "amqp,AMQPWSB10";

    private final WebSocketOrigins origins;
    private final int maxFrameBytes;
    private final boolean extensions;
    /** Of what carries HTTP; without TLS that is the socket, which says nothing. */
    private CarrierReady below;

    /** @param extensions whether a handler before this one takes some, whose frames say so */
    WebSocketUpgrade(WebSocketOrigins origins, int maxFrameBytes, boolean extensions) {
        this.origins = origins;
        this.extensions = extensions;
        this.maxFrameBytes = maxFrameBytes;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof CarrierReady ready) {
            below = ready;
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        if (!request.decoderResult().isSuccess() || !request.method().equals(HttpMethod.GET)) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "This port speaks AMQP 1.0 over WebSocket.");
        } else if (!request.headers().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            refuse(context, HttpResponseStatus.UPGRADE_REQUIRED, "This port speaks AMQP 1.0 over WebSocket.");
        } else if (!originAllowed(context, request)) {
            refuse(context, HttpResponseStatus.FORBIDDEN, "Pages of this origin may not connect.");
        } else {
            upgrade(context, request);
        }
    }

    private boolean originAllowed(ChannelHandlerContext context, FullHttpRequest request) {
        return origins.allows(
                request.headers().get(HttpHeaderNames.ORIGIN),
                request.headers().get(HttpHeaderNames.HOST),
                below != null,
                ClientAddress.isLocal(context.channel()));
    }

    private void upgrade(ChannelHandlerContext context, FullHttpRequest request) {
        WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(maxFrameBytes)
                .allowExtensions(extensions)
                .build();
        WebSocketServerHandshaker handshaker =
                new WebSocketServerHandshakerFactory(request.uri(), SUB_PROTOCOLS, config).newHandshaker(request);
        if (handshaker == null) {
            WebSocketServerHandshakerFactory.sendUnsupportedVersionResponse(context.channel())
                    .addListener(ChannelFutureListener.CLOSE);
            return;
        }
        String wanted = request.headers().get(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, "");
        if (!asksForAmqp(handshaker, wanted)) {
            refuse(context, HttpResponseStatus.BAD_REQUEST, "The sub-protocol here is amqp.");
            return;
        }
        WebSocketFrames frames = new WebSocketFrames(below);
        context.pipeline().addAfter(context.name(), null, frames);
        handshaker.handshake(context.channel(), request).addListener(done -> {
            if (done.isSuccess()) {
                frames.ready();
            } else {
                context.close();
            }
        });
        context.pipeline().remove(this);
    }

    private static boolean asksForAmqp(WebSocketServerHandshaker handshaker, String wanted) {
        for (String protocol : wanted.split(",")) {
            if (handshaker.subprotocols().contains(protocol.trim())) {
                return true;
            }
        }
        return false;
    }

    private static void refuse(ChannelHandlerContext context, HttpResponseStatus status, String text) {
        LOG.info("{}: HTTP request refused: {} {}", ClientAddress.shown(context.channel()), status.code(), text);
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, status, ByteBufUtil.writeUtf8(context.alloc(), text + "\n"));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers().set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        }
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
}
