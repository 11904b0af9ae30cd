package io.sluice.server.config;

import io.sluice.amqp.netty.CertificateUser;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import java.util.List;
import java.util.stream.Stream;

/**
 * The section {@code listen}: where clients connect.
 *
 * @param port 0 for any free one
 * @param proxyProtocol whether clients come to the main port by a proxy, which says who they are
 * @param trustedProxies addresses and networks of proxies that are believed
 * @param also further ports
 * @param tls of all ports whose protocol has it
 * @param webSocketCompression whether ports with WebSocket compress for clients that ask for it
 * @param allowedOrigins web sites whose pages may connect to ports with WebSocket; {@code *} for all
 * @param hostNames virtual hosts a client may name in its open; {@code *} for all
 * @param failoverServers where clients may go when this broker is gone; empty: to the nodes of the cluster, if it is one
 */
public record Listen(
        String host,
        int port,
        Protocol protocol,
        boolean proxyProtocol,
        List<String> trustedProxies,
        List<Port> also,
        Tls tls,
        boolean webSocketCompression,
        List<String> allowedOrigins,
        List<String> hostNames,
        List<Server> failoverServers) {
    public Listen {
        trustedProxies = List.copyOf(trustedProxies);
        also = List.copyOf(also);
        allowedOrigins = List.copyOf(allowedOrigins);
        hostNames = List.copyOf(hostNames);
        failoverServers = List.copyOf(failoverServers);
    }

    /** What is spoken on a port; the names are the schemes of clients' URIs, but for the last. */
    public enum Protocol {
        AMQP("amqp"),
        AMQPS("amqps"),
        AMQPWS("amqpws"),
        AMQPWSS("amqpwss"),
        /** Each of them, those with TLS where there are certificates: told apart by what a client sends first. */
        ANY("any");

        private final String scheme;

        Protocol(String scheme) {
            this.scheme = scheme;
        }

        public String scheme() {
            return scheme;
        }

        /** By which clients that know no more come. */
        public Protocol forClients() {
            return this == ANY ? AMQP : this;
        }

        /** Whether it takes no client without TLS. */
        public boolean hasTls() {
            return this == AMQPS || this == AMQPWSS;
        }

        public boolean hasWebSocket() {
            return this == AMQPWS || this == AMQPWSS;
        }
    }

    /**
     * @param port 0 for any free one
     * @param proxyProtocol whether clients come by a proxy, which says who they are
     */
    public record Port(String host, int port, Protocol protocol, boolean proxyProtocol) {
        /** For clients that come by themselves. */
        public Port(String host, int port, Protocol protocol) {
            this(host, port, protocol, false);
        }
    }

    /**
     * Where clients go.
     *
     * @param path of a WebSocket; "" for the one they take by themselves
     */
    public record Server(String host, int port, Protocol protocol, String path) {}

    /** By its text: a name server is not asked. */
    public static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    /**
     * @param certificateUser which part of a client's certificate is the user's name
     * @param trustFile authorities of clients' certificates; empty: those of the Java runtime
     * @param trustPasswordFile opens it; empty: none is needed
     * @param cipherSuites empty: the Java runtime's choice
     * @param reloadCheckMillis how often the files are looked at; 0 for never
     */
    public record Tls(
            List<Certificate> certificates,
            ClientCertificates clientCertificates,
            CertificateUser certificateUser,
            String trustFile,
            String trustPasswordFile,
            List<String> protocols,
            List<String> cipherSuites,
            int reloadCheckMillis) {
        public Tls {
            certificates = List.copyOf(certificates);
            protocols = List.copyOf(protocols);
            cipherSuites = List.copyOf(cipherSuites);
        }
    }

    /** Paths; empty ones are not there. */
    public record Certificate(String file, String keyFile, String passwordFile, List<String> hostNames) {
        public Certificate {
            hostNames = List.copyOf(hostNames);
        }
    }

    /** What the command line says over the file. */
    public Listen withPort(int newPort) {
        return new Listen(
                host,
                newPort,
                protocol,
                proxyProtocol,
                trustedProxies,
                also,
                tls,
                webSocketCompression,
                allowedOrigins,
                hostNames,
                failoverServers);
    }

    /** On another main port. */
    Listen at(String newHost, int newPort) {
        return new Listen(
                newHost,
                newPort,
                protocol,
                proxyProtocol,
                trustedProxies,
                also,
                tls,
                webSocketCompression,
                allowedOrigins,
                hostNames,
                failoverServers);
    }

    /** What is spoken on a port of this protocol, each by itself. */
    public List<Protocol> spoken(Protocol protocol) {
        if (protocol != Protocol.ANY) {
            return List.of(protocol);
        }
        return tls.certificates().isEmpty()
                ? List.of(Protocol.AMQP, Protocol.AMQPWS)
                : List.of(Protocol.AMQP, Protocol.AMQPS, Protocol.AMQPWS, Protocol.AMQPWSS);
    }

    /** All of them, the main one first. */
    public List<Port> ports() {
        return Stream.concat(Stream.of(new Port(host, port, protocol, proxyProtocol)), also.stream())
                .toList();
    }
}
