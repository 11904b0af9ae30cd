package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.Shards;
import io.sluice.broker.ExchangeDefinition;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /exchanges}: to declare and delete them. Any thread. */
final class ExchangeResource {
    private static final String ALTERNATE = "alternate-exchange";
    private static final Set<String> FIELDS = Set.of("type", "durable", "auto_delete", "internal", "arguments");

    private final Shards shards;

    ExchangeResource(Shards shards) {
        this.shards = shards;
    }

    Routes in(Routes routes) {
        return routes.on("PUT", "/exchanges/:exchange", this::put).on("DELETE", "/exchanges/:exchange", this::delete);
    }

    private void put(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        ExchangeDefinition exchange = definition(parts.get(0), request.body());
        QueueResource.check(request, exchange.name());
        QueueResource.checkTarget(request, exchange.alternateExchange());
        QueueResource.owner(shards, exchange.name())
                .exchanges()
                .declare(exchange, QueueResource.NO_BATCHES, answer.then(status -> answer.noContent()));
    }

    private static ExchangeDefinition definition(String name, Object body) throws HttpException {
        if (name.startsWith("$")) {
            throw HttpException.badRequest("names that begin with $ are the broker's own");
        }
        Fields fields = Fields.of(body, FIELDS, "an exchange");
        if (!fields.flag("durable", true)) {
            throw HttpException.badRequest("field 'durable' is true: every exchange is durable");
        }
        Map<String, Object> arguments = fields.arguments();
        Object alternate = arguments.get(ALTERNATE);
        if (alternate != null && !(alternate instanceof String)) {
            throw HttpException.badRequest("argument '" + ALTERNATE + "' is no string");
        }
        try {
            return new ExchangeDefinition(
                    name,
                    ExchangeDefinition.Type.of(fields.text("type").orElse("direct")),
                    fields.flag("auto_delete", false),
                    fields.flag("internal", false),
                    Optional.ofNullable((String) alternate),
                    arguments);
        } catch (IllegalArgumentException e) {
            throw HttpException.badRequest(e.getMessage());
        }
    }

    private void delete(HttpRequest request, List<String> parts, HttpAnswer answer) throws HttpException {
        String name = parts.get(0);
        QueueResource.check(request, name);
        if (!QueueDefinition.isName(name)) {
            throw HttpException.badRequest("an exchange has a name of 1 to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + name.length());
        }
        QueueResource.owner(shards, name)
                .exchanges()
                .delete(name, false, QueueResource.NO_BATCHES, answer.then(last -> answer.noContent(), refusal -> {
                    if (refusal.kind() != Refusal.Kind.NOT_FOUND) {
                        throw HttpException.of(refusal);
                    }
                    // As with queues: it is gone, which is what was asked for.
                    answer.noContent();
                }));
    }
}
