package io.sluice.amqp.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;

/** What carries AMQP's bytes between a socket and the broker. Any thread; one for all connections of a port. */
public interface Carrier {
    /** The socket itself. */
    Carrier TCP = (pipeline, amqp) -> {
        pipeline.addLast(amqp);
        pipeline.fireUserEventTriggered(
                CarrierReady.plain(() -> pipeline.channel().writeAndFlush(Unpooled.EMPTY_BUFFER)));
    };

    /**
     * Puts its own handlers and then the one given into a new connection. What the last reads and writes is AMQP's bytes, in any
     * portions; a {@link CarrierReady} event tells it when.
     */
    void carry(ChannelPipeline pipeline, ChannelHandler amqp);
}
