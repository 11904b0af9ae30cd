package io.sluice.amqp;

import io.sluice.amqp.VirtualHosts.VirtualHost;
import io.sluice.amqp.dialect.Dialect;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.security.Principal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedShort;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Connection;

/** The open of a connection (AMQP 1.0 §2.4.1): whether what the peer asks for can be had, and what we answer. */
final class Opening {
    private static final Symbol ANONYMOUS_RELAY = Symbol.valueOf("ANONYMOUS-RELAY");
    private static final Symbol SHARED_SUBSCRIPTIONS = Symbol.valueOf("SHARED-SUBS");
    private static final Symbol SOLE_CONNECTION = Symbol.valueOf("sole-connection-for-container");
    private static final Symbol ENFORCEMENT_POLICY = Symbol.valueOf("sole-connection-enforcement-policy");
    private static final Symbol DETECTION_POLICY = Symbol.valueOf("sole-connection-detection-policy");
    private static final UnsignedInteger STRONG = UnsignedInteger.ZERO;
    private static final Symbol ESTABLISHMENT_FAILED = Symbol.valueOf("amqp:connection-establishment-failed");
    private static final Symbol FAILOVER_SERVERS = Symbol.valueOf("failover-server-list");
    private static final Symbol VIRTUAL_HOST = Symbol.valueOf("virtual-host");
    private static final Symbol CONTAINER_ID = Symbol.valueOf("container-id");
    private static final Symbol INVALID_FIELD = Symbol.valueOf("invalid-field");
    /** Heartbeats may be a tenth of a second late. */
    private static final int MIN_IDLE_TIMEOUT_MILLIS = 250;
    /** A list of servers could be too long for less. */
    private static final int MIN_FRAME_BYTES_FOR_SERVERS = 4096;

    private final OpenPolicy policy;
    private final Connection peer;
    private final String scheme;
    private final Optional<String> askedBefore;

    /**
     * @param scheme the peer came with
     * @param askedBefore by which it has asked for a virtual host as it logged in
     */
    Opening(OpenPolicy policy, Connection peer, String scheme, Optional<String> askedBefore) {
        this.policy = policy;
        this.peer = peer;
        this.scheme = scheme;
        this.askedBefore = askedBefore;
    }

    /** The one that is not the default one: which the open names, or the login did where the open names none. */
    Optional<VirtualHost> virtualHost() {
        VirtualHosts hosts = policy.virtualHosts();
        Optional<String> hostname = hostname();
        Optional<VirtualHost> named = hostname.flatMap(hosts::named);
        return named.isPresent() || hostname.filter(hosts::isDefault).isPresent()
                ? named
                : askedBefore.flatMap(hosts::named);
    }

    private Optional<String> hostname() {
        return Optional.ofNullable(peer.getRemoteHostname());
    }

    /** A virtual host is to be opened elsewhere by the name that the peer has for it here. */
    private ErrorCondition condition(Refusal decided) {
        Refusal refusal = policy.servers().told(decided, scheme);
        Optional<VirtualHost> host = virtualHost();
        if (refusal.kind() != Kind.CONNECTION_REDIRECT || host.isEmpty()) {
            return Conditions.of(refusal);
        }
        Map<String, Object> info = new LinkedHashMap<>(refusal.info());
        info.put(
                "hostname",
                hostname()
                        .filter(name -> policy.virtualHosts().named(name).isPresent())
                        .orElse(host.get().name()));
        return Conditions.of(new Refusal(refusal.kind(), refusal.text(), info));
    }

    private Optional<ErrorCondition> refusal(VirtualHost host, Principal user) {
        if (!host.admits().test(user)) {
            return Optional.of(Conditions.of(
                    Kind.NOT_ALLOWED, "user '" + user.name() + "' may not use the virtual host '" + host.name() + "'"));
        }
        Optional<Refusal> elsewhere = host.elsewhere().get();
        if (elsewhere.isPresent()) {
            return elsewhere.map(this::condition);
        }
        if (host.environment().connections().count() >= host.maxConnections()) {
            return Optional.of(Conditions.of(
                    Kind.RESOURCE_LIMIT_EXCEEDED,
                    "the virtual host '" + host.name() + "' has " + host.maxConnections() + " connections already"));
        }
        return Optional.empty();
    }

    /** All but the sole connection, which is asked for last: who is refused anyway must not close another. @param user the peer */
    Optional<ErrorCondition> refusal(int peerIdleTimeoutMillis, Principal user) {
        if (policy.closed().isPresent()) {
            return policy.closed().map(this::condition);
        }
        if (peerIdleTimeoutMillis > 0 && peerIdleTimeoutMillis < MIN_IDLE_TIMEOUT_MILLIS) {
            String text = "an idle-time-out of " + peerIdleTimeoutMillis + " ms cannot be kept, the least is "
                    + MIN_IDLE_TIMEOUT_MILLIS;
            return Optional.of(Conditions.of(Kind.NOT_IMPLEMENTED, text));
        }
        Optional<ErrorCondition> unknown = hostname().flatMap(this::unknown);
        if (unknown.isPresent()) {
            return unknown;
        }
        Optional<VirtualHost> host = virtualHost();
        if (user.virtualHost().isPresent() && !host.map(VirtualHost::name).equals(user.virtualHost())) {
            String text = "user '" + user.name() + "' is one of the virtual host '"
                    + user.virtualHost().get() + "', and may use no other";
            return Optional.of(Conditions.of(Kind.NOT_ALLOWED, text));
        }
        return host.flatMap(its -> refusal(its, user));
    }

