package io.sluice.amqp.management;

import io.sluice.amqp.message.MessageFields;
import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Section;

/** One request: application-properties that name what to do, and for some operations a map of arguments as body. */
final class ManagementRequest {
    private final Map<String, Object> properties;
    private final Map<?, ?> body;

    private ManagementRequest(Map<String, Object> properties, Map<?, ?> body) {
        this.properties = properties;
        this.body = body;
    }

    static ManagementRequest parse(Message message) throws ManagementException {
        org.apache.qpid.proton.message.Message decoded = org.apache.qpid.proton.message.Message.Factory.create();
        try {
            decoded.decode(message.encoded(), 0, message.encoded().length);
        } catch (RuntimeException e) {
            // proton-j has no one exception for what cannot be decoded.
            throw ManagementException.badRequest("the request cannot be decoded: " + e.getMessage());
        }
        ApplicationProperties properties = decoded.getApplicationProperties();
        if (properties == null || properties.getValue() == null) {
            throw ManagementException.badRequest("the request has no application-properties");
        }
        return new ManagementRequest(properties.getValue(), body(decoded.getBody()));
    }

    private static Map<?, ?> body(Section section) {
        Object value = section instanceof AmqpValue ? ((AmqpValue) section).getValue() : null;
        return value instanceof Map ? (Map<?, ?>) value : Map.of();
    }

    /** What an answer to this message carries as correlation-id: the request's own, else its message-id. */
    static Optional<Object> correlation(Message request) {
        Optional<Object> own = MessageFields.correlationId(request);
        return own.isPresent() ? own : MessageFields.messageId(request);
    }

    String operation() throws ManagementException {
        return required("operation");
    }

    Optional<String> type() throws ManagementException {
        return text("type");
    }

    /** The entity: by name or by identity, which for queues are the same. */
    String name() throws ManagementException {
        Optional<String> identity = text("identity");
        return identity.isPresent() ? identity.get() : required("name");
    }

    Optional<String> text(String property) throws ManagementException {
        Object value = properties.get(property);
        if (value != null && !(value instanceof String)) {
            throw ManagementException.badRequest("application property '" + property + "' is no string");
        }
        return Optional.ofNullable((String) value);
    }

    private String required(String property) throws ManagementException {
        return text(property)
                .orElseThrow(
                        () -> ManagementException.badRequest("application property '" + property + "' is missing"));
    }

    /** A whole number from 0 on. */
    int count(String property, int otherwise) throws ManagementException {
        Object value = properties.get(property);
        if (value == null) {
            return otherwise;
        }
        if (!(value instanceof Number) || ((Number) value).longValue() < 0) {
            throw ManagementException.badRequest("application property '" + property + "' is no number from 0 on");
        }
        return (int) Math.min(Integer.MAX_VALUE, ((Number) value).longValue());
    }

    /** An argument of an operation: in the body, or an application property. */
    private Object argument(String argument) {
        Object inBody = body.get(argument);
        return inBody == null ? properties.get(argument) : inBody;
    }

    Optional<String> textArgument(String argument) throws ManagementException {
        Object value = argument(argument);
        if (value != null && !(value instanceof String)) {
            throw ManagementException.badRequest("argument '" + argument + "' is no string");
        }
        return Optional.ofNullable((String) value);
    }

    /** As {@link #textArgument}, of whatever came: nothing where it is no string. */
    Optional<String> shown(String argument) {
        return argument(argument) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    /** As {@link #textArgument}, of one that there has to be. */
    String neededText(String argument) throws ManagementException {
        return textArgument(argument)
                .orElseThrow(() -> ManagementException.badRequest("attribute '" + argument + "' is missing"));
    }

    /** A whole number from {@code least} on; empty where it is not given. */
    Optional<Long> numberArgument(String argument, long least) throws ManagementException {
        Object value = argument(argument);
        return value == null ? Optional.empty() : Optional.of(number(argument, value, least));
    }

    private static long number(String argument, Object value, long least) throws ManagementException {
        boolean whole = value instanceof Number && !(value instanceof Double) && !(value instanceof Float);
        if (!whole || ((Number) value).longValue() < least) {
            throw ManagementException.badRequest(
                    "argument '" + argument + "' is no whole number from " + least + " on");
        }
        return ((Number) value).longValue();
    }

    /** A list in the body of 1 to {@code most} whole numbers from {@code least} on. */
    List<Long> numbersArgument(String argument, long least, int most) throws ManagementException {
        if (!(body.get(argument) instanceof List<?> values) || values.isEmpty() || values.size() > most) {
            throw ManagementException.badRequest(
                    "argument '" + argument + "' in the body is no list of 1 to " + most + " whole numbers");
        }
        List<Long> numbers = new ArrayList<>();
        for (Object value : values) {
            numbers.add(number(argument + "[" + numbers.size() + "]", value, least));
        }
        return numbers;
    }

    Optional<Boolean> flagArgument(String argument) throws ManagementException {
        Object value = argument(argument);
        if (value != null && !(value instanceof Boolean)) {
            throw ManagementException.badRequest("argument '" + argument + "' is no boolean");
        }
        return Optional.ofNullable((Boolean) value);
    }

    Map<?, ?> body() {
        return body;
    }
}
