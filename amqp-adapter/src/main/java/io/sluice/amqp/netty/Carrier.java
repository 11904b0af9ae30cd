package io.sluice.amqp.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelPipeline;

/** What carries AMQP's bytes between a socket and the broker. Any thread; one for all connections of a port. */
public interface Carrier {
    /** The socket itself. */
    Carrier TCP = (pipeline, amqp) -> pipeline.fireUserEventTriggered(
            CarrierReady.plain(() -> pipeline.channel().writeAndFlush(Unpooled.EMPTY_BUFFER)));

    /**
     * Puts its own handlers before AMQP's. What that one reads and writes then is AMQP's bytes, in any portions; a {@link CarrierReady} event
     * tells it when.
     *
     * @param amqp the name of AMQP's handler, which is the last
     */
    void carry(ChannelPipeline pipeline, String amqp);
}
