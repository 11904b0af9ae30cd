package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;

/** One request: {@code operation} among its application properties, and a map as its body. */
final class EntityRequest {
    private final String operation;
    private final Map<?, ?> body;

    private EntityRequest(String operation, Map<?, ?> body) {
        this.operation = operation;
        this.body = body;
    }

    static EntityRequest parse(Message message) throws EntityException {
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        try {
            decoded.decode(message.encoded(), 0, message.encoded().length);
        } catch (RuntimeException e) {
            // proton-j has no one exception for what cannot be decoded.
            throw EntityException.badRequest("the request cannot be decoded: " + e.getMessage());
        }
        ApplicationProperties properties = decoded.getApplicationProperties();
        Object operation = properties == null || properties.getValue() == null
                ? null
                : properties.getValue().get("operation");
        if (!(operation instanceof String name)) {
            throw EntityException.badRequest("application property 'operation' is no string");
        }
        Object value = decoded.getBody() instanceof AmqpValue body ? body.getValue() : null;
        return new EntityRequest(name, value instanceof Map<?, ?> map ? map : Map.of());
    }

    /** What its answer carries as correlation-id: its message-id, else its own. */
    static Optional<Object> correlation(Message request) {
        Optional<Object> id = MessageFields.messageId(request);
        return id.isPresent() ? id : MessageFields.correlationId(request);
    }

    String operation() {
        return operation;
    }

    Map<?, ?> body() {
        return body;
    }

    Optional<String> text(String key) throws EntityException {
        Object value = body.get(key);
        if (value == null || value instanceof String || value instanceof Symbol) {
            return Optional.ofNullable(value).map(Object::toString);
        }
        throw wrong(key, "a string");
    }

    String needText(String key) throws EntityException {
        return text(key).orElseThrow(() -> wrong(key, "a string"));
    }

    long number(String key, long otherwise) throws EntityException {
        Object value = body.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Number number && !(value instanceof Double) && !(value instanceof Float)) {
            return number.longValue();
        }
        throw wrong(key, "a whole number");
    }

    /** A list or an array, of one value at least. */
    private <T> List<T> needAll(String key, Class<T> type, String what, int most) throws EntityException {
        Object value = body.get(key);
        List<T> all = new ArrayList<>();
        int length = value instanceof List<?> list
                ? list.size()
                : value != null && value.getClass().isArray() ? Array.getLength(value) : 0;
        if (length == 0 || length > most) {
            throw wrong(key, "a list of 1 to " + most + " " + what);
        }
        for (int i = 0; i < length; i++) {
            Object each = value instanceof List<?> list ? list.get(i) : Array.get(value, i);
            if (!type.isInstance(each)) {
                throw wrong(key + "[" + i + "]", "one of " + what);
            }
            all.add(type.cast(each));
        }
        return all;
    }

    /** @param most of them */
    List<Long> needNumbers(String key, int most) throws EntityException {
        List<Number> numbers = needAll(key, Number.class, "whole numbers", most);
        for (Number number : numbers) {
            if (number instanceof Double || number instanceof Float) {
                throw wrong(key + "[" + numbers.indexOf(number) + "]", "one of whole numbers");
            }
        }
        return numbers.stream().map(Number::longValue).distinct().toList();
    }

    /** @param most of them */
    List<UUID> needTokens(String key, int most) throws EntityException {
        return needAll(key, UUID.class, "uuids", most).stream().distinct().toList();
    }

    /** Which messages it is about: those of its {@code session-id}, all where it has none. */
    Predicate<Message> session() throws EntityException {
        Optional<String> session = text("session-id");
        return message ->
                session.isEmpty() || session.get().equals(message.group().id());
    }

    /** Encoded messages, each in a map under {@code message}. @param most of them */
    List<byte[]> needMessages(String key, int most) throws EntityException {
        List<byte[]> messages = new ArrayList<>();
        for (Map<?, ?> each : needAll(key, Map.class, "maps", most)) {
            if (!(each.get("message") instanceof Binary binary)) {
                throw wrong(key + "[" + messages.size() + "].message", "a binary");
            }
            byte[] bytes = new byte[binary.getLength()];
            binary.asByteBuffer().get(bytes);
            messages.add(bytes);
        }
        return messages;
    }

    EntityException wrong(String key, String what) {
        return EntityException.badRequest("'" + key + "' of the body is not " + what);
    }
}
