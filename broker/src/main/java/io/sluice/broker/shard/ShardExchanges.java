package io.sluice.broker.shard;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.ExchangeRecord;
import io.sluice.broker.record.ExchangeRecord.Bound;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeclared;
import io.sluice.broker.record.ExchangeRecord.ExchangeDeleted;
import io.sluice.broker.record.ExchangeRecord.Unbound;
import io.sluice.broker.record.ExchangeRecords;
import io.sluice.broker.record.JournalRecord;
import io.sluice.broker.routing.Exchanges;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.LongFunction;

/**
 * The exchanges that a shard's journal holds, as applied, and as decided with what is only in memory: bindings to queues that are not
 * durable. Shard's thread.
 */
final class ShardExchanges {
    private final ExchangeRecords applied = new ExchangeRecords();
    private final Exchanges decided = new Exchanges();
    private final BiFunction<Message, String, Object> headers;
    private BiConsumer<String, Turn> onEnd = (exchange, turn) -> {};
    private Turn.Effect onChange = turn -> {};
    private int underWay;

    /** @param headers see {@link io.sluice.broker.routing.TopicSetup} */
    ShardExchanges(BiFunction<Message, String, Object> headers) {
        this.headers = headers;
    }

    /** By these messages go: who sends behind a change is sent by it. */
    Exchanges decided() {
        return decided;
    }

    /**
     * @param ended hears of each exchange that is to go
     * @param changed hears that bindings have changed
     */
    void listen(BiConsumer<String, Turn> ended, Turn.Effect changed) {
        onEnd = ended;
        onChange = changed;
    }

    // ---- applying

    /** @param queues by id; null where there is none: then there is nothing to bind */
    void apply(ExchangeRecord record, LongFunction<Queue> queues) {
        boolean toQueue = record instanceof Bound bound && bound.queueId() != JournalRecord.NO_QUEUE;
        Optional<Queue> queue = toQueue ? Optional.ofNullable(queues.apply(record.queueId())) : Optional.empty();
        if (toQueue && queue.isEmpty()) {
            return;
        }
        applied.apply(record);
        if (underWay == 0) {
            change(record, queue);
        }
    }

    /** The queue is gone. */
    void forget(long queueId) {
        applied.forget(queueId);
        decided.forget(queueId);
    }

    /** For a checkpoint. */
    List<ExchangeRecord> records() {
        return applied.all();
    }

    private void change(ExchangeRecord record, Optional<Queue> queue) {
        if (record instanceof ExchangeDeclared declared) {
            decided.declare(declared.exchange());
        } else if (record instanceof ExchangeDeleted deleted) {
            decided.delete(deleted.name());
        } else if (record instanceof Bound bound) {
            decided.bind(bound.binding(), queue);
        } else if (record instanceof Unbound unbound) {
            decided.unbind(unbound.binding());
        }
    }

    // ---- deciding

    private void decide(ExchangeRecord record, Turn turn) {
        underWay++;
        turn.decide(record, true, applying -> underWay--);
    }

    void declare(ExchangeDefinition exchange, Turn turn) {
        decided.declare(exchange);
        decide(new ExchangeDeclared(exchange), turn);
    }

    /** With what is bound to it; others that delete themselves may go with that. */
    void delete(String exchange, Turn turn) {
        Set<String> sources = decided.delete(exchange);
        decide(new ExchangeDeleted(exchange), turn);
        onEnd.accept(exchange, turn);
        lost(sources, turn);
    }

    /** @param queue the destination, empty where that is an exchange */
    void bind(ExchangeBinding binding, Optional<Queue> queue, Turn turn) {
        decided.bind(binding, queue);
        if (isDurable(queue)) {
            decide(new Bound(idOf(queue), binding), turn);
        }
        onChange.run(turn);
    }

    void unbind(ExchangeBinding binding, Optional<Queue> queue, Turn turn) {
        decided.unbind(binding);
        if (isDurable(queue)) {
            decide(new Unbound(idOf(queue), binding), turn);
        }
        lost(Set.of(binding.source()), turn);
    }

    private static boolean isDurable(Optional<Queue> queue) {
        return queue.map(to -> to.definition().durable()).orElse(true);
    }

    private static long idOf(Optional<Queue> queue) {
        return queue.map(Queue::id).orElse(JournalRecord.NO_QUEUE);
    }

    /** The queue is to go, in the batch that is decided: what is bound to it goes by that, and what deletes itself with that. */
    void queueGoes(Queue queue, Turn turn) {
        if (decided.isBound(queue.id())) {
            lost(decided.forget(queue.id()), turn);
        }
    }

    private void lost(Set<String> sources, Turn turn) {
        for (String source : sources) {
            boolean ends = decided.find(source)
                    .map(exchange -> exchange.autoDelete() && decided.countFrom(source) == 0)
                    .orElse(false);
            if (ends) {
                delete(source, turn);
            }
        }
        onChange.run(turn);
    }

    /** The queues for a message that is here already. */
    List<Queue> route(String exchange, String routingKey, Message message) {
        return decided.route(exchange, routingKey, name -> headers.apply(message, name));
    }

    /** That end in a queue or an exchange of this name. @param queue empty where there is none of that name */
    List<ExchangeBinding> to(NodeKind kind, String name, Optional<Queue> queue) {
        return kind == NodeKind.EXCHANGE
                ? decided.toExchange(name)
                : queue.map(to -> decided.toQueue(to.id())).orElse(List.of());
    }
}
