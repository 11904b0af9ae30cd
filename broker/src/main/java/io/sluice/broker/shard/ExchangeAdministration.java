package io.sluice.broker.shard;

import io.sluice.broker.ExchangeBinding;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import io.sluice.broker.TemporaryName;
import io.sluice.broker.port.Client;
import io.sluice.broker.port.Reply;
import io.sluice.broker.queue.Queue;
import io.sluice.broker.queue.Turn;
import io.sluice.broker.routing.Exchanges;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Declares, binds, deletes and describes exchanges. */
final class ExchangeAdministration {
    static final int MAX_EXCHANGES = 10_000;
    static final int MAX_BINDINGS = 100_000;

    private final ShardExchanges exchanges;
    private final ExchangeProducers producers;
    private final ShardQueues queues;
    private final ShardPlace place;

    ExchangeAdministration(
            ShardExchanges exchanges, ExchangeProducers producers, ShardQueues queues, ShardPlace place) {
        this.exchanges = exchanges;
        this.producers = producers;
        this.queues = queues;
        this.place = place;
    }

    private Exchanges decided() {
        return exchanges.decided();
    }

    private ExchangeStatus status(ExchangeDefinition exchange) {
        return new ExchangeStatus(exchange, decided().countFrom(exchange.name()), producers.count(exchange.name()));
    }

    /** See {@link ExchangeMailbox#declare}. */
    void declare(ExchangeDefinition asked, Client client, Reply<ExchangeStatus> reply, Turn turn) {
        Optional<ExchangeDefinition> is = decided().find(asked.name());
        Optional<Refusal> refusal = is.isPresent() ? refusalOf(is.get(), asked) : refusalOfNew(asked);
        if (refusal.isPresent()) {
            refuse(client, reply, refusal.get(), turn);
            return;
        }
        if (is.isEmpty()) {
            exchanges.declare(asked, turn);
        }
        turn.afterDecided(applied -> done(client, reply, status(asked), applied));
    }

    private Optional<Refusal> refusalOfNew(ExchangeDefinition asked) {
        if (ExchangeDefinition.isReserved(asked.name()) || TemporaryName.is(asked.name())) {
            return Optional.of(reserved(asked.name(), "declared"));
        }
        if (decided().declared() >= MAX_EXCHANGES) {
            return Optional.of(tooMany("exchanges", "maxExchanges", MAX_EXCHANGES));
        }
        return asked.alternateExchange()
                .filter(alternate -> !place.owns(alternate))
                .map(alternate -> elsewhere(asked.name(), "exchange", alternate));
    }

    private static Refusal reserved(String name, String what) {
        return Refusal.of(Kind.NOT_ALLOWED, "exchange '" + name + "' cannot be " + what + ": its name is the broker's");
    }

    private static Refusal tooMany(String what, String reason, int limit) {
        return new Refusal(
                Kind.RESOURCE_LIMIT_EXCEEDED,
                "there are " + limit + " " + what + ", and no more may be",
                Map.of("reason", reason, "limit", (long) limit));
    }

    /** @return the first field in which the two differ, with both values */
    private static Optional<Refusal> refusalOf(ExchangeDefinition is, ExchangeDefinition asked) {
        Map<String, Object[]> fields = new LinkedHashMap<>();
        fields.put("type", new Object[] {is.type().text(), asked.type().text()});
        fields.put("autoDelete", new Object[] {is.autoDelete(), asked.autoDelete()});
        fields.put("internal", new Object[] {is.internal(), asked.internal()});
        fields.put("alternateExchange", new Object[] {
            is.alternateExchange().orElse("none"), asked.alternateExchange().orElse("none")
        });
        fields.put("arguments", new Object[] {is.arguments(), asked.arguments()});
        for (Map.Entry<String, Object[]> field : fields.entrySet()) {
            Object[] values = field.getValue();
            if (!values[0].equals(values[1])) {
                return Optional.of(new Refusal(
                        Kind.PRECONDITION_FAILED,
                        "exchange '" + is.name() + "' exists with another " + field.getKey() + ": it is " + values[0]
                                + ", asked for was " + values[1],
                        Map.of("field", field.getKey())));
            }
        }
        return Optional.empty();
    }

    /** See {@link ExchangeMailbox#delete}. */
    void delete(String name, boolean ifUnused, Client client, Reply<ExchangeStatus> reply, Turn turn) {
        Optional<ExchangeDefinition> is = decided().find(name);
        Optional<Refusal> refusal = is.isEmpty()
                ? Optional.of(ExchangeProducers.noExchange(name))
                : ExchangeDefinition.isReserved(name) ? Optional.of(reserved(name, "deleted")) : Optional.empty();
        int bound = decided().countFrom(name);
        if (refusal.isEmpty() && ifUnused && bound > 0) {
            refusal = Optional.of(Refusal.of(
                    Kind.PRECONDITION_FAILED, "exchange '" + name + "' is not deleted: it has " + bound + " bindings"));
        }
        if (refusal.isPresent()) {
            refuse(client, reply, refusal.get(), turn);
            return;
        }
        ExchangeStatus last = status(is.get());
        exchanges.delete(name, turn);
        turn.afterDecided(applied -> done(client, reply, last, applied));
    }

