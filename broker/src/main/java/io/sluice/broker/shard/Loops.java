package io.sluice.broker.shard;

import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.routing.Bindings;
import io.sluice.broker.routing.ForwardingLoop;
import io.sluice.broker.routing.ForwardingLoop.Node;
import io.sluice.broker.routing.TopicSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Refuses what would send messages round in a circle: queues that forward, and diverts that take messages away. What only copies goes round
 * in none, since no address gets a message twice. It knows of the queues of its shard. Shard's thread only.
 */
final class Loops {
    private final ShardQueues queues;
    private final Bindings bindings;
    private final TopicSetup setup;
    private final Supplier<Definitions> defined;

    /** @param defined the diverts there are, beside those of the setup */
    Loops(ShardQueues queues, Bindings bindings, TopicSetup setup, Supplier<Definitions> defined) {
        this.queues = queues;
        this.bindings = bindings;
        this.setup = setup;
        this.defined = defined;
    }

    /** Why there may be no such queue, or an existing one may not become it. */
    Optional<Refusal> refusalOf(QueueDefinition asked) {
        Optional<Forward> forward = asked.life().forward();
        if (forward.isEmpty()) {
            return Optional.empty();
        }
        Node self = new Node(NodeKind.QUEUE, asked.name());
        Node to = new Node(forward.get().kind(), forward.get().to());
        List<Divert> diverts = setup.divertsWith(defined.get());
        Optional<List<Node>> back = to.equals(self)
                ? Optional.of(List.of(to))
                : ForwardingLoop.find(to, node -> next(node, diverts), self::equals);
        return back.map(way -> refusal(self + " may not forward to " + to, self, way));
    }

    /** Why there may be no such divert. @param are the others, in the order they came */
    Optional<Refusal> refusalOf(Divert asked, Definitions are) {
        if (!asked.exclusive()) {
            return Optional.empty();
        }
        List<Divert> others = new ArrayList<>(setup.divertsWith(are));
        others.removeIf(other -> other.name().equals(asked.name()));
        Node to = new Node(asked.toKind(), asked.to());
        return ForwardingLoop.find(to, node -> next(node, others), node -> asked.isFrom(node.kind(), node.address()))
                .map(way -> refusal(
                        "divert '" + asked.name() + "' may not lead from " + asked.pattern() + " to " + to,
                        way.get(way.size() - 1),
                        way));
    }

    private static Refusal refusal(String what, Node from, List<Node> way) {
        String loop = from + " -> " + ForwardingLoop.text(way);
        return new Refusal(Refusal.Kind.PRECONDITION_FAILED, what + ": that is a loop, " + loop, Map.of("loop", loop));
    }

    private List<Node> next(Node node, List<Divert> diverts) {
        List<Node> next = new ArrayList<>();
        for (Divert divert : diverts) {
            if (divert.exclusive() && divert.isFrom(node.kind(), node.address())) {
                next.add(new Node(divert.toKind(), divert.to()));
            }
        }
        if (node.kind() == NodeKind.TOPIC) {
            bindings.route(node.address())
                    .forEach(binding ->
                            next.add(new Node(NodeKind.QUEUE, binding.queue().name())));
        } else {
            queues.findOrImagine(node.address())
                    .map(Queue::decidedDefinition)
                    .flatMap(queue -> queue.life().forward())
                    .ifPresent(forward -> next.add(new Node(forward.kind(), forward.to())));
        }
        return next;
    }
}
