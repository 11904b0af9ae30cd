package io.sluice.amqp.netty;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.Set;

/**
 * AMQP in the binary frames of a WebSocket (RFC 6455, OASIS AMQP WebSocket binding): any path, sub-protocol {@code amqp}. Where a
 * frame of the one ends says nothing about the other.
 */
public final class WebSocketCarrier implements Carrier {
    /** An upgrade has headers only. */
    private static final int MAX_REQUEST_BYTES = 8 * 1024;

    private final Set<String> allowedOrigins;
    private final int maxFrameBytes;
    private final boolean compression;

    /** Without compression. */
    public WebSocketCarrier(Set<String> allowedOrigins, int maxFrameBytes) {
        this(allowedOrigins, maxFrameBytes, false);
    }

    /**
     * @param allowedOrigins web sites whose pages may connect, as browsers name them, such as {@code https://example.com};
     *     {@code *} for all
     * @param maxFrameBytes of one WebSocket frame from a peer, also of what it was before it was compressed; a client may put several of AMQP into
     *     one
     * @param compression whether frames are compressed for peers that ask for it (RFC 7692 permessage-deflate)
     */
    public WebSocketCarrier(Set<String> allowedOrigins, int maxFrameBytes, boolean compression) {
        this.allowedOrigins = Set.copyOf(allowedOrigins);
        this.maxFrameBytes = maxFrameBytes;
        this.compression = compression;
    }

    @Override
    public void carry(ChannelPipeline pipeline, String amqp) {
        pipeline.addBefore(amqp, null, new HttpServerCodec())
                .addBefore(amqp, null, new HttpObjectAggregator(MAX_REQUEST_BYTES, true));
        if (compression) {
            pipeline.addBefore(amqp, null, WebSocketCompression.handler(maxFrameBytes));
        }
        pipeline.addBefore(
                amqp, null, new WebSocketUpgrade(new WebSocketOrigins(allowedOrigins), maxFrameBytes, compression));
    }
}
