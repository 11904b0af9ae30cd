package io.sluice.broker.shard;

import io.sluice.broker.NodeKind;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which queues messages to topics and exchanges are for. Changes nothing. */
final class Routing {
    private final ShardQueues queues;
    private final Bindings bindings;
    private final TemporaryTopics temporaries;

    Routing(ShardQueues queues, Bindings bindings, TemporaryTopics temporaries) {
        this.queues = queues;
        this.bindings = bindings;
        this.temporaries = temporaries;
    }

    /** Queues that want the message, each once. */
    List<Queue> targets(Publish publish) {
        return publish.kind() == NodeKind.EXCHANGE ? byExchange(publish) : byTopic(publish);
    }

    private List<Queue> byTopic(Publish publish) {
        List<Binding> route = bindings.route(publish.address());
        if (route.isEmpty()) {
            return List.of();
        }
        List<Queue> targets = new ArrayList<>(route.size());
        for (Binding binding : route) {
            if (binding.takes(publish.message(), publish.container())) {
                targets.add(binding.queue());
            }
        }
        return targets;
    }

    private List<Queue> byExchange(Publish publish) {
        if (publish.address().isEmpty()) {
            return queues.find(publish.routingKey()).map(List::of).orElse(List.of());
        }
        return queues.exchanges().decided().route(publish.address(), publish.routingKey(), publish::header);
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
