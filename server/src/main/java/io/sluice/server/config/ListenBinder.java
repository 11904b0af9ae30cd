package io.sluice.server.config;

import io.sluice.amqp.netty.CertificateUser;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import io.sluice.amqp.netty.TrustedProxies;
import io.sluice.server.config.Listen.Protocol;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a {@link Listen} of its section. */
final class ListenBinder {
    private static final int MAX_CHECK_MILLIS = 86_400_000;
    private static final List<String> KNOWN_PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    Listen bind(Section section) {
        Listen defaults = Defaults.LISTEN;
        List<Section> further = section.sections("also").orElse(List.of());
        Section tlsSection = section.section("tls");
        Listen listen = new Listen(
                section.text("host", defaults.host()),
                section.number("port", 0, 65_535, defaults.port()),
                protocol(section, defaults.protocol()),
                proxyProtocol(section),
                section.texts("trustedProxies").orElse(defaults.trustedProxies()),
                further.stream().map(port -> port(port, proxyProtocol(port))).toList(),
                tls(tlsSection, defaults.tls()),
                section.flag("webSocketCompression", defaults.webSocketCompression()),
                section.texts("allowedOrigins").orElse(defaults.allowedOrigins()),
                section.texts("hostNames").orElse(defaults.hostNames()),
                section.sections("failoverServers").orElse(List.of()).stream()
                        .map(ListenBinder::server)
                        .toList());
        if (listen.ports().stream().anyMatch(port -> port.protocol().hasTls())
                && listen.tls().certificates().isEmpty()) {
            tlsSection.problem("certificates", "has none, but a port with TLS needs one");
        }
        checkProxies(section, listen);
        section.end();
        return listen;
    }

    private static boolean proxyProtocol(Section section) {
        return section.choice("proxyProtocol", Map.of("off", false, "required", true), false);
    }

    private static void checkProxies(Section section, Listen listen) {
        if (listen.ports().stream().anyMatch(Listen.Port::proxyProtocol)
                && listen.trustedProxies().isEmpty()) {
            section.problem("trustedProxies", "has none, but a port with proxyProtocol: required needs one");
        }
        try {
            new TrustedProxies(listen.trustedProxies()).check();
        } catch (IllegalArgumentException e) {
            section.problem("trustedProxies", "is wrong: " + e.getMessage());
        }
    }

    private static Protocol protocol(Section section, Protocol fallback) {
        Map<String, Protocol> choices = new LinkedHashMap<>();
        for (Protocol protocol : Protocol.values()) {
            choices.put(protocol.scheme(), protocol);
        }
        return section.choice("protocol", choices, fallback);
    }

    private static Listen.Port port(Section section, boolean proxyProtocol) {
        Listen.Port port = new Listen.Port(
                ConfigurationBinder.required(section, "host"),
                section.number("port", 0, 65_535, 0),
                protocol(section, Protocol.AMQP),
                proxyProtocol);
        requirePort(section);
        section.end();
        return port;
    }

    private static void requirePort(Section section) {
        for (String key : List.of("port", "protocol")) {
            if (!section.has(key)) {
                section.problem(key, "is missing");
            }
        }
    }

    /** Where clients go. */
    static Listen.Server server(Section section) {
        Listen.Server server = new Listen.Server(
                ConfigurationBinder.required(section, "host"),
                section.number("port", 1, 65_535, 1),
                protocol(section, Protocol.AMQP),
                section.textOrNone("path", ""));
        requirePort(section);
        if (server.protocol() == Protocol.ANY) {
            section.problem("protocol", "is any; a client has to know which");
        }
        if (!server.path().isEmpty() && !server.protocol().hasWebSocket()) {
            section.problem("path", "is \"" + server.path() + "\", but only WebSocket has one: amqpws or amqpwss");
        } else if (!server.path().isEmpty() && !server.path().startsWith("/")) {
            section.problem("path", "is \"" + server.path() + "\"; it must begin with /");
        }
        section.end();
        return server;
    }

    private static Listen.Tls tls(Section section, Listen.Tls defaults) {
        List<String> protocols = section.texts("protocols").orElse(defaults.protocols());
        if (protocols.isEmpty() || !KNOWN_PROTOCOLS.containsAll(protocols)) {
            section.problem("protocols", "is " + protocols + "; it must be one or more of " + KNOWN_PROTOCOLS);
        }
        Listen.Tls tls = new Listen.Tls(
                certificates(section.sections("certificates").orElse(List.of())),
                section.choice(
                        "clientCertificates",
                        Map.of(
                                "none", ClientCertificates.NONE,
                                "wanted", ClientCertificates.WANTED,
                                "required", ClientCertificates.REQUIRED),
                        defaults.clientCertificates()),
                section.choice(
                        "certificateUser",
                        Map.of(
                                "commonName", CertificateUser.COMMON_NAME,
                                "distinguishedName", CertificateUser.DISTINGUISHED_NAME),
                        defaults.certificateUser()),
                section.textOrNone("trustFile", defaults.trustFile()),
                section.textOrNone("trustPasswordFile", defaults.trustPasswordFile()),
                protocols,
                section.texts("cipherSuites").orElse(defaults.cipherSuites()),
                section.number("reloadCheckMillis", 0, MAX_CHECK_MILLIS, defaults.reloadCheckMillis()));
        section.end();
        return tls;
    }

    private static List<Listen.Certificate> certificates(List<Section> sections) {
        List<Listen.Certificate> certificates = new ArrayList<>();
        for (Section section : sections) {
            certificates.add(new Listen.Certificate(
                    ConfigurationBinder.required(section, "file"),
                    section.textOrNone("keyFile", ""),
                    section.textOrNone("passwordFile", ""),
                    section.texts("hostNames").orElse(List.of())));
            section.end();
        }
        return certificates;
    }
}
