package io.sluice.amqp.netty;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Optional;

/**
 * Who is at the other end of a connection: where another node or a proxy brings it, their client. The connection's event loop.
 */
final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> BROUGHT = AttributeKey.valueOf(ClientAddress.class, "brought");

    private static final AttributeKey<InetSocketAddress> PROXIED = AttributeKey.valueOf(ClientAddress.class, "proxied");

    private ClientAddress() {}

    /** A proxy that is trusted says whose connection it is. */
    static void proxied(Channel channel, InetSocketAddress client) {
        channel.attr(PROXIED).set(client);
    }

    /** Another node says whose connection it is. */
    static void brought(Channel channel, InetSocketAddress client) {
        channel.attr(BROUGHT).set(client);
    }

    static boolean isBrought(Channel channel) {
        return channel.attr(BROUGHT).get() != null;
    }

    /** Empty where the peer is gone already. */
    static Optional<InetSocketAddress> of(Channel channel) {
        InetSocketAddress brought = channel.attr(BROUGHT).get();
        InetSocketAddress said = brought == null ? channel.attr(PROXIED).get() : brought;
        SocketAddress address = said == null ? channel.remoteAddress() : said;
        return address instanceof InetSocketAddress client ? Optional.of(client) : Optional.empty();
    }

    /** For log lines. */
    static String shown(Channel channel) {
        return of(channel)
                .map(client -> client.getAddress().getHostAddress() + ":" + client.getPort())
                .orElse("unknown");
    }

    /** Whether the client is on the machine of the node it came to, whichever that is. */
    static boolean isLocal(Channel channel) {
        return of(channel)
                .map(client -> client.getAddress().isLoopbackAddress())
                .orElse(false);
    }

    /**
     * Whether the client is on this machine: it is local to the node or the proxy it came to, and that is here. Between machines everybody on the way could
     * read what it sends, and who another machine lets log in there is not for it to say here.
     */
    static boolean isHere(Channel channel) {
        boolean socketHere = channel.remoteAddress() instanceof InetSocketAddress node
                && node.getAddress().isLoopbackAddress();
        return socketHere && isLocal(channel);
    }
}
