package io.sluice.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/** The bytes of AMQP in and out of WebSocket frames, and what WebSocket says for itself: ping, pong, close. */
final class WebSocketFrames extends ChannelDuplexHandler {
    /** Clients bound what they take, some at one byte less than 64 KiB. */
    private static final int MAX_OUT_BYTES = 32 * 1024;

    private final CarrierReady below;
    private ChannelHandlerContext context;
    private boolean closeSent;

    /** @param below of what carries WebSocket; null for the socket itself */
    WebSocketFrames(CarrierReady below) {
        this.below = below;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext newContext) {
        context = newContext;
    }

    /** The answer to the upgrade is written. */
    void ready() {
        CarrierReady carried = below == null ? CarrierReady.plain(this::lastWord) : below;
        context.fireUserEventTriggered(carried.webSocket(this::lastWord));
    }

    private ChannelFuture lastWord() {
        ChannelFuture closed = sendClose(WebSocketCloseStatus.NORMAL_CLOSURE);
        return below == null ? closed : below.lastWord().get();
    }

    private ChannelFuture sendClose(WebSocketCloseStatus status) {
        if (closeSent) {
            return context.newSucceededFuture();
        }
        closeSent = true;
        return context.writeAndFlush(new CloseWebSocketFrame(status));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof WebSocketFrame frame)) {
            // A second HTTP request, which is not a client's to send.
            ReferenceCountUtil.release(message);
            return;
        }
        if (frame instanceof BinaryWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            ctx.fireChannelRead(frame.content());
            return;
        }
        if (frame instanceof PingWebSocketFrame && !closeSent) {
            ctx.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
        } else if (frame instanceof CloseWebSocketFrame) {
            sendClose(WebSocketCloseStatus.NORMAL_CLOSURE).addListener(sent -> ctx.close());
        } else if (frame instanceof TextWebSocketFrame) {
            sendClose(WebSocketCloseStatus.INVALID_MESSAGE_TYPE).addListener(sent -> ctx.close());
        }
        frame.release();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
            return;
        }
        if (closeSent) {
            bytes.release();
            return;
        }
        while (bytes.readableBytes() > MAX_OUT_BYTES) {
            ctx.write(new BinaryWebSocketFrame(bytes.readRetainedSlice(MAX_OUT_BYTES)), ctx.voidPromise());
        }
        ctx.write(new BinaryWebSocketFrame(bytes), promise);
    }
}
