package io.sluice.broker;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What an exchange is declared to be: a node that holds nothing, and gives what comes to the queues that are bound to it. Durable. The
 * model is RabbitMQ's.
 *
 * @param name the address, up to 255 characters; "" is the default exchange
 * @param type by what it compares a message with its bindings
 * @param autoDelete whether it goes with its last binding
 * @param internal whether only other exchanges may send to it
 * @param alternateExchange where messages go that no binding wants
 * @param arguments as they were given, see {@link Arguments}; nothing goes by them
 */
public record ExchangeDefinition(
        String name,
        Type type,
        boolean autoDelete,
        boolean internal,
        Optional<String> alternateExchange,
        Map<String, Object> arguments) {
    /** To every queue it is bound by the queue's name, without a binding that anybody made. */
    public static final ExchangeDefinition DEFAULT = predeclared("", Type.DIRECT);

    /** That are always there. */
    public static final List<ExchangeDefinition> PREDECLARED = List.of(
            DEFAULT,
            predeclared("amq.direct", Type.DIRECT),
            predeclared("amq.fanout", Type.FANOUT),
            predeclared("amq.headers", Type.HEADERS),
            predeclared("amq.match", Type.HEADERS),
            predeclared("amq.topic", Type.TOPIC));

    private static final String RESERVED = "amq.";

    public ExchangeDefinition {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(alternateExchange, "alternateExchange");
        if (name.length() > QueueDefinition.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("the name of an exchange has up to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + name.length());
        }
        alternateExchange.ifPresent(alternate -> {
            if (!QueueDefinition.isName(alternate)) {
                throw new IllegalArgumentException("not the name of an alternate exchange: '" + alternate + "'");
            }
        });
        arguments = Arguments.of(arguments);
    }

    /** One without alternate or arguments that stays until it is deleted. */
    public static ExchangeDefinition named(String name, Type type) {
        return new ExchangeDefinition(name, type, false, false, Optional.empty(), Map.of());
    }

    private static ExchangeDefinition predeclared(String name, Type type) {
        return named(name, type);
    }

    public ExchangeDefinition withAutoDelete(boolean deletesItself) {
        return new ExchangeDefinition(name, type, deletesItself, internal, alternateExchange, arguments);
    }

    public ExchangeDefinition withInternal(boolean forExchanges) {
        return new ExchangeDefinition(name, type, autoDelete, forExchanges, alternateExchange, arguments);
    }

    public ExchangeDefinition withAlternate(String exchange) {
        return new ExchangeDefinition(name, type, autoDelete, internal, Optional.of(exchange), arguments);
    }

    public ExchangeDefinition withArguments(Map<String, ?> given) {
        return new ExchangeDefinition(name, type, autoDelete, internal, alternateExchange, Arguments.of(given));
    }

    /** Whether nobody may declare or delete an exchange of this name. */
    public static boolean isReserved(String name) {
        return name.isEmpty() || name.startsWith(RESERVED);
    }

    /** By what an exchange compares a message with its bindings. */
    public enum Type {
        /** The routing key is the binding's. */
        DIRECT,
        /** The binding's key is a pattern: words with dots between, {@code *} for one, {@code #} for any number. */
        TOPIC,
        /** Every binding. */
        FANOUT,
        /** The message's headers and the binding's arguments; {@code x-match} says how many have to be equal. */
        HEADERS;

        /** As clients write it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException there is no such type; the text names those there are */
        public static Type of(String text) {
            for (Type type : values()) {
                if (type.text().equals(text)) {
                    return type;
                }
            }
            throw new IllegalArgumentException(
                    "an exchange is of type direct, fanout, headers or topic, not '" + text + "'");
        }
    }
}
