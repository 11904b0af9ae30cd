package io.sluice.broker.shard;

import io.sluice.broker.Lifetime;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The temporary queues: whose each is, and when it ends (AMQP 1.0 §3.5.10). Nothing of them is durable. Only the client that
 * created a queue consumes from it, anybody sends to it.
 */
final class TemporaryQueues {
    private static final long NOT_YET = Long.MAX_VALUE;

    private final ShardQueues queues;
    private final Map<String, Temporary> byName = new HashMap<>();
    private final Map<Client, Set<Temporary>> byOwner = new HashMap<>();
    /** Whose link is gone and may come back. */
    private final Set<Temporary> waiting = new LinkedHashSet<>();

    private static final class Temporary {
        final Queue queue;
        final Lifetime lifetime;
        final Object link;
        Client owner;
        /** The attach it lives by now; null when the link is gone, or away. */
        TemporaryLink holder;
        /** Until when the link may come back. */
        long endsAtMillis = NOT_YET;
        /** The link is gone for good. */
        boolean linkEnded;
        /** The owner is gone; another of its kind may come back with the link. */
        boolean orphan;

        Temporary(Queue queue, TemporaryLink creator) {
            this.queue = queue;
            this.lifetime = creator.creates().orElseThrow();
            this.link = creator.link();
            this.owner = creator.client();
            this.holder = creator;
        }

        boolean isOver() {
            boolean kept = !orphan
                    && (lifetime.needsLinks() && hasLinks()
                            || lifetime.needsMessages() && queue.expectedMessages() > 0);
            return linkEnded && !kept;
        }

        private boolean hasLinks() {
            return queue.producers().size() > 0 || queue.dispatcher().consumerCount() > 0;
        }
    }

    TemporaryQueues(ShardQueues queues) {
        this.queues = queues;
    }

    /** The link attaches: its queue is created, or found. @return why it may not, empty where it may */
    Optional<Refusal> attach(TemporaryLink link, Turn turn) {
        if (link.creates().isPresent()) {
            return create(link, turn);
        }
        Temporary temporary = byName.get(link.node());
        if (temporary == null) {
            return Optional.of(gone(link.node()));
        }
        if (temporary.link.equals(link.link()) && !temporary.linkEnded) {
            comesBack(temporary, link);
        }
        return Optional.empty();
    }

    private Optional<Refusal> create(TemporaryLink link, Turn turn) {
        TemporaryLink.Limits limits = link.limits();
        Set<Temporary> owned = byOwner.getOrDefault(link.client(), Set.of());
        if (owned.size() >= limits.ofClient()) {
            return Optional.of(tooMany("a connection has " + limits.ofClient() + " temporary queues at most"));
        }
        if (byName.size() >= limits.ofAll()) {
            return Optional.of(tooMany("the broker has " + limits.ofAll() + " temporary queues at most"));
        }
        if (!TemporaryName.is(link.node()) || queues.find(link.node()).isPresent()) {
            return Optional.of(
                    Refusal.of(Refusal.Kind.NOT_ALLOWED, "'" + link.node() + "' is no name for a new temporary queue"));
        }
        QueueDefinition definition = QueueDefinition.named(link.node()).withDurable(false);
        Temporary temporary = new Temporary(queues.declare(definition, turn), link);
        byName.put(link.node(), temporary);
        byOwner.computeIfAbsent(link.client(), client -> new LinkedHashSet<>()).add(temporary);
        link.holds();
        return Optional.empty();
    }

    private static Refusal tooMany(String text) {
        return Refusal.of(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, text);
    }

    /** For a queue that was, or never was. */
    static Refusal gone(String queue) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "there is no temporary queue '" + queue + "'");
    }

    private void comesBack(Temporary temporary, TemporaryLink link) {
        temporary.holder = link;
        temporary.endsAtMillis = NOT_YET;
        temporary.orphan = false;
        waiting.remove(temporary);
        disown(temporary);
        temporary.owner = link.client();
        byOwner.computeIfAbsent(link.client(), client -> new LinkedHashSet<>()).add(temporary);
        link.holds();
    }

    private void disown(Temporary temporary) {
        byOwner.computeIfPresent(temporary.owner, (client, owned) -> {
            owned.remove(temporary);
            return owned.isEmpty() ? null : owned;
        });
    }

    /** Why the client may not consume from the queue, empty where it may. */
    Optional<Refusal> refusalOf(Queue queue, Client client) {
        Temporary temporary = byName.isEmpty() ? null : byName.get(queue.name());
        if (temporary == null || (temporary.owner == client && !temporary.orphan)) {
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Refusal.Kind.RESOURCE_LOCKED,
                "temporary queue '" + queue.name() + "' belongs to another connection: only that may consume from it"));
    }

    /** The link is gone; for good when {@code waitMillis} have passed without its coming back. */
    void detached(TemporaryLink link, long waitMillis, Turn turn) {
        Temporary temporary = byName.get(link.node());
        if (temporary == null || temporary.holder != link) {
            return;
        }
        temporary.holder = null;
        if (waitMillis > 0) {
            temporary.endsAtMillis = turn.nowMillis() + waitMillis;
            waiting.add(temporary);
        } else {
            temporary.linkEnded = true;
            endIfOver(temporary, turn);
        }
    }

    /** The client is gone, and with it its temporary queues; but those whose link may come back wait for that. */
    void left(Client client, Turn turn) {
        Set<Temporary> owned = byOwner.remove(client);
        if (owned == null) {
            return;
        }
        for (Temporary temporary : owned) {
            temporary.orphan = true;
            if (!waiting.contains(temporary)) {
                temporary.linkEnded = true;
                endIfOver(temporary, turn);
            }
        }
    }

    /** Time has passed. */
    void tick(Turn turn) {
        List<Temporary> late = new ArrayList<>();
        for (Temporary temporary : waiting) {
            if (temporary.endsAtMillis <= turn.nowMillis()) {
                late.add(temporary);
            }
        }
        for (Temporary temporary : late) {
            waiting.remove(temporary);
            temporary.linkEnded = true;
            endIfOver(temporary, turn);
        }
    }

    /** A link to the queue, or a message of it, may have gone. */
    void changed(Queue queue, Turn turn) {
        Temporary temporary = byName.isEmpty() ? null : byName.get(queue.name());
        if (temporary != null) {
            endIfOver(temporary, turn);
        }
    }

    private void endIfOver(Temporary temporary, Turn turn) {
        if (temporary.isOver()) {
            forget(temporary.queue);
            Queue queue = temporary.queue;
            QueueRemoval.remove(queues, queue, QueueRemoval.deleted(queue), turn, Turn.Effect.NOTHING);
        }
    }

    /** The queue is deleted. */
    void forget(Queue queue) {
        Temporary temporary = byName.remove(queue.name());
        if (temporary != null) {
            waiting.remove(temporary);
            disown(temporary);
        }
    }
}
