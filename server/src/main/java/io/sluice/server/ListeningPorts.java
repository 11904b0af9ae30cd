package io.sluice.server;

import io.sluice.amqp.ContainerRegistry;
import io.sluice.amqp.OpenPolicy;
import io.sluice.amqp.netty.AmqpServer;
import io.sluice.amqp.netty.Carrier;
import io.sluice.amqp.netty.DetectingCarrier;
import io.sluice.amqp.netty.HandThrough;
import io.sluice.amqp.netty.TrustedProxies;
import io.sluice.amqp.netty.WebSocketCarrier;
import io.sluice.server.config.Configuration;
import io.sluice.server.config.Listen;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The ports of a broker, and what is spoken on each. Started and stopped on one thread. */
final class ListeningPorts implements AutoCloseable {
    private static final int MIN_WEB_SOCKET_FRAME_BYTES = 1 << 20;

    private final Configuration configuration;
    private final Optional<TlsService> tls;
    private final List<Bound> bound = new ArrayList<>();

    private record Bound(Listen.Protocol protocol, String address) {}

    /** Reads the certificates where there is TLS; does not listen yet. @throws StartFailure they cannot be used */
    ListeningPorts(Configuration configuration) throws StartFailure {
        this.configuration = configuration;
        Listen listen = configuration.listen();
        boolean any = listen.ports().stream()
                .anyMatch(port -> port.protocol().hasTls()
                        || port.protocol() == Listen.Protocol.ANY
                                && !listen.tls().certificates().isEmpty());
        this.tls = any ? Optional.of(TlsService.of(listen.tls())) : Optional.empty();
    }

    /** What decides about a connection's open. */
    static OpenPolicy opening(Configuration configuration) {
        return new OpenPolicy(
                Set.copyOf(configuration.listen().hostNames()),
                ClusterSettings.addresses(configuration),
                new ContainerRegistry());
    }

    /** @throws StartFailure an address cannot be listened on */
    void open(AmqpServer endpoint) throws StartFailure {
        for (Listen.Port port : configuration.listen().ports()) {
            try {
                InetSocketAddress address = open(endpoint, port);
                bound.add(new Bound(port.protocol(), shown(address)));
            } catch (IOException e) {
                throw new StartFailure(ExitCode.LISTEN, sentence(e.getMessage()), e);
            }
        }
    }

    private InetSocketAddress open(AmqpServer endpoint, Listen.Port port) throws IOException {
        String scheme = port.protocol().scheme();
        Carrier carrier = carrier(port.protocol());
        return port.proxyProtocol()
                ? endpoint.start(
                        port.host(),
                        port.port(),
                        scheme,
                        carrier,
                        new TrustedProxies(configuration.listen().trustedProxies()))
                : endpoint.start(port.host(), port.port(), scheme, carrier);
    }

    /**
     * In a cluster: listens for what other nodes hand through, whatever is spoken on it.
     *
     * @throws StartFailure the address cannot be listened on
     */
    void openHandThrough(AmqpServer endpoint, String host, int port, HandThrough rules) throws StartFailure {
        Map<String, Carrier> kinds = new HashMap<>();
        for (Listen.Port listening : configuration.listen().ports()) {
            kinds.put(listening.protocol().scheme(), carrier(listening.protocol()));
        }
        try {
            endpoint.startHandThrough(host, port, kinds, rules);
        } catch (IOException e) {
            throw new StartFailure(ExitCode.LISTEN, sentence(e.getMessage()), e);
        }
    }

    private Carrier carrier(Listen.Protocol protocol) {
        if (protocol == Listen.Protocol.ANY) {
            Carrier inner = new DetectingCarrier(webSocket(), Optional.empty());
            return new DetectingCarrier(webSocket(), tls.map(service -> secured(service, inner)));
        }
        Carrier inner = protocol.hasWebSocket() ? webSocket() : Carrier.TCP;
        return protocol.hasTls() ? secured(tls.orElseThrow(), inner) : inner;
    }

    private Carrier webSocket() {
        Listen listen = configuration.listen();
        return new WebSocketCarrier(
                Set.copyOf(listen.allowedOrigins()), maxWebSocketFrameBytes(), listen.webSocketCompression());
    }

    private Carrier secured(TlsService service, Carrier inner) {
        return service.carry(inner, configuration.amqp().preOpenTimeoutMillis());
    }

    /** Clients put several frames of AMQP into one of WebSocket. */
    private int maxWebSocketFrameBytes() {
        return Math.max(MIN_WEB_SOCKET_FRAME_BYTES, 2 * configuration.amqp().maxFrameSizeBytes());
    }

    private static String shown(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    /** The main one, {@code host:port}. */
    String main() {
        return bound.get(0).address();
    }

    /** All of them, {@code amqp=host:port amqps=host:port}. */
    String all() {
        return String.join(
                " ",
                bound.stream()
                        .map(port -> port.protocol().scheme() + "=" + port.address())
                        .toList());
    }

    @Override
    public void close() {
        tls.ifPresent(TlsService::close);
    }
}
