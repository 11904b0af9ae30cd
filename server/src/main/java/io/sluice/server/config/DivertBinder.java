package io.sluice.server.config;

import io.sluice.amqp.filter.InvalidFilterException;
import io.sluice.amqp.filter.StoredFilter;
import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.routing.ForwardingLoop;
import io.sluice.broker.routing.ForwardingLoop.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code queues.diverts}. */
final class DivertBinder {
    static final Map<String, NodeKind> KINDS = Map.of("queue", NodeKind.QUEUE, "topic", NodeKind.TOPIC);

    private DivertBinder() {}

    static List<Divert> diverts(List<Section> sections) {
        List<Divert> diverts = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Section section : sections) {
            String name = ConfigurationBinder.required(section, "name");
            if (section.has("name") && !names.add(name)) {
                section.problem("name", "is \"" + name + "\", which another divert has already");
            }
            NodeKind kind = section.choice("of", KINDS, NodeKind.QUEUE);
            NamePattern pattern = new NamePattern(ConfigurationBinder.required(section, "pattern"));
            Selection selection = selection(section);
            NodeKind toKind = section.choice("toA", KINDS, NodeKind.QUEUE);
            String to = ConfigurationBinder.required(section, "to");
            boolean exclusive = section.flag("exclusive", false);
            if (section.has("to")) {
                try {
                    diverts.add(new Divert(name, kind, pattern, selection, toKind, to, exclusive));
                } catch (IllegalArgumentException e) {
                    section.problem("to", "leads nowhere: " + e.getMessage());
                }
            }
            section.end();
        }
        return diverts;
    }

    /** Says which of them, and of the queues that forward, send messages round in a circle. */
    static void checkLoops(Section section, QueueRules rules) {
        for (Divert divert : rules.diverts()) {
            Node to = new Node(divert.toKind(), divert.to());
            Optional<List<Node>> loop = divert.exclusive()
                    ? ForwardingLoop.find(
                            to, node -> next(node, divert, rules), node -> divert.isFrom(node.kind(), node.address()))
                    : Optional.empty();
            loop.ifPresent(way -> section.problem(
                    "diverts",
                    "has \"" + divert.name() + "\", which closes a loop: " + way.get(way.size() - 1) + " -> "
                            + ForwardingLoop.text(way)));
        }
        for (QueueDefinition queue : rules.declared()) {
            Node self = new Node(NodeKind.QUEUE, queue.name());
            queue.life()
                    .forward()
                    .map(forward -> new Node(forward.kind(), forward.to()))
                    .flatMap(to -> ForwardingLoop.find(to, node -> next(node, null, rules), self::equals))
                    .ifPresent(way -> section.problem(
                            "declared",
                            "has \"" + queue.name() + "\", whose forwardTo closes a loop: " + self + " -> "
                                    + ForwardingLoop.text(way)));
        }
    }

    private static List<Node> next(Node node, Divert but, QueueRules rules) {
        List<Node> next = new ArrayList<>();
        for (Divert divert : rules.diverts()) {
            if (divert != but && divert.exclusive() && divert.isFrom(node.kind(), node.address())) {
                next.add(new Node(divert.toKind(), divert.to()));
            }
        }
        Optional<Forward> forward = node.kind() == NodeKind.QUEUE && QueueDefinition.isName(node.address())
                ? rules.definition(node.address()).life().forward()
                : Optional.empty();
        forward.ifPresent(to -> next.add(new Node(to.kind(), to.to())));
        return next;
    }

    private static Selection selection(Section section) {
        String selector = section.textOrNone("selector", "");
        String sql = section.textOrNone("sql", "");
        if (!selector.isEmpty() && !sql.isEmpty()) {
            section.problem("sql", "is given beside a selector; one of them is enough");
        }
        try {
            if (!sql.isEmpty()) {
                return StoredFilter.ofSql(sql);
            }
            return selector.isEmpty() ? Selection.ALL : StoredFilter.ofSelector(selector);
        } catch (InvalidFilterException e) {
            section.problem(sql.isEmpty() ? "selector" : "sql", "cannot be read: " + e.getMessage());
            return Selection.ALL;
        }
    }
}
