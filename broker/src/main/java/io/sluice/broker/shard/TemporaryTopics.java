package io.sluice.broker.shard;

import io.sluice.broker.Lifetime;
import io.sluice.broker.Refusal;
import io.sluice.broker.Subscription;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The temporary topics there are: each lives by the link that asked for it (AMQP 1.0 §3.5.10 to §3.5.13). Only the client that created
 * one subscribes to it, anybody sends to it. Every other topic is there as soon as somebody names it, these are not.
 */
final class TemporaryTopics {
    private final TopicProducers use;
    private final Map<String, TemporaryLink> byName = new HashMap<>();
    /** Whose link has ended, and that stay for what else there is of them. */
    private final Set<String> lingering = new LinkedHashSet<>();

    private BiConsumer<String, Turn> delete = (topic, turn) -> {};

    /** @param use who has links to topics, and what waits there */
    TemporaryTopics(TopicProducers use) {
        this.use = use;
    }

    /** Who ends what hangs on a topic that is gone: its subscriptions, and its producers. */
    void onEnd(BiConsumer<String, Turn> newDelete) {
        delete = Objects.requireNonNull(newDelete);
    }

    /** @return why the link may not have one, empty where it has */
    Optional<Refusal> create(TemporaryLink link) {
        TemporaryLink.Limits limits = link.limits();
        long owned = byName.values().stream()
                .filter(each -> each.client() == link.client())
                .count();
        if (owned >= limits.ofClient()) {
            return Optional.of(tooMany("a connection has " + limits.ofClient() + " temporary topics at most"));
        }
        if (byName.size() >= limits.ofAll()) {
            return Optional.of(tooMany("the broker has " + limits.ofAll() + " temporary topics at most"));
        }
        if (byName.putIfAbsent(link.node(), link) != null) {
            return Optional.of(
                    Refusal.of(Refusal.Kind.NOT_ALLOWED, "'" + link.node() + "' is no name for a new temporary topic"));
        }
        link.holds();
        return Optional.empty();
    }

    private static Refusal tooMany(String text) {
        return Refusal.of(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, text);
    }

    /** Why nobody may send to it, empty where one may: any topic but a temporary one that was, or never was. */
    Optional<Refusal> refusalOf(String topic) {
        return !TemporaryName.isTopic(topic) || byName.containsKey(topic)
                ? Optional.empty()
                : Optional.of(Refusal.of(Refusal.Kind.NOT_FOUND, "there is no temporary topic '" + topic + "'"));
    }

    /** Why the client may not subscribe so, empty where it may. */
    Optional<Refusal> refusalOf(Subscription subscription, Client client) {
        String topic = subscription.topic();
        Optional<Refusal> gone = refusalOf(topic);
        TemporaryLink link = byName.get(topic);
        if (gone.isPresent() || link == null) {
            return gone;
        }
        if (subscription.durable()) {
            return Optional.of(Refusal.of(
                    Refusal.Kind.NOT_ALLOWED, "temporary topic '" + topic + "' has no durable subscriptions"));
        }
        if (link.client() == client) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Refusal.Kind.RESOURCE_LOCKED,
                "temporary topic '" + topic + "' belongs to another connection: only that may subscribe to it"));
    }

    /** The link is gone: the topic goes, or stays as its lifetime says. */
    void detached(TemporaryLink link, Turn turn) {
        if (byName.get(link.node()) == link) {
            lingering.add(link.node());
            changed(link.node(), turn);
        }
    }

    /** A link to the topic, or a message that waited there, may have gone. */
    void changed(String topic, Turn turn) {
        if (lingering.contains(topic) && isOver(topic)) {
            end(topic, turn);
        }
    }

    /** As {@link #changed(String, Turn)}, of any topic. */
    void changed(Turn turn) {
        if (!lingering.isEmpty()) {
            List.copyOf(lingering).forEach(topic -> changed(topic, turn));
        }
    }

    /** Whether any topic waits for what is asked by {@link #changed(String, Turn)}. */
    boolean areLingering() {
        return !lingering.isEmpty();
    }

    private boolean isOver(String topic) {
        Lifetime lifetime = byName.get(topic).creates().orElseThrow();
        return !(lifetime.needsLinks() && use.hasLinks(topic) || lifetime.needsMessages() && use.hasMessages(topic));
    }

    private void end(String topic, Turn turn) {
        byName.remove(topic);
        lingering.remove(topic);
        delete.accept(topic, turn);
    }

    /** The client is gone. */
    void left(Client client, Turn turn) {
        List<TemporaryLink> owned = new ArrayList<>(byName.values());
        owned.removeIf(link -> link.client() != client);
        owned.forEach(link -> end(link.node(), turn));
    }
}
