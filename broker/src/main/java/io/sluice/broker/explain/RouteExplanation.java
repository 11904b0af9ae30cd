package io.sluice.broker.explain;

import io.sluice.broker.NodeKind;
import java.util.List;
import java.util.Optional;

/**
 * Where a message would go that was sent to an address, as things are.
 *
 * @param reason what becomes of it: {@code ARRIVES}, {@code MADE}, {@code REFUSED}, {@code DROPPED}, {@code UNROUTABLE}, {@code NO_SUCH_EXCHANGE} or
 *     {@code NO_SUCH_QUEUE}
 * @param steps its way, up to {@link #MAX_STEPS}
 * @param queues that get it, each once
 */
public record RouteExplanation(
        NodeKind kind, String address, String routingKey, RouteReason reason, List<Step> steps, List<String> queues) {
    /** More are not told. */
    public static final int MAX_STEPS = 1_000;

    public RouteExplanation {
        steps = List.copyOf(steps);
        queues = List.copyOf(queues);
    }

    /**
     * One thing that is known of the way.
     *
     * @param kind of the node it is about
     * @param toKind of where it goes on to, or would; empty where that says nothing
     * @param to its address; "" where that says nothing
     * @param by what is to be known of the reason: the binding's key or arguments, the name of a divert, why a queue refuses; "" for nothing
     * @param count of bindings that do not match, else 0
     */
    public record Step(
            RouteReason reason,
            NodeKind kind,
            String address,
            Optional<NodeKind> toKind,
            String to,
            String by,
            int count) {
        /** About a node alone. */
        public static Step at(RouteReason reason, NodeKind kind, String address, String by) {
            return new Step(reason, kind, address, Optional.empty(), "", by, 0);
        }
    }
}
