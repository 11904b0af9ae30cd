package io.sluice.amqp.netty;

import io.netty.channel.ChannelFuture;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The event that what carries a connection is up: AMQP may begin.
 *
 * @param webSocket whether AMQP is in its frames
 * @param encrypted nobody on the way can read along
 * @param certificateName who the peer is by its certificate
 * @param serverName whom the peer asked TLS for
 * @param lastWord ends our half of what carries the connection, behind everything that was written; done when it is on its way
 */
record CarrierReady(
        boolean webSocket,
        boolean encrypted,
        Optional<String> certificateName,
        Optional<String> serverName,
        Supplier<ChannelFuture> lastWord) {
    static CarrierReady plain(Supplier<ChannelFuture> lastWord) {
        return new CarrierReady(false, false, Optional.empty(), Optional.empty(), lastWord);
    }

    /** For WebSocket over this. */
    CarrierReady webSocket(Supplier<ChannelFuture> word) {
        return new CarrierReady(true, encrypted, certificateName, serverName, word);
    }

    /** Of a URI by which a client comes so. */
    String scheme() {
        return "amqp" + (webSocket ? "ws" : "") + (encrypted ? "s" : "");
    }
}
