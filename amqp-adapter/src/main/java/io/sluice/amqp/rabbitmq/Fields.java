package io.sluice.amqp.rabbitmq;

import io.sluice.amqp.message.MessageHeaders;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The fields of a body that is a map, read one by one. What is not there is null or has a default. */
final class Fields {
    private final Map<String, Object> values;

    private Fields(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * @param body null where it has none
     * @param known the names there may be
     * @param what it is the body of, with its article
     */
    static Fields of(Object body, Set<String> known, String what) throws HttpException {
        Map<String, Object> values = body == null ? Map.of() : HttpRequest.texts(body, "the body");
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw HttpException.badRequest(what + " has no field '" + name + "'");
            }
        }
        return new Fields(values);
    }

    boolean flag(String name, boolean otherwise) throws HttpException {
        Object value = values.get(name);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw HttpException.badRequest("field '" + name + "' is neither true nor false");
    }

    Optional<String> text(String name) throws HttpException {
        Object value = MessageHeaders.simple(values.get(name));
        if (value == null || value instanceof String) {
            return Optional.ofNullable((String) value);
        }
        throw HttpException.badRequest("field '" + name + "' is no string");
    }

    /** The field {@code arguments}: names and values, numbers and texts of any type in one form. */
    Map<String, Object> arguments() throws HttpException {
        Object given = values.get("arguments");
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (given != null) {
            HttpRequest.texts(given, "'arguments'")
                    .forEach((name, value) -> arguments.put(name, MessageHeaders.simple(value)));
        }
        return arguments;
    }
}