    private Optional<ErrorCondition> unknown(String hostname) {
        VirtualHosts hosts = policy.virtualHosts();
        if (hosts.named(hostname).isPresent() || hosts.isDefault(hostname)) {
            return Optional.empty();
        }
        if (hostname.startsWith(Dialect.VIRTUAL_HOST_PREFIX)) {
            return Optional.of(unknown(Kind.NOT_ALLOWED, hostname.substring(Dialect.VIRTUAL_HOST_PREFIX.length())));
        }
        return policy.knows(hostname) ? Optional.empty() : Optional.of(unknown(Kind.NOT_FOUND, hostname));
    }

    private static ErrorCondition unknown(Kind kind, String host) {
        return Conditions.of(kind, "there is no virtual host '" + host + "'");
    }

    /** What the peer wants with other connections of its container; empty where it does not ask. */
    Optional<ContainerRegistry.Policy> soleConnection() {
        Symbol[] desired = peer.getRemoteDesiredCapabilities();
        if (desired == null || Stream.of(desired).noneMatch(SOLE_CONNECTION::equals)) {
            return Optional.empty();
        }
        Map<Symbol, Object> properties = peer.getRemoteProperties();
        Object wanted = properties == null ? null : properties.get(ENFORCEMENT_POLICY);
        boolean closes = wanted instanceof Number number
                && number.intValue() == ContainerRegistry.Policy.CLOSE_EXISTING.ordinal();
        return Optional.of(
                closes ? ContainerRegistry.Policy.CLOSE_EXISTING : ContainerRegistry.Policy.REFUSE_CONNECTION);
    }

    /** For a container that has its only connection already; JMS clients know it by the info. */
    static ErrorCondition containerInUse(String container) {
        ErrorCondition condition =
                Conditions.of(Kind.INVALID_FIELD, "container-id '" + container + "' is that of an open connection");
        condition.setInfo(Map.of(INVALID_FIELD, CONTAINER_ID));
        return condition;
    }

    /** For the connection whose place another takes. */
    static ErrorCondition displaced() {
        ErrorCondition condition = Conditions.of(
                Conditions.RESOURCE_LOCKED, "the container has opened another connection, and wants to have only one");
        condition.setInfo(Map.of(Symbol.valueOf("sole-connection-enforcement"), true));
        return condition;
    }

    static Symbol[] offeredCapabilities() {
        return new Symbol[] {ANONYMOUS_RELAY, Terminus.DELAYED_DELIVERY, SHARED_SUBSCRIPTIONS, SOLE_CONNECTION};
    }

    /**
     * The properties of our open.
     *
     * @param peerMaxFrameBytes of the peer's open
     * @param refused a close follows
     */
    Map<Symbol, Object> properties(AmqpEnvironment.Identity identity, long peerMaxFrameBytes, boolean refused) {
        Dialect dialect = Dialect.of(peer.getRemoteHostname(), peer.getRemoteProperties());
        Map<Symbol, Object> properties =
                new LinkedHashMap<>(dialect.openProperties(identity.version(), identity.containerId()));
        soleConnection().ifPresent(kept -> {
            properties.put(ENFORCEMENT_POLICY, UnsignedInteger.valueOf(kept.ordinal()));
            properties.put(DETECTION_POLICY, STRONG);
        });
        virtualHost().ifPresent(host -> properties.put(VIRTUAL_HOST, host.name()));
        List<ServerAddresses.Address> servers = policy.servers().failover(scheme);
        if (!servers.isEmpty() && peerMaxFrameBytes >= MIN_FRAME_BYTES_FOR_SERVERS) {
            properties.put(
                    FAILOVER_SERVERS, servers.stream().map(Opening::described).toList());
        }
        if (refused) {
            properties.put(ESTABLISHMENT_FAILED, true);
        }
        return properties;
    }

    private static Map<Symbol, Object> described(ServerAddresses.Address server) {
        Map<Symbol, Object> described = new LinkedHashMap<>();
        described.put(Symbol.valueOf("network-host"), server.host());
        described.put(Symbol.valueOf("port"), UnsignedShort.valueOf((short) server.port()));
        described.put(Symbol.valueOf("scheme"), server.scheme());
        if (!server.path().isEmpty()) {
            described.put(Symbol.valueOf("path"), server.path());
        }
        return described;
    }
}
