package io.sluice.amqp.management;

import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.ExchangeDefinition.Type;
import io.sluice.broker.ExchangeStatus;
import io.sluice.broker.NodeKind;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Entity type {@code exchange}: CREATE declares one, the same again changes nothing; DELETE takes what is bound with it, unless
 * {@code ifUnused} is true and something is. EXPLAIN: {@link ExplainRoute}. Those that are always there are listed, too.
 */
final class Exchanges implements Listing {
    static final String TYPE = "exchange";

    private static final String KIND = "kind";
    private static final String AUTO_DELETE = "autoDelete";
    private static final String INTERNAL = "internal";
    private static final String ALTERNATE = "alternateExchange";
    private static final String ARGUMENTS = "arguments";
    private static final String IF_UNUSED = "ifUnused";

    private static final Map<String, Function<ExchangeStatus, Object>> ATTRIBUTES = attributesByName();

    private final Queues queues;

    Exchanges(Queues queues) {
        this.queues = queues;
    }

    EntityType type() {
        return EntityType.of(
                TYPE,
                attributes(),
                new SimpleOperation("CREATE", List.of(KIND, AUTO_DELETE, INTERNAL, ALTERNATE, ARGUMENTS), this::create),
                new SimpleOperation("READ", List.of(), this::read),
                new SimpleOperation("DELETE", List.of(IF_UNUSED), this::delete),
                new SimpleOperation("EXPLAIN", List.of(ExplainRoute.ROUTING_KEY, ExplainRoute.HEADERS), this::explain));
    }

    private static Map<String, Function<ExchangeStatus, Object>> attributesByName() {
        Map<String, Function<ExchangeStatus, Object>> all = new LinkedHashMap<>();
        all.put("name", exchange -> exchange.definition().name());
        all.put("identity", exchange -> exchange.definition().name());
        all.put("type", exchange -> TYPE);
        all.put(KIND, exchange -> exchange.definition().type().text());
        all.put(AUTO_DELETE, exchange -> exchange.definition().autoDelete());
        all.put(INTERNAL, exchange -> exchange.definition().internal());
        all.put(ALTERNATE, exchange -> exchange.definition().alternateExchange().orElse(null));
        all.put(ARGUMENTS, exchange -> exchange.definition().arguments());
        all.put("bindings", ExchangeStatus::bindings);
        all.put("producers", ExchangeStatus::producers);
        return all;
    }

    @Override
    public List<String> attributes() {
        return List.copyOf(ATTRIBUTES.keySet());
    }

    private static Map<String, Object> describe(ExchangeStatus status) {
        Map<String, Object> values = new LinkedHashMap<>();
        ATTRIBUTES.forEach((name, read) -> values.put(name, read.apply(status)));
        return values;
    }

    @Override
    public void page(Page page, Consumer<Rows> then) {
        ShardGathering.<ExchangeStatus>all(
                queues,
                (shard, reply) -> shard.exchanges().list(Queues.NO_BATCHES, reply),
                Comparator.comparing(exchange -> exchange.definition().name()),
                all -> then.accept(
                        new Rows(page.of(all).stream().map(Exchanges::describe).toList(), all.size())));
    }

    private void create(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        if (name.startsWith("$")) {
            throw ManagementException.badRequest("names that begin with $ are the broker's own");
        }
        String kind = request.textArgument(KIND)
                .orElseThrow(() -> ManagementException.badRequest(
                        "attribute 'kind' is missing: direct, fanout, headers or topic"));
        Optional<String> alternate = request.textArgument(ALTERNATE);
        boolean autoDelete = request.flagArgument(AUTO_DELETE).orElse(false);
        boolean internal = request.flagArgument(INTERNAL).orElse(false);
        ExchangeDefinition exchange;
        try {
            exchange = new ExchangeDefinition(name, Type.of(kind), autoDelete, internal, alternate, arguments(request));
        } catch (IllegalArgumentException e) {
            throw ManagementException.badRequest(e.getMessage());
        }
        queues.owner(name)
                .exchanges()
                .declare(
                        exchange,
                        Queues.NO_BATCHES,
                        answer.then(status -> answer.give(Status.CREATED, "Created", describe(status))));
    }

    /** A map with texts as keys. */
    static Map<String, Object> arguments(ManagementRequest request) throws ManagementException {
        Object value = request.body().get(ARGUMENTS);
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (value == null) {
            return arguments;
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw ManagementException.badRequest("attribute 'arguments' is no map");
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw ManagementException.badRequest("attribute 'arguments' has a key that is no string");
            }
            arguments.put(name, entry.getValue());
        }
        return arguments;
    }

    private void read(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        queues.owner(name)
                .exchanges()
                .describe(
                        name, Queues.NO_BATCHES, answer.then(status -> answer.give(Status.OK, "OK", describe(status))));
    }

    private void explain(ManagementRequest request, Answer answer) throws ManagementException {
        new ExplainRoute(queues).run(NodeKind.EXCHANGE, request.name(), request, answer);
    }

    private void delete(ManagementRequest request, Answer answer) throws ManagementException {
        String name = request.name();
        boolean ifUnused = request.flagArgument(IF_UNUSED).orElse(false);
        queues.owner(name)
                .exchanges()
                .delete(
                        name,
                        ifUnused,
                        Queues.NO_BATCHES,
                        answer.then(was -> answer.give(Status.NO_CONTENT, "No Content", Map.of())));
    }
}
