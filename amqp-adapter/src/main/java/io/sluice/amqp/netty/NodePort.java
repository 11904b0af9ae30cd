package io.sluice.amqp.netty;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Optional;

/** A connection from another node of the cluster, until it has said whose it is. */
final class NodePort extends HeaderPort {
    private final SocketChannel channel;
    private final Map<String, Carrier> kinds;
    private final String secret;
    private final Reception reception;

    /**
     * @param kinds what may be spoken on a connection, by its name
     * @param limitMillis for the header
     */
    NodePort(SocketChannel channel, Map<String, Carrier> kinds, String secret, Reception reception, int limitMillis) {
        super(channel, "a node of this cluster", limitMillis);
        this.channel = channel;
        this.kinds = kinds;
        this.secret = secret;
        this.reception = reception;
    }

    @Override
    Optional<String> refusal(HAProxyMessage header) {
        if (!NodeHeader.brings(header, secret)) {
            return Optional.of("it does not know the secret of the cluster");
        }
        return kinds.containsKey(NodeHeader.kind(header))
                ? Optional.empty()
                : Optional.of("nothing here speaks \"" + NodeHeader.kind(header) + "\"");
    }

    @Override
    void meet(HAProxyMessage header, InetSocketAddress client) {
        reception.acceptFromNode(channel, kinds.get(NodeHeader.kind(header)), client);
    }
}
