package io.sluice.broker;

import java.util.Map;
import java.util.Objects;

/**
 * What an exchange gives to a queue or another exchange. It is there once: a binding is all that is in here.
 *
 * @param source the exchange
 * @param kind of the destination: {@link NodeKind#QUEUE} or {@link NodeKind#EXCHANGE}
 * @param destination name of the queue or exchange
 * @param key up to 255 characters, "" for none; what it means is the exchange's type
 * @param arguments see {@link Arguments}; of a headers exchange what it compares
 */
public record ExchangeBinding(
        String source, NodeKind kind, String destination, String key, Map<String, Object> arguments) {
    /** In the arguments of a binding to a headers exchange: how many of the others have to be equal. */
    public static final String MATCH = "x-match";

    public ExchangeBinding {
        Objects.requireNonNull(source, "source");
        if (kind != NodeKind.QUEUE && kind != NodeKind.EXCHANGE) {
            throw new IllegalArgumentException("an exchange is bound to a queue or an exchange, not to a " + kind);
        }
        if (!QueueDefinition.isName(destination)) {
            throw new IllegalArgumentException("not the name of a destination: '" + destination + "'");
        }
        if (key.length() > QueueDefinition.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("a binding's key has up to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + key.length());
        }
        arguments = Arguments.of(arguments);
    }

    /** To a queue. */
    public static ExchangeBinding toQueue(String source, String queue, String key) {
        return new ExchangeBinding(source, NodeKind.QUEUE, queue, key, Map.of());
    }

    /** To another exchange. */
    public static ExchangeBinding toExchange(String source, String exchange, String key) {
        return new ExchangeBinding(source, NodeKind.EXCHANGE, exchange, key, Map.of());
    }

    public ExchangeBinding withArguments(Map<String, ?> given) {
        return new ExchangeBinding(source, kind, destination, key, Arguments.of(given));
    }
}