    /** See {@link ExchangeMailbox#bind}. */
    void bind(ExchangeBinding binding, Client client, Reply<ExchangeBinding> reply, Turn turn) {
        Optional<Queue> queue = queueOf(binding);
        Optional<Refusal> refusal = refusalOf(binding, queue);
        if (refusal.isPresent()) {
            refuse(client, reply, refusal.get(), turn);
            return;
        }
        if (!decided().has(binding)) {
            exchanges.bind(binding, queue, turn);
        }
        turn.afterDecided(applied -> done(client, reply, binding, applied));
    }

    private Optional<Queue> queueOf(ExchangeBinding binding) {
        return binding.kind() == NodeKind.QUEUE ? queues.find(binding.destination()) : Optional.empty();
    }

    private Optional<Refusal> refusalOf(ExchangeBinding binding, Optional<Queue> queue) {
        Optional<ExchangeDefinition> source = decided().find(binding.source());
        if (source.isEmpty()) {
            return Optional.of(ExchangeProducers.noExchange(binding.source()));
        }
        if (binding.source().isEmpty()) {
            return Optional.of(Refusal.of(
                    Kind.NOT_ALLOWED, "the default exchange is bound to every queue by its name, and no more"));
        }
        boolean toQueue = binding.kind() == NodeKind.QUEUE;
        String destination = binding.destination();
        boolean there =
                toQueue ? queue.isPresent() : decided().find(destination).isPresent();
        if (!there || (!toQueue && !place.owns(destination))) {
            return Optional.of(
                    !place.owns(destination)
                            ? elsewhere(binding.source(), toQueue ? "queue" : "exchange", destination)
                            : toQueue
                                    ? Administration.noQueue(destination)
                                    : ExchangeProducers.noExchange(destination));
        }
        if (!decided().has(binding) && decided().bindings() >= MAX_BINDINGS) {
            return Optional.of(tooMany("bindings", "maxBindings", MAX_BINDINGS));
        }
        return Exchanges.refusalOf(source.get(), binding);
    }

    /** Where names choose shards, what a message goes through at once has to be in one of them. */
    private Refusal elsewhere(String exchange, String kind, String other) {
        int shard = place.placement().shardOf(other);
        return new Refusal(
                Kind.NOT_IMPLEMENTED,
                "exchange '" + exchange + "' is in shard " + place.index() + " and " + kind + " '" + other
                        + "' in shard "
                        + shard + ": what is bound is in one shard; a name that ends with @" + place.index()
                        + " is in shard " + place.index(),
                Map.of(kind, other, "shard", (long) shard));
    }

    /** See {@link ExchangeMailbox#unbind}. */
    void unbind(ExchangeBinding binding, Client client, Reply<Boolean> reply, Turn turn) {
        boolean there = decided().has(binding);
        if (there) {
            exchanges.unbind(binding, queueOf(binding), turn);
        }
        turn.afterDecided(applied -> done(client, reply, there, applied));
    }

    void describe(String name, Client client, Reply<ExchangeStatus> reply, Turn turn) {
        Optional<ExchangeDefinition> is = decided().find(name);
        if (is.isEmpty()) {
            refuse(client, reply, ExchangeProducers.noExchange(name), turn);
        } else {
            done(client, reply, status(is.get()), turn);
        }
    }

    /** Those that are always there are of the shard that has their names. */
    void list(Client client, Reply<List<ExchangeStatus>> reply, Turn turn) {
        done(
                client,
                reply,
                decided().all().stream()
                        .filter(exchange ->
                                !ExchangeDefinition.isReserved(exchange.name()) || place.owns(exchange.name()))
                        .map(this::status)
                        .toList(),
                turn);
    }

    void bindings(Client client, Reply<List<ExchangeBinding>> reply, Turn turn) {
        done(
                client,
                reply,
                decided().all().stream()
                        .flatMap(exchange -> decided().from(exchange.name()).stream())
                        .toList(),
                turn);
    }

    void bindingsFrom(String exchange, Client client, Reply<List<ExchangeBinding>> reply, Turn turn) {
        done(client, reply, decided().from(exchange), turn);
    }

    void bindingsTo(NodeKind kind, String name, Client client, Reply<List<ExchangeBinding>> reply, Turn turn) {
        Optional<Queue> queue = QueueDefinition.isName(name) ? queues.find(name) : Optional.empty();
        done(client, reply, exchanges.to(kind, name, queue), turn);
    }

    private static void refuse(Client client, Reply<?> reply, Refusal why, Turn turn) {
        turn.calling(client);
        reply.refused(why);
    }

    private static <T> void done(Client client, Reply<T> reply, T value, Turn turn) {
        turn.calling(client);
        reply.done(value);
    }
}
