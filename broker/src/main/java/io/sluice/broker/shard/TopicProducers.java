package io.sluice.broker.shard;

import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Producers;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.routing.Binding;
import io.sluice.broker.routing.Bindings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Producers of topics, and whether they may send: a subscription that is full and is to block holds back those of its topics. */
final class TopicProducers {
    private final Bindings bindings;
    private final Map<String, Producers> byTopic = new LinkedHashMap<>();

    TopicProducers(Bindings bindings) {
        this.bindings = bindings;
    }

    void add(Producer producer) {
        // Nobody asked before, so nobody has noticed what changed.
        bindings.route(topic(producer)).forEach(Binding::blockedChanged);
        byTopic.computeIfAbsent(topic(producer), topic -> new Producers()).add(producer);
    }

    void remove(Producer producer) {
        byTopic.computeIfPresent(topic(producer), (topic, producers) -> {
            producers.remove(producer);
            return producers.size() == 0 ? null : producers;
        });
    }

    private static String topic(Producer producer) {
        return producer.address().orElseThrow();
    }

    /** Topics that somebody has a link to. */
    List<String> topics() {
        return new ArrayList<>(byTopic.keySet());
    }

    List<Producer> of(String topic) {
        Producers producers = byTopic.get(topic);
        return producers == null ? List.of() : producers.all();
    }

    /** Whether somebody publishes to the topic, or takes from it. */
    boolean hasLinks(String topic) {
        return byTopic.containsKey(topic)
                || bindings.route(topic).stream()
                        .anyMatch(binding -> binding.queue().dispatcher().consumerCount() > 0);
    }

    /** Whether something waits for a subscriber of the topic. */
    boolean hasMessages(String topic) {
        return bindings.route(topic).stream()
                .anyMatch(binding -> binding.queue().expectedMessages() > 0);
    }

    /** The topic whose messages come to the queue, where it is that of a subscription. */
    Optional<String> topicOf(Queue queue) {
        return bindings.find(queue.id()).map(binding -> binding.subscription().topic());
    }

    /** The queue's room may be another now: tells whom that concerns. Asked at every dispatch, it costs nothing for other queues. */
    void roomChanged(Queue queue, String nodeReason, Turn turn) {
        if (byTopic.isEmpty()) {
            return;
        }
        Optional<Binding> binding = bindings.find(queue.id());
        if (binding.isPresent() && binding.get().blockedChanged()) {
            update(nodeReason, turn);
        }
    }

    /** Something else may hold them back, or nothing any more. */
    void update(String nodeReason, Turn turn) {
        byTopic.forEach((topic, producers) -> producers.creditOpen(closedReason(topic, nodeReason), turn));
    }

    /** @param nodeReason why nobody gets credit, "" where that is not so */
    String closedReason(String topic, String nodeReason) {
        if (!nodeReason.isEmpty()) {
            return nodeReason;
        }
        for (Binding binding : bindings.route(topic)) {
            if (binding.isBlocked()) {
                String why = binding.queue().isIntakePaused() ? "paused" : "full";
                return "subscription " + binding.subscription().identity() + " to topic '" + topic + "' is " + why;
            }
        }
        return "";
    }
}
