package io.sluice.amqp.management;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.amqp.message.MessageHeaders;
import io.sluice.broker.Message;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.explain.RouteExplanation;
import io.sluice.broker.explain.RouteExplanation.Step;
import io.sluice.broker.explain.RouteReason;
import io.sluice.broker.shard.Publish;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/**
 * EXPLAIN of an exchange, and of what a divert is of: 200 with where a message would go that was sent there, and why no further. What it is
 * asked with is a message with these application properties and no content.
 */
final class ExplainRoute {
    static final String ROUTING_KEY = "routingKey";
    static final String HEADERS = "headers";

    private static final int MAX_MESSAGE_BYTES = 1 << 16;

    private final Queues queues;

    ExplainRoute(Queues queues) {
        this.queues = queues;
    }

    void run(NodeKind kind, String address, ManagementRequest request, Answer answer) throws ManagementException {
        String key = request.textArgument(ROUTING_KEY).orElse("");
        if (key.length() > QueueDefinition.MAX_NAME_LENGTH) {
            throw ManagementException.badRequest("attribute 'routingKey' has up to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + key.length());
        }
        Message message = message(request);
        Publish asked = new Publish(kind, address, message) {
            @Override
            public String routingKey() {
                return key;
            }

            @Override
            public Object header(String name) {
                return MessageHeaders.value(message(), name);
            }
        };
        queues.owner(address)
                .exchanges()
                .explain(asked, Queues.NO_BATCHES, answer.then(why -> answer.give(Status.OK, "OK", shown(why))));
    }

    private static Message message(ManagementRequest request) throws ManagementException {
        Object given = request.body().get(HEADERS);
        Map<String, Object> headers = new LinkedHashMap<>();
        if (given != null && !(given instanceof Map<?, ?>)) {
            throw ManagementException.badRequest("attribute 'headers' is no map");
        }
        if (given instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (!(entry.getKey() instanceof String name)) {
                    throw ManagementException.badRequest("attribute 'headers' has a key that is no string");
                }
                headers.put(name, entry.getValue());
            }
        }
        org.apache.qpid.proton.message.Message message = org.apache.qpid.proton.message.Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(headers));
        message.setBody(new AmqpValue(""));
        byte[] buffer = new byte[MAX_MESSAGE_BYTES];
        try {
            int length = message.encode(buffer, 0, buffer.length);
            return IncomingMessage.parse(Arrays.copyOf(buffer, length), 0);
        } catch (java.nio.BufferOverflowException | IllegalArgumentException | MalformedMessageException e) {
            throw ManagementException.badRequest(
                    "attribute 'headers' cannot be headers of a message: " + e.getMessage());
        }
    }

    private static Map<String, Object> shown(RouteExplanation why) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("kind", shown(why.kind()));
        body.put("address", why.address());
        body.put(ROUTING_KEY, why.routingKey());
        body.put("reason", code(why.reason()));
        body.put("text", text(why));
        body.put("advice", advice(why.reason()));
        body.put("queues", why.queues());
        List<Map<String, Object>> steps = new ArrayList<>();
        why.steps().forEach(step -> steps.add(shown(step)));
        body.put("steps", steps);
        return body;
    }

    private static Map<String, Object> shown(Step step) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("reason", code(step.reason()));
        values.put("text", text(step));
        values.put("kind", shown(step.kind()));
        values.put("address", step.address());
        values.put("toA", step.toKind().map(ExplainRoute::shown).orElse(null));
        values.put("to", step.toKind().isPresent() ? step.to() : null);
        values.put("by", step.by());
        values.put("count", step.count());
        return values;
    }

    private static String code(RouteReason reason) {
        return reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String shown(NodeKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static String text(RouteExplanation why) {
        return switch (why.reason()) {
            case ARRIVES -> "It comes to " + String.join(", ", why.queues()) + ".";
            case MADE -> "It comes to a queue that is made for it.";
            case REFUSED -> "It is refused: one of the queues it is for takes none, and it is in all or in none.";
            case DROPPED -> "It is taken and dropped: nobody wants it.";
            case NO_SUCH_EXCHANGE, NO_SUCH_QUEUE ->
                "There is no " + shown(why.kind()) + " '" + why.address() + "' to send it to.";
            default -> "It goes back to who sent it: no queue is bound for it.";
        };
    }

    private static String advice(RouteReason reason) {
        return switch (reason) {
            case UNROUTABLE ->
                "Bind a queue with a key that matches (sluice exchange bind), or give the exchange an alternate exchange.";
            case REFUSED -> "The step says which queue, and why.";
            case NO_SUCH_EXCHANGE -> "sluice exchange create";
            case NO_SUCH_QUEUE -> "sluice queue create";
            default -> "";
        };
    }

    private static String text(Step step) {
        String at = shown(step.kind()) + " '" + step.address() + "'";
        String to =
                step.toKind().map(kind -> shown(kind) + " '" + step.to() + "'").orElse("");
        return switch (step.reason()) {
            case BOUND -> at + " gives it to " + to + ", bound with " + step.by();
            case NAMED -> at + " gives it to the queue its routing key names, '" + step.to() + "'";
            case NO_BINDINGS -> at + " gives to nobody: nothing is bound to it";
            case NO_BINDING_MATCHES ->
                "of the " + step.count() + " bindings of " + at + " none matches: " + step.by()
                        + (step.count() > 10 ? ", …" : "");
            case ALTERNATE_EXCHANGE -> at + " gives it to its alternate exchange '" + step.to() + "'";
            case NO_SUCH_EXCHANGE -> at + " has an alternate exchange '" + step.to() + "' that is not there";
            case NO_SUCH_QUEUE -> at + " has no queue of the name that its routing key is, '" + step.to() + "'";
            case SEEN -> at + " would give it to " + to + ", where it has been: it does not go there again";
            case DIVERTED -> "divert '" + step.by() + "' takes it from " + at + " to " + to + ", too";
            case DIVERTED_ONLY -> "divert '" + step.by() + "' takes it from " + at + " to " + to + ", and only there";
            case FORWARDED -> at + " forwards it to " + to;
            case NOT_SELECTED -> "divert '" + step.by() + "' of " + at + " does not select it";
            case TOO_MANY_HOPS -> "it does not go on to " + to + ": it has gone on four times, and stays in " + at;
            case ELSEWHERE -> "it does not go on to " + to + ", which is in another shard, and stays in " + at;
            case MADE -> at + " is not there, and is made when it comes";
            case ARRIVES -> "it comes to " + at;
            case REFUSED -> at + " takes none: " + step.by();
            case DROPPED, UNROUTABLE -> "nobody gets it";
        };
    }
}
