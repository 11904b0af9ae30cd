package io.sluice.amqp.filter;

import io.sluice.amqp.filter.Expression.Condition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;

/**
 * Property filters (AMQP Filter Expressions 1.0 §4.2): a message passes when each field named has the value given, or, for
 * strings with a modifier, begins ({@code &p:}) or ends ({@code &s:}) so. Numbers are equal whatever their types.
 */
final class PropertyFilter {
    private PropertyFilter() {}

    /** Whether a value is the one asked for. */
    private interface Reference {
        boolean matches(Value value);
    }

    private record Field(Expression field, Reference reference) implements Condition {
        @Override
        public Value evaluate(MessageView message) {
            return Value.of(reference.matches(field.evaluate(message)));
        }
    }

    /** By fields of the properties section, named as there. @param map as proton-j decoded it */
    static Expression properties(Map<?, ?> map) throws InvalidFilterException {
        return all(map, name -> {
            int field = Fields.PROPERTIES.indexOf(name.replace('-', '_'));
            return field < 0 || name.indexOf('_') >= 0 ? null : Fields.property(field);
        });
    }

    /** By application properties. @param map as proton-j decoded it */
    static Expression applicationProperties(Map<?, ?> map) throws InvalidFilterException {
        return all(map, Fields::applicationProperty);
    }

    private interface Names {
        /** Null for a name that stands for no field. */
        Expression field(String name);
    }

    private static Expression all(Map<?, ?> map, Names names) throws InvalidFilterException {
        Expression[] conditions = new Expression[map.size()];
        int size = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = entry.getKey();
            Expression field = key instanceof String || key instanceof Symbol ? names.field(key.toString()) : null;
            if (field == null) {
                throw new InvalidFilterException(InvalidFilterException.NOWHERE, "'" + key + "' is no field");
            }
            conditions[size++] = new Field(field, reference(key, entry.getValue()));
        }
        return new Logic.All(conditions);
    }

    private static Reference reference(Object key, Object asked) throws InvalidFilterException {
        if (asked == null) {
            return value -> true;
        }
        if (asked instanceof String text && text.startsWith("&")) {
            return modified(key, text);
        }
        Value expected = value(asked);
        if (expected == Value.OPAQUE) {
            throw new InvalidFilterException(
                    InvalidFilterException.NOWHERE,
                    "'" + key + "' is asked for by a value of the type "
                            + asked.getClass().getSimpleName());
        }
        return value -> Comparison.same(expected, value);
    }

    private static Reference modified(Object key, String text) throws InvalidFilterException {
        byte[] affix = text.substring(Math.min(3, text.length())).getBytes(StandardCharsets.UTF_8);
        if (text.startsWith("&p:")) {
            return value -> value.isText() && value.startsWith(affix);
        }
        if (text.startsWith("&s:")) {
            return value -> value.isText() && value.endsWith(affix);
        }
        if (text.startsWith("&&")) {
            Value expected = Value.of(text.substring(1));
            return value -> Comparison.same(expected, value);
        }
        throw new InvalidFilterException(
                InvalidFilterException.NOWHERE,
                "the value of '" + key + "' begins with '&': '&p:', '&s:' or '&&' is expected");
    }

    private static Value value(Object asked) {
        if (asked instanceof String || asked instanceof Symbol || asked instanceof Character) {
            return Value.of(asked.toString());
        }
        if (asked instanceof Boolean truth) {
            return Value.of(truth.booleanValue());
        }
        if (asked instanceof Date date) {
            return Value.of(date.getTime());
        }
        if (asked instanceof UUID uuid) {
            ByteBuffer bits = ByteBuffer.allocate(2 * Long.BYTES);
            bits.putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
            return Value.uuid(bits.array(), 0);
        }
        if (asked instanceof Binary binary) {
            int from = binary.getArrayOffset();
            return Value.binary(binary.getArray(), from, from + binary.getLength());
        }
        return asked instanceof Number number ? number(number) : Value.OPAQUE;
    }

    private static Value number(Number number) {
        if (number instanceof UnsignedLong) {
            return Value.unsigned(number.longValue());
        }
        if (number instanceof Float || number instanceof Double) {
            return Value.of(number.doubleValue());
        }
        boolean whole = number instanceof Byte
                || number instanceof Short
                || number instanceof Integer
                || number instanceof Long
                || number instanceof UnsignedByte
                || number instanceof UnsignedShort
                || number instanceof UnsignedInteger;
        return whole ? Value.of(number.longValue()) : Value.OPAQUE;
    }
}
