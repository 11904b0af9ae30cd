package io.sluice.broker;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Arguments of exchanges and bindings: names and simple values, in one form whoever sent them, so that equal ones are equal. */
public final class Arguments {
    public static final int MAX_COUNT = 64;
    public static final int MAX_TEXT_LENGTH = 1024;

    private Arguments() {}

    /**
     * @return texts as {@code String}, whole numbers as {@code Long}, others as {@code Double}, {@code Boolean} and null as they are; by
     *     name, unmodifiable
     * @throws IllegalArgumentException one is of another type, or they are too many or too long; the text names it
     */
    public static Map<String, Object> of(Map<String, ?> values) {
        if (values.size() > MAX_COUNT) {
            throw new IllegalArgumentException(
                    "there are " + values.size() + " arguments, and " + MAX_COUNT + " may be");
        }
        Map<String, Object> all = new TreeMap<>();
        values.forEach((name, value) -> {
            if (name.length() > QueueDefinition.MAX_NAME_LENGTH) {
                throw new IllegalArgumentException("the name of an argument has " + name.length() + " characters, and "
                        + QueueDefinition.MAX_NAME_LENGTH + " may be");
            }
            Object simple = value(value);
            if (!isSimple(simple)) {
                throw new IllegalArgumentException("argument '" + name + "' is a "
                        + value.getClass().getSimpleName() + ", not a text, a number or true or false");
            }
            if (simple instanceof String text && text.length() > MAX_TEXT_LENGTH) {
                throw new IllegalArgumentException("argument '" + name + "' has " + text.length() + " characters, and "
                        + MAX_TEXT_LENGTH + " may be");
            }
            all.put(name, simple);
        });
        return Collections.unmodifiableMap(all);
    }

    private static boolean isSimple(Object value) {
        return value == null
                || value instanceof String
                || value instanceof Long
                || value instanceof Double
                || value instanceof Boolean;
    }

    /** The one form of a value, by which it is compared; one that is not simple comes back as it is. */
    public static Object value(Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        return value instanceof Float number ? (Object) number.doubleValue() : value;
    }
}
