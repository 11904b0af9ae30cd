package io.sluice.amqp.rabbitmq;

import io.sluice.broker.Annotations;
import io.sluice.broker.QueueDefinition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a queue was declared to be by a client of RabbitMQ: the body of a PUT. It is remembered with the queue, to be given back, and to be
 * compared with what somebody declares it to be later.
 *
 * @param exclusive it is its connection's alone
 */
record QueueDeclaration(boolean durable, boolean autoDelete, boolean exclusive, QueueArguments arguments) {
    private static final String DURABLE = "durable";
    private static final String AUTO_DELETE = "auto_delete";
    private static final String EXCLUSIVE = "exclusive";
    private static final Set<String> FIELDS = Set.of(DURABLE, AUTO_DELETE, EXCLUSIVE, "arguments");
    /** How true and false are encoded (AMQP 1.0 §1.6.2). */
    private static final byte TRUE = 0x41;

    private static final byte FALSE = 0x42;

    /** @param body of a request; null where nothing is said, so that it is a durable classic queue */
    static QueueDeclaration of(Object body) throws HttpException {
        Fields fields = Fields.of(body, FIELDS, "a queue");
        QueueDeclaration asked = new QueueDeclaration(
                fields.flag(DURABLE, true),
                fields.flag(AUTO_DELETE, false),
                fields.flag(EXCLUSIVE, false),
                QueueArguments.of(fields.arguments()));
        if (asked.arguments.isQuorum() && (asked.exclusive || !asked.durable)) {
            throw HttpException.badRequest("a quorum queue is durable and not exclusive");
        }
        return asked;
    }

    /** What was declared; of a queue that was not declared so, what it comes to. */
    static QueueDeclaration of(QueueDefinition definition) {
        Map<String, Annotations.Value> kept = definition.arguments().values();
        if (kept.isEmpty()) {
            return new QueueDeclaration(
                    definition.durable(), definition.expiry().autoDelete(), false, QueueArguments.known(Map.of()));
        }
        Map<String, Object> arguments = new LinkedHashMap<>();
        kept.forEach((name, value) -> {
            if (name.startsWith("x-")) {
                arguments.put(name, plain(value));
            }
        });
        return new QueueDeclaration(
                isTrue(kept.get(DURABLE)),
                isTrue(kept.get(AUTO_DELETE)),
                isTrue(kept.get(EXCLUSIVE)),
                QueueArguments.known(arguments));
    }

    private static Object plain(Annotations.Value value) {
        if (value instanceof Annotations.Text text) {
            return text.value();
        }
        return value instanceof Annotations.Number number ? (Object) number.value() : (Object) isTrue(value);
    }

    private static boolean isTrue(Annotations.Value value) {
        return value instanceof Annotations.Encoded encoded && encoded.bytes()[0] == TRUE;
    }

    private static Annotations.Value kept(Object value) {
        if (value instanceof String text) {
            return new Annotations.Text(text);
        }
        return value instanceof Long number
                ? new Annotations.Number(number)
                : new Annotations.Encoded(new byte[] {(Boolean) value ? TRUE : FALSE});
    }

    /**
     * The queue that is asked for. An exclusive one does not survive the broker, as its connection does not.
     *
     * @param template what it is as far as nothing is said
     */
    QueueDefinition over(QueueDefinition template) throws HttpException {
        Map<String, Annotations.Value> kept = new LinkedHashMap<>();
        kept.put(DURABLE, kept(durable));
        kept.put(AUTO_DELETE, kept(autoDelete));
        kept.put(EXCLUSIVE, kept(exclusive));
        arguments.values().forEach((name, value) -> kept.put(name, kept(value)));
        QueueDefinition definition = arguments.over(template);
        return definition
                .withDurable(durable && !exclusive)
                .withExpiry(definition.expiry().withAutoDelete(autoDelete))
                .withArguments(Annotations.of(kept));
    }

    /** The first thing in which they differ, and both values, in RabbitMQ's words. */
    Optional<String> difference(QueueDeclaration asked) {
        if (durable != asked.durable) {
            return Optional.of(words(DURABLE, durable, asked.durable));
        }
        if (autoDelete != asked.autoDelete) {
            return Optional.of(words(AUTO_DELETE, autoDelete, asked.autoDelete));
        }
        if (exclusive != asked.exclusive) {
            return Optional.of(words(EXCLUSIVE, exclusive, asked.exclusive));
        }
        return arguments.difference(asked.arguments).map(its -> words(its.name(), its.is(), its.asked()));
    }

    private static String words(String name, Object is, Object asked) {
        return "inequivalent arg '" + name + "': received " + shown(asked) + " but current is " + shown(is);
    }

    private static String shown(Object value) {
        return value == null ? "none" : "the value '" + value + "'";
    }
}
