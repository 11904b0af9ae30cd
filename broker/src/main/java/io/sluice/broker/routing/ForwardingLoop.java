package io.sluice.broker.routing;

import io.sluice.broker.NodeKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Finds out whether messages that go on from address to address would come back. Stateless. */
public final class ForwardingLoop {
    private ForwardingLoop() {}

    /** What messages come to. */
    public record Node(NodeKind kind, String address) {
        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + " '" + address + "'";
        }
    }

    /**
     * The way from a node back to where it is entered from.
     *
     * @param first the first it goes through
     * @param next where messages go on from a node
     * @param closes whether they are back; not asked of the first
     * @return all nodes from the first to the one that closes it; empty where there is no way back
     */
    public static Optional<List<Node>> find(Node first, Function<Node, List<Node>> next, Predicate<Node> closes) {
        Set<Node> seen = new HashSet<>(Set.of(first));
        Deque<List<Node>> ways = new ArrayDeque<>(List.of(List.of(first)));
        for (List<Node> way = ways.poll(); way != null; way = ways.poll()) {
            for (Node node : next.apply(way.get(way.size() - 1))) {
                List<Node> longer = new ArrayList<>(way);
                longer.add(node);
                if (closes.test(node)) {
                    return Optional.of(longer);
                }
                if (seen.add(node)) {
                    ways.add(longer);
                }
            }
        }
        return Optional.empty();
    }

    /** For people. */
    public static String text(List<Node> way) {
        return way.stream().map(Node::toString).collect(Collectors.joining(" -> "));
    }
}
