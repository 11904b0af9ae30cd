package io.sluice.amqp.netty;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A connection from a proxy that clients come by, until it has said whose it is (PROXY protocol, version 1 or 2). */
final class ProxyPort extends HeaderPort {
    private final SocketChannel channel;
    private final String kind;
    private final Carrier carrier;
    private final Reception reception;

    /**
     * @param kind of the carrier, by which the other nodes of a cluster know it
     * @param limitMillis for the header
     */
    ProxyPort(SocketChannel channel, String kind, Carrier carrier, Reception reception, int limitMillis) {
        super(channel, "a client that a proxy brings", limitMillis);
        this.channel = channel;
        this.kind = kind;
        this.carrier = carrier;
        this.reception = reception;
    }

    @Override
    Optional<String> refusal(HAProxyMessage header) {
        return Optional.empty();
    }

    @Override
    void meet(HAProxyMessage header, InetSocketAddress client) {
        reception.acceptFromProxy(channel, kind, carrier, client);
    }
}
