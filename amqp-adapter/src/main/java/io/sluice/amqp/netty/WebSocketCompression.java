package io.sluice.amqp.netty;

import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilter;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilterProvider;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;

/** Compression of WebSocket's messages (RFC 7692 permessage-deflate), for peers that ask for it. */
final class WebSocketCompression {
    private static final int LEVEL = 6;
    /** What is shorter gains nothing: flows, dispositions, heartbeats. */
    private static final int MIN_BYTES = 256;

    private static final WebSocketExtensionFilterProvider LARGE_ONLY = new WebSocketExtensionFilterProvider() {
        @Override
        public WebSocketExtensionFilter encoderFilter() {
            return WebSocketCompression::isShort;
        }

        @Override
        public WebSocketExtensionFilter decoderFilter() {
            return WebSocketExtensionFilter.NEVER_SKIP;
        }
    };

    private WebSocketCompression() {}

    private static boolean isShort(WebSocketFrame frame) {
        return frame.content().readableBytes() < MIN_BYTES;
    }

    /** Of one connection. @param maxBytes of a frame when it is no longer compressed; a peer that sends more is closed */
    static WebSocketServerExtensionHandler handler(int maxBytes) {
        return new WebSocketServerExtensionHandler(new PerMessageDeflateServerExtensionHandshaker(
                LEVEL,
                false,
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
                false,
                false,
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
                PerMessageDeflateServerExtensionHandshaker.DEFAULT_MEM_LEVEL,
                LARGE_ONLY,
                maxBytes));
    }
}
