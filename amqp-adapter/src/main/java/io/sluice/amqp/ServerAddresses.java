package io.sluice.amqp;

import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where clients are told to go, each to addresses of the protocol it came with: when this broker is gone ({@code failover-server-list}), and
 * where it is redirected (AMQP 1.0 §2.8.15, §2.8.18). Who came by TLS is told of nothing without it. Any thread.
 *
 * @param listed when this broker is gone, in place of the nodes; empty: the nodes
 * @param nodes of the cluster, as far as they are known
 * @param alike what is on every node beside its main port, for those that say no more
 */
public record ServerAddresses(List<Address> listed, List<Node> nodes, List<FurtherPort> alike) {
    /** There is nowhere else to go. */
    public static final ServerAddresses NONE = new ServerAddresses(List.of(), List.of(), List.of());

    private static final Set<String> WITH_TLS = Set.of("amqps", "amqpwss");

    public ServerAddresses {
        listed = List.copyOf(listed);
        nodes = List.copyOf(nodes);
        alike = List.copyOf(alike);
    }

    /**
     * @param scheme as clients' URIs have it: amqp, amqps, amqpws, amqpwss
     * @param path of a WebSocket; "" for the one clients take by themselves
     */
    public record Address(String host, int port, String scheme, String path) {
        /** At the path that clients take by themselves. */
        public Address(String host, int port, String scheme) {
            this(host, port, scheme, "");
        }

        private String shown() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** @param scheme as of an {@link Address} */
    public record FurtherPort(int port, String scheme) {}

    /**
     * One of the cluster.
     *
     * @param main by which a redirect names it
     * @param clients where clients reach it by protocol, before the main one; empty: at its main port and those that all have
     */
    public record Node(Address main, List<Address> clients) {
        public Node {
            clients = List.copyOf(clients);
        }
    }

    /** Where a peer may go when this broker is gone; empty: it is told of nothing. @param scheme it came with */
    List<Address> failover(String scheme) {
        return listed.isEmpty()
                ? nodes.stream().flatMap(node -> of(node, scheme).stream()).toList()
                : fitting(listed, scheme);
    }

    /** What a peer is told of a refusal: a redirect names the node's address for it, or is none. @param scheme it came with */
    Refusal told(Refusal refusal, String scheme) {
        return refusal.kind() == Kind.CONNECTION_REDIRECT || refusal.kind() == Kind.LINK_REDIRECT
                ? redirect(refusal, scheme)
                : refusal;
    }

    private Refusal redirect(Refusal refusal, String scheme) {
        Map<String, Object> info = refusal.info();
        Address main = new Address((String) info.get("network-host"), Math.toIntExact((Long) info.get("port")), (String)
                info.get("scheme"));
        Node node = nodes.stream()
                .filter(known -> known.main().shown().equals(main.shown()))
                .findFirst()
                .orElseGet(() -> new Node(main, List.of()));
        Optional<Address> found = of(node, scheme);
        if (found.isEmpty()) {
            return Refusal.of(
                    refusal.kind() == Kind.LINK_REDIRECT ? Kind.DETACH_FORCED : Kind.CONNECTION_FORCED,
                    refusal.text() + ", and no address with TLS is known of it");
        }
        Address there = found.get();
        if (there.equals(main)) {
            return refusal;
        }
        Map<String, Object> changed = new LinkedHashMap<>(info);
        changed.put("hostname", there.host());
        changed.put("network-host", there.host());
        changed.put("port", (long) there.port());
        changed.put("scheme", there.scheme());
        if (!there.path().isEmpty()) {
            changed.put("path", there.path());
        }
        return new Refusal(refusal.kind(), refusal.text() + ", by " + there.scheme() + " at " + there.shown(), changed);
    }

    private Optional<Address> of(Node node, String scheme) {
        return fitting(addresses(node), scheme).stream().findFirst();
    }

    /** That of the main protocol first. */
    private List<Address> addresses(Node node) {
        Address main = node.main();
        List<Address> all = new ArrayList<>();
        if (node.clients().isEmpty()) {
            all.add(main);
            alike.forEach(port -> all.add(new Address(main.host(), port.port(), port.scheme())));
            return all;
        }
        all.addAll(node.clients());
        if (all.stream().noneMatch(address -> address.scheme().equals(main.scheme()))) {
            all.add(0, main);
        }
        all.sort(Comparator.comparing(address -> !address.scheme().equals(main.scheme())));
        return all;
    }

    /** Those of the scheme; where there are none, all that are as safe. */
    private static List<Address> fitting(List<Address> all, String scheme) {
        List<Address> same =
                all.stream().filter(address -> address.scheme().equals(scheme)).toList();
        if (!same.isEmpty()) {
            return same;
        }
        return WITH_TLS.contains(scheme)
                ? all.stream()
                        .filter(address -> WITH_TLS.contains(address.scheme()))
                        .toList()
                : all;
    }
}
