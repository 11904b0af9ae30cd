package io.sluice.broker.shard;

import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.queue.Producer;
import io.sluice.broker.queue.Producers;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Producers of exchanges, and whether they may send: a queue that is full and is to block holds back those of exchanges that lead to it. */
final class ExchangeProducers {
    private final ShardExchanges exchanges;
    private final Map<String, Producers> byExchange = new LinkedHashMap<>();
    /** Queues that held somebody back when that was looked at last. */
    private final Set<Long> blocked = new HashSet<>();

    private String nodeReason = "";

    ExchangeProducers(ShardExchanges exchanges) {
        this.exchanges = exchanges;
        exchanges.listen(this::end, this::bindingsChanged);
    }

    /** Why nobody may send to the exchange: there is none, or it is for exchanges only. */
    static Optional<Refusal> refusalOf(ShardExchanges exchanges, String exchange) {
        Optional<ExchangeDefinition> found = exchanges.decided().find(exchange);
        if (found.isEmpty()) {
            return Optional.of(noExchange(exchange));
        }
        return found.get().internal()
                ? Optional.of(Refusal.of(
                        Refusal.Kind.NOT_ALLOWED,
                        "exchange '" + exchange + "' is internal: only exchanges that it is bound to send to it"))
                : Optional.empty();
    }

    static Refusal noExchange(String exchange) {
        return Refusal.of(Refusal.Kind.NOT_FOUND, "there is no exchange '" + exchange + "'");
    }

    /** @return why it may not be attached */
    Optional<Refusal> attach(Producer producer, Turn turn) {
        String exchange = producer.address().orElseThrow();
        Optional<Refusal> refusal = refusalOf(exchanges, exchange);
        if (refusal.isPresent()) {
            return refusal;
        }
        // Nobody asked before, so nobody has noticed what changed.
        exchanges.decided().reachable(exchange).forEach(this::noticed);
        byExchange.computeIfAbsent(exchange, name -> new Producers()).add(producer);
        // The declaration may be on its way to the disk.
        turn.afterDecided(applied -> {
            if (Producers.isAttached(producer)) {
                applied.calling(producer.client());
                producer.listener().attached();
                Producers.creditOpen(producer, closedReason(exchange), applied);
                update(applied);
            }
        });
        return Optional.empty();
    }

    void remove(Producer producer) {
        byExchange.computeIfPresent(producer.address().orElseThrow(), (exchange, producers) -> {
            producers.remove(producer);
            return producers.size() == 0 ? null : producers;
        });
    }

    int count(String exchange) {
        Producers producers = byExchange.get(exchange);
        return producers == null ? 0 : producers.size();
    }

    /** The exchange is to go. */
    private void end(String exchange, Turn turn) {
        Producers producers = byExchange.remove(exchange);
        if (producers == null) {
            return;
        }
        Refusal gone = Refusal.of(Refusal.Kind.RESOURCE_DELETED, "exchange '" + exchange + "' was deleted");
        for (Producer producer : producers.all()) {
            producers.remove(producer);
            turn.afterDecided(applied -> {
                applied.calling(producer.client());
                producer.listener().closed(gone);
            });
        }
    }

    /** The queue's room may be another now: tells whom that concerns. Asked at every dispatch, it costs nothing where there is none. */
    void roomChanged(Queue queue, Turn turn) {
        if (!byExchange.isEmpty() && exchanges.decided().isBound(queue.id()) && noticed(queue)) {
            update(turn);
        }
    }

    /** @return whether that differs from what it was when it was looked at last */
    private boolean noticed(Queue queue) {
        return isBlocked(queue) ? blocked.add(queue.id()) : blocked.remove(queue.id());
    }

    private static boolean isBlocked(Queue queue) {
        return queue.isBlocked() || queue.isIntakePaused();
    }

    /** @param reason why nobody gets credit, "" where that is not so */
    void pressureChanged(String reason, Turn turn) {
        nodeReason = reason;
        update(turn);
    }

    private void bindingsChanged(Turn turn) {
        blocked.removeIf(queue -> !exchanges.decided().isBound(queue));
        update(turn);
    }

    private void update(Turn turn) {
        byExchange.forEach((exchange, producers) -> producers.creditOpen(closedReason(exchange), turn));
    }

    private String closedReason(String exchange) {
        if (!nodeReason.isEmpty()) {
            return nodeReason;
        }
        for (Queue queue : exchanges.decided().reachable(exchange)) {
            if (isBlocked(queue)) {
                String why = queue.isIntakePaused() ? "paused" : "full";
                return "queue '" + queue.name() + "', where exchange '" + exchange + "' leads to, is " + why;
            }
        }
        return "";
    }
}
