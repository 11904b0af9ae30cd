package io.sluice.amqp.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what comes from a peer before it is decided who serves it. That is little, since nothing is read from it then: what was read together
 * with the header of another node, or what a peer sent that has ended its half. A peer that brings more is closed. Its event loop.
 */
final class EarlyBytes extends ChannelInboundHandlerAdapter {
    static final int MAX_BYTES = 256 * 1024;

    private final Queue<ByteBuf> kept = new ArrayDeque<>();
    private int keptBytes;
    private ChannelHandlerContext context;

    @Override
    public void handlerAdded(ChannelHandlerContext newContext) {
        context = newContext;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        kept.add(bytes);
        keptBytes += bytes.readableBytes();
        if (keptBytes > MAX_BYTES) {
            releaseAll();
            ctx.close();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // Comes for those behind when they get what is kept.
    }

    /** Gives what there is to the handlers that were added behind this one, and makes way for the rest. */
    void handOn() {
        if (context.isRemoved()) {
            return;
        }
        boolean any = !kept.isEmpty();
        while (!kept.isEmpty()) {
            context.fireChannelRead(kept.remove());
        }
        if (any) {
            context.fireChannelReadComplete();
        }
        context.pipeline().remove(this);
    }

    /** Also at the end of the channel. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        releaseAll();
    }

    private void releaseAll() {
        while (!kept.isEmpty()) {
            kept.remove().release();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
