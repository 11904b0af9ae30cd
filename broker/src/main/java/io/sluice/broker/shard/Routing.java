package io.sluice.broker.shard;

import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.explain.RouteExplanation.Step;
import io.sluice.broker.explain.RouteReason;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import io.sluice.broker.routing.Exchanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Which queues messages are for that are for more than the queue they name. Changes nothing but what is to be prepared. */
final class Routing {
    /** Hears of no way. */
    static final Consumer<Step> NOBODY = step -> {};

    private final ShardQueues queues;
    private final Bindings bindings;
    private final TemporaryTopics temporaries;
    private final Diverting diverting;

    Routing(ShardQueues queues, Bindings bindings, TemporaryTopics temporaries, Diverting diverting) {
        this.diverting = diverting;
        this.queues = queues;
        this.bindings = bindings;
        this.temporaries = temporaries;
    }

    /** Queues that want the message, each once. */
    List<Queue> targets(Publish publish) {
        return targets(publish, null, NOBODY);
    }

    /** As {@link #targets(Publish)}; what is not there is not made. @param trace hears how it gets there */
    List<Queue> targets(Publish publish, Consumer<Step> trace) {
        return new ArrayList<>(targets(publish, null, trace));
    }

    private List<Queue> targets(Publish publish, Turn making, Consumer<Step> trace) {
        List<Queue> plain = switch (publish.kind()) {
            case EXCHANGE -> byExchange(publish, trace);
            case TOPIC -> byTopic(publish, publish.address());
            case QUEUE -> named(publish.address(), trace);
        };
        return isDiverted(publish) ? diverting.targets(publish, plain, this::byTopic, making, trace) : plain;
    }

    /** Where it is only asked, one that would be made when it is sent to is as good as there. */
    private List<Queue> named(String name, Consumer<Step> trace) {
        Optional<Queue> queue = trace == NOBODY ? queues.find(name) : queues.findOrImagine(name);
        return queue.map(List::of).orElse(List.of());
    }

    private boolean isDiverted(Publish publish) {
        return !diverting.isEmpty() && !TemporaryName.is(publish.address());
    }

    /** Whether a message is not for just the queue that it names. */
    boolean fansOut(Publish publish) {
        return publish.kind() != NodeKind.QUEUE || diverting.concerns(publish);
    }

    /** Makes the queues that the message is diverted to. To be called before one that {@link #fansOut} is looked at. */
    void prepare(Publish publish, Turn turn) {
        if (isDiverted(publish)) {
            targets(publish, turn, NOBODY);
        }
    }

    /** Whether the message comes to the queue by a divert only: nobody who sent it hears of that queue's credit. */
    boolean isElsewhere(Publish publish, Queue queue) {
        return switch (publish.kind()) {
            case QUEUE -> !queue.name().equals(publish.address());
            case TOPIC -> isDiverted(publish) && bindings.find(queue.id()).isEmpty();
            case EXCHANGE ->
                isDiverted(publish)
                        && !queue.name().equals(publish.address().isEmpty() ? publish.routingKey() : "")
                        && !queues.exchanges()
                                .decided()
                                .reachable(publish.address())
                                .contains(queue);
        };
    }

    /** Whether what some queues get is not what was published. */
    boolean anyRewrites() {
        return bindings.anyRewrites();
    }

    /** What a queue among the targets gets of the message. */
    List<Message> copies(Queue queue, Message message) {
        return bindings.copies(queue, message);
    }

    private List<Queue> byTopic(Publish publish, String topic) {
        List<Binding> route = bindings.route(topic);
        if (route.isEmpty()) {
            return List.of();
        }
        List<Queue> targets = new ArrayList<>(route.size());
        for (Binding binding : route) {
            boolean comesByReplay = binding.isReplaying() && isReplayed(binding, route);
            if (!comesByReplay && binding.takes(publish.message(), publish.container())) {
                targets.add(binding.queue());
            }
        }
        return targets;
    }

    /** Whether it is still given what the topic of this route has kept. */
    private static boolean isReplayed(Binding subscription, List<Binding> route) {
        return route.stream()
                .anyMatch(each ->
                        each.keeps() && subscription.isReplayedFrom(each.queue().id()));
    }

    private List<Queue> byExchange(Publish publish, Consumer<Step> trace) {
        if (publish.address().isEmpty()) {
            Optional<Queue> queue = queues.find(publish.routingKey());
            if (trace != NOBODY) {
                RouteReason reason = queue.isPresent() ? RouteReason.NAMED : RouteReason.NO_SUCH_QUEUE;
                Optional<NodeKind> kind = Optional.of(NodeKind.QUEUE);
                trace.accept(new Step(reason, NodeKind.EXCHANGE, "", kind, publish.routingKey(), "", 0));
            }
            return queue.map(List::of).orElse(List.of());
        }
        Exchanges exchanges = queues.exchanges().decided();
        if (trace != NOBODY) {
            exchanges.explain(publish.address(), publish.routingKey(), publish::header, trace);
        }
        return exchanges.route(publish.address(), publish.routingKey(), publish::header);
    }

    /** Why nobody may send there: it is gone, or never was. */
    Optional<Refusal> refusalOf(Publish publish) {
        return publish.kind() == NodeKind.EXCHANGE
                ? ExchangeProducers.refusalOf(queues.exchanges(), publish.address())
                : temporaries.refusalOf(publish.address());
    }

    /** Why a message without targets is not taken: from an exchange somebody wants it to go somewhere. */
    static Optional<Refusal> refusalOfNoTarget(Publish publish) {
        if (publish.kind() != NodeKind.EXCHANGE) {
            return Optional.empty();
        }
        return Optional.of(new Refusal(
                Refusal.Kind.UNROUTABLE,
                "exchange '" + publish.address() + "' has no queue for a message with key '" + publish.routingKey()
                        + "'",
                Map.of("reason", "unroutable")));
    }
}
