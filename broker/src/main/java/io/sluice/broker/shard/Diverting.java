package io.sluice.broker.shard;

import io.sluice.broker.Divert;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.routing.TopicSetup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Which queues messages are for when diverts are looked at. What goes elsewhere is looked at again where it comes to, up to
 * {@link #MAX_HOPS} times, and never twice at the same address: there it stays. Shard's thread only.
 */
final class Diverting {
    /** As Azure's queues forward. */
    static final int MAX_HOPS = 4;

    private final ShardQueues queues;
    private final List<Rule> rules = new ArrayList<>();

    private record Rule(Divert divert, Predicate<Message> filter) {}

    Diverting(ShardQueues queues, TopicSetup setup) {
        this.queues = queues;
        for (Divert divert : setup.diverts()) {
            boolean all = divert.selection().isAll();
            rules.add(new Rule(divert, all ? message -> true : setup.filters().apply(divert.selection())));
        }
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    /** Whether a message to a queue goes elsewhere, too or only. */
    boolean concerns(Publish publish) {
        return !rules.isEmpty()
                && !TemporaryName.is(publish.address())
                && !matching(publish.kind(), publish.address(), publish.message(), Set.of())
                        .isEmpty();
    }

    /**
     * Queues that get the message, each once.
     *
     * @param byTopic queues of the subscriptions to a topic that want the message
     * @param making where queues are to be made that are not there; null where nothing is to change
     */
    List<Queue> targets(
            Publish publish, List<Queue> plain, BiFunction<Publish, String, List<Queue>> byTopic, Turn making) {
        Walk walk = new Walk(publish, byTopic, making);
        walk.visited.add(key(publish.kind(), publish.address()));
        walk.go(publish.kind(), publish.address(), plain, 0);
        return new ArrayList<>(walk.targets);
    }

    private List<Divert> matching(NodeKind kind, String address, Message message, Set<String> visited) {
        List<Divert> matching = new ArrayList<>();
        for (Rule rule : rules) {
            Divert divert = rule.divert;
            if (divert.isFrom(kind, address)
                    && !visited.contains(key(divert.toKind(), divert.to()))
                    && rule.filter.test(message)) {
                matching.add(divert);
            }
        }
        return matching;
    }

    private static String key(NodeKind kind, String address) {
        return kind + " " + address;
    }

    /** One message on its way. */
    private final class Walk {
        private final Publish publish;
        private final BiFunction<Publish, String, List<Queue>> byTopic;
        private final Turn making;
        private final Set<String> visited = new HashSet<>();
        private final Set<Queue> targets = new LinkedHashSet<>();

        private Walk(Publish publish, BiFunction<Publish, String, List<Queue>> byTopic, Turn making) {
            this.publish = publish;
            this.byTopic = byTopic;
            this.making = making;
        }

        void go(NodeKind kind, String address, List<Queue> plain, int hops) {
            List<Divert> matching = hops == MAX_HOPS ? List.of() : matching(kind, address, publish.message(), visited);
            if (matching.stream().noneMatch(Divert::exclusive)) {
                stay(kind, plain, hops);
            }
            for (Divert divert : matching) {
                if (visited.add(key(divert.toKind(), divert.to()))) {
                    go(divert.toKind(), divert.to(), at(divert), hops + 1);
                }
            }
        }

        /** What comes to a queue by a topic or an exchange has come to that queue. */
        private void stay(NodeKind kind, List<Queue> plain, int hops) {
            for (Queue queue : plain) {
                if (kind == NodeKind.QUEUE || FanOut.keeps(queue)) {
                    targets.add(queue);
                } else if (visited.add(key(NodeKind.QUEUE, queue.name()))) {
                    go(NodeKind.QUEUE, queue.name(), List.of(queue), hops);
                }
            }
        }

        private List<Queue> at(Divert divert) {
            if (divert.toKind() == NodeKind.TOPIC) {
                return byTopic.apply(publish, divert.to());
            }
            Optional<Queue> queue =
                    making == null ? queues.findTarget(divert.to()) : Optional.of(queues.target(divert.to(), making));
            return queue.map(List::of).orElse(List.of());
        }
    }
}
