package io.sluice.broker.shard;

import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.explain.RouteExplanation.Step;
import io.sluice.broker.explain.RouteReason;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.routing.ForwardingLoop.Node;
import io.sluice.broker.routing.TopicSetup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which queues messages are for when diverts, and what queues forward to, are looked at. What goes elsewhere is looked at again where it comes
 * to, up to {@link #MAX_HOPS} times, and never twice at the same address: there it stays. Shard's thread only.
 */
final class Diverting {
    /** As Azure's queues forward. */
    static final int MAX_HOPS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Diverting.class);

    private final ShardQueues queues;
    private final TopicSetup setup;
    private final Supplier<Definitions> defined;
    private final Consumer<String> topicUsed;
    private final List<Rule> rules = new ArrayList<>();
    private Definitions asOf;

    private record Rule(Divert divert, Predicate<Message> filter) {}

    /** A way on. @param by the divert's name, "" where a queue forwards */
    private record Edge(Node to, boolean exclusive, String by) {}

    /**
     * @param defined what is defined beside the diverts of the setup; the same object as long as nothing changes
     * @param topicUsed hears of each topic that a message is to be diverted to, before it is
     */
    Diverting(ShardQueues queues, TopicSetup setup, Supplier<Definitions> defined, Consumer<String> topicUsed) {
        this.queues = queues;
        this.setup = setup;
        this.defined = defined;
        this.topicUsed = topicUsed;
        refresh();
    }

    /** What is decided from here on goes by the diverts as they are now. Not within a decision: it is looked at more than once. */
    void refresh() {
        Definitions now = defined.get();
        if (now == asOf) {
            return;
        }
        asOf = now;
        rules.clear();
        for (Divert divert : setup.divertsWith(now)) {
            try {
                boolean all = divert.selection().isAll();
                rules.add(
                        new Rule(divert, all ? message -> true : setup.filters().apply(divert.selection())));
            } catch (IllegalArgumentException e) {
                // Where they were sent they are not lost.
                LOG.error(
                        "The filter of divert {} cannot be read; it diverts nothing: {}",
                        divert.name(),
                        e.getMessage());
            }
        }
    }

    boolean isEmpty() {
        return rules.isEmpty() && !queues.someForward();
    }

    /** Whether a message to a queue goes elsewhere, too or only. */
    boolean concerns(Publish publish) {
        if (isEmpty() || TemporaryName.is(publish.address())) {
            return false;
        }
        Optional<Queue> queue = queues.findOrImagine(publish.address());
        Node node = new Node(publish.kind(), publish.address());
        return !edges(publish, node, queue.stream().toList(), Routing.NOBODY).isEmpty();
    }

    /**
     * Queues that get the message, each once.
     *
     * @param byTopic queues of the subscriptions to a topic that want the message
     * @param making where queues are to be made that are not there; null where nothing is to change
     * @param trace hears how it gets there
     */
    List<Queue> targets(
            Publish publish,
            List<Queue> plain,
            BiFunction<Publish, String, List<Queue>> byTopic,
            Turn making,
            Consumer<Step> trace) {
        Walk walk = new Walk(publish, byTopic, making, trace);
        Node start = new Node(publish.kind(), publish.address());
        walk.visited.add(start);
        walk.go(start, plain, 0);
        return new ArrayList<>(walk.targets);
    }

    /** @param plain the queue itself where the node is one */
    private List<Edge> edges(Publish publish, Node node, List<Queue> plain, Consumer<Step> trace) {
        List<Edge> edges = new ArrayList<>();
        if (TemporaryName.is(node.address())) {
            return edges;
        }
        for (Rule rule : rules) {
            Divert divert = rule.divert;
            if (divert.isFrom(node.kind(), node.address())) {
                Edge edge = new Edge(new Node(divert.toKind(), divert.to()), divert.exclusive(), divert.name());
                if (rule.filter.test(publish.message())) {
                    add(edge, node, edges, trace);
                } else {
                    tell(trace, RouteReason.NOT_SELECTED, node, edge);
                }
            }
        }
        if (node.kind() == NodeKind.QUEUE && !plain.isEmpty()) {
            Optional<Forward> forward = plain.get(0).decidedDefinition().life().forward();
            forward.ifPresent(to -> add(new Edge(new Node(to.kind(), to.to()), true, ""), node, edges, trace));
        }
        return edges;
    }

    /** A topic of another shard has its subscriptions there: what this one would find is none of them. */
    private void add(Edge edge, Node from, List<Edge> edges, Consumer<Step> trace) {
        boolean here = edge.to.kind() == NodeKind.QUEUE || queues.isHere(edge.to.address());
        if (!here) {
            tell(trace, RouteReason.ELSEWHERE, from, edge);
        } else if (!edge.to.equals(from)) {
            edges.add(edge);
        }
    }

    private static void tell(Consumer<Step> trace, RouteReason reason, Node at, Edge edge) {
        if (trace != Routing.NOBODY) {
            Optional<NodeKind> kind = Optional.of(edge.to.kind());
            trace.accept(new Step(reason, at.kind(), at.address(), kind, edge.to.address(), edge.by, 0));
        }
    }

    /** One message on its way. */
    private final class Walk {
        private final Publish publish;
        private final BiFunction<Publish, String, List<Queue>> byTopic;
        private final Turn making;
        private final Consumer<Step> trace;
        private final Set<Node> visited = new HashSet<>();
        private final Set<Queue> targets = new LinkedHashSet<>();

        private Walk(
                Publish publish, BiFunction<Publish, String, List<Queue>> byTopic, Turn making, Consumer<Step> trace) {
            this.publish = publish;
            this.trace = trace;
            this.byTopic = byTopic;
            this.making = making;
        }

        void go(Node node, List<Queue> plain, int hops) {
            List<Edge> edges = new ArrayList<>();
            for (Edge edge : edges(publish, node, plain, trace)) {
                if (hops == MAX_HOPS) {
                    tell(trace, RouteReason.TOO_MANY_HOPS, node, edge);
                } else if (visited.contains(edge.to)) {
                    tell(trace, RouteReason.SEEN, node, edge);
                } else {
                    edges.add(edge);
                }
            }
            if (edges.stream().noneMatch(Edge::exclusive)) {
                stay(node.kind(), plain, hops);
            }
            for (Edge edge : edges) {
                if (visited.add(edge.to)) {
                    RouteReason only = edge.by.isEmpty() ? RouteReason.FORWARDED : RouteReason.DIVERTED_ONLY;
                    tell(trace, edge.exclusive ? only : RouteReason.DIVERTED, node, edge);
                    go(edge.to, at(edge.to), hops + 1);
                }
            }
        }

        /** What comes to a queue by a topic or an exchange has come to that queue. */
        private void stay(NodeKind kind, List<Queue> plain, int hops) {
            for (Queue queue : plain) {
                if (kind == NodeKind.QUEUE || FanOut.keeps(queue)) {
                    targets.add(queue);
                } else {
                    Node node = new Node(NodeKind.QUEUE, queue.name());
                    if (visited.add(node)) {
                        go(node, List.of(queue), hops);
                    }
                }
            }
        }

        private List<Queue> at(Node node) {
            if (node.kind() == NodeKind.TOPIC) {
                if (making != null) {
                    topicUsed.accept(node.address());
                }
                return byTopic.apply(publish, node.address());
            }
            Optional<Queue> queue = making == null
                    ? queues.findTarget(node.address())
                    : Optional.of(queues.target(node.address(), making));
            if (queue.isEmpty() && trace != Routing.NOBODY) {
                trace.accept(Step.at(RouteReason.MADE, NodeKind.QUEUE, node.address(), ""));
            }
            return queue.map(List::of).orElse(List.of());
        }
    }
}
