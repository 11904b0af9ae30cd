package io.sluice.amqp.dialect;

import io.sluice.broker.Annotations;
import io.sluice.broker.QueueDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An address as RabbitMQ 4 writes it ("v2"): {@code /queues/:queue}, {@code /exchanges/:exchange} and
 * {@code /exchanges/:exchange/:routing-key}, each part percent-encoded. It names what there is and brings nothing into being. Immutable.
 *
 * @param type what is named
 * @param name of the queue or the exchange
 * @param routingKey for an exchange, "" where there is none; for a queue its name
 */
public record RabbitAddress(Type type, String name, String routingKey) {
    private static final String QUEUES = "/queues/";
    private static final String EXCHANGES = "/exchanges/";
    /** How RabbitMQ calls the exchange without a name where it needs one. */
    private static final String DEFAULT_EXCHANGE = "amq.default";

    /** What an address may name. */
    public enum Type {
        QUEUE,
        EXCHANGE
    }

    /** @param address may be null */
    public static boolean is(String address) {
        return address != null && (address.startsWith(QUEUES) || address.startsWith(EXCHANGES));
    }

    /**
     * @param address may be null
     * @return empty where it is no such address
     * @throws IllegalArgumentException it is one that is wrong in itself; the text says what
     */
    public static Optional<RabbitAddress> of(String address) {
        if (!is(address)) {
            return Optional.empty();
        }
        if (address.startsWith(QUEUES)) {
            String queue = part(address.substring(QUEUES.length()), address, "queue");
            return Optional.of(new RabbitAddress(Type.QUEUE, queue, queue));
        }
        String rest = address.substring(EXCHANGES.length());
        int slash = rest.indexOf('/');
        String exchange = part(slash < 0 ? rest : rest.substring(0, slash), address, "exchange");
        if (exchange.equals(DEFAULT_EXCHANGE)) {
            throw new IllegalArgumentException("address '" + address
                    + "': the default exchange has no address, /queues/ and a queue's name is one");
        }
        String key = slash < 0 ? "" : rest.substring(slash + 1);
        if (key.indexOf('/') >= 0) {
            throw new IllegalArgumentException("address '" + address + "' has one part too many: a / in a name is %2F");
        }
        return Optional.of(new RabbitAddress(Type.EXCHANGE, exchange, PercentEncoding.decode(key)));
    }

    private static String part(String encoded, String address, String what) {
        if (encoded.indexOf('/') >= 0) {
            throw new IllegalArgumentException("address '" + address + "' has one part too many: a / in a name is %2F");
        }
        String name = PercentEncoding.decode(encoded);
        if (!QueueDefinition.isName(name)) {
            throw new IllegalArgumentException("address '" + address + "': the name of the " + what + " has 1 to "
                    + QueueDefinition.MAX_NAME_LENGTH + " characters, this has " + name.length());
        }
        return name;
    }

    /** Whether it is none, or one that says what it means. */
    public static boolean isValid(String address) {
        try {
            of(address);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The name of the queue or exchange where it is such an address, else the address itself. See {@link #of}. */
    public static String nodeOf(String address) {
        return of(address).map(RabbitAddress::name).orElse(address);
    }

    /** What RabbitMQ writes on a message that was sent here, for its consumers. */
    public Annotations stamps() {
        Map<String, Annotations.Value> stamps = new LinkedHashMap<>();
        stamps.put("x-exchange", new Annotations.Text(type == Type.EXCHANGE ? name : ""));
        stamps.put("x-routing-key", new Annotations.Text(routingKey));
        return Annotations.of(stamps);
    }
}
