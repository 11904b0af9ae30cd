package io.sluice.broker.shard;

import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.explain.RouteExplanation;
import io.sluice.broker.explain.RouteExplanation.Step;
import io.sluice.broker.explain.RouteReason;
import io.sluice.broker.queue.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells where a message would go. Changes nothing. Shard's thread only. */
final class RouteExplainer {
    private final ShardQueues queues;
    private final Routing routing;

    RouteExplainer(ShardQueues queues, Routing routing) {
        this.queues = queues;
        this.routing = routing;
    }

    RouteExplanation explain(Publish publish) {
        List<Step> steps = new ArrayList<>();
        Optional<RouteReason> nowhere = nowhere(publish);
        List<Queue> targets = nowhere.isPresent()
                ? new ArrayList<>()
                : routing.targets(publish, step -> {
                    if (steps.size() < RouteExplanation.MAX_STEPS) {
                        steps.add(step);
                    }
                });
        targets.removeIf(FanOut::keeps);
        boolean refuses = false;
        for (Queue queue : targets) {
            Optional<Refusal> refusal = refusalOf(publish, queue);
            refuses |= refusal.isPresent();
            steps.add(Step.at(
                    refusal.isPresent() ? RouteReason.REFUSED : RouteReason.ARRIVES,
                    NodeKind.QUEUE,
                    queue.name(),
                    refusal.map(Refusal::text).orElse("")));
        }
        boolean made = steps.stream().anyMatch(step -> step.reason() == RouteReason.MADE);
        RouteReason none = publish.kind() == NodeKind.EXCHANGE ? RouteReason.UNROUTABLE : RouteReason.DROPPED;
        RouteReason some = targets.isEmpty() ? (made ? RouteReason.MADE : none) : RouteReason.ARRIVES;
        return new RouteExplanation(
                publish.kind(),
                publish.address(),
                publish.routingKey(),
                nowhere.orElse(refuses ? RouteReason.REFUSED : some),
                steps,
                targets.stream().map(Queue::name).toList());
    }

    private Optional<RouteReason> nowhere(Publish publish) {
        if (publish.kind() == NodeKind.EXCHANGE
                && queues.exchanges().decided().find(publish.address()).isEmpty()) {
            return Optional.of(RouteReason.NO_SUCH_EXCHANGE);
        }
        boolean noQueue = publish.kind() == NodeKind.QUEUE
                && queues.findOrImagine(publish.address()).isEmpty();
        return noQueue ? Optional.of(RouteReason.NO_SUCH_QUEUE) : Optional.empty();
    }

    private static Optional<Refusal> refusalOf(Publish publish, Queue queue) {
        return queue.isIntakePaused()
                ? Optional.of(Publishing.paused(queue))
                : queue.refusalOf(1, publish.message().size());
    }
}
