package io.sluice.amqp.netty;

import io.netty.channel.ChannelFuture;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The event that what carries a connection is up: AMQP may begin.
 *
 * @param encrypted nobody on the way can read along
 * @param certificateName who the peer is by its certificate
 * @param serverName whom the peer asked TLS for
 * @param lastWord ends our half of what carries the connection, behind everything that was written; done when it is on its way
 */
record CarrierReady(
        boolean encrypted,
        Optional<String> certificateName,
        Optional<String> serverName,
        Supplier<ChannelFuture> lastWord) {
    static CarrierReady plain(Supplier<ChannelFuture> lastWord) {
        return new CarrierReady(false, Optional.empty(), Optional.empty(), lastWord);
    }

    CarrierReady withLastWord(Supplier<ChannelFuture> word) {
        return new CarrierReady(encrypted, certificateName, serverName, word);
    }
}
