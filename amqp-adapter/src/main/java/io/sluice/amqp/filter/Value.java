package io.sluice.amqp.filter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What an expression yields: a value of a message or a literal. Texts are kept as their UTF-8, in place. Truth is one of three
 * values that may be compared by identity: {@link #TRUE}, {@link #FALSE} and, for unknown, {@link #ABSENT}.
 */
final class Value {
    enum Kind {
        /** Missing or null; as a truth, unknown. */
        ABSENT,
        BOOLEAN,
        /** Any integer type, and a timestamp as milliseconds. */
        LONG,
        /** A ulong beyond what a long holds. */
        UNSIGNED,
        /** A float or double. */
        DOUBLE,
        /** A string, symbol or char. */
        TEXT,
        BINARY,
        UUID,
        /** There, but of a type that cannot be compared. */
        OPAQUE
    }

    static final Value ABSENT = new Value(Kind.ABSENT, 0);
    static final Value TRUE = new Value(Kind.BOOLEAN, 1);
    static final Value FALSE = new Value(Kind.BOOLEAN, 0);
    static final Value OPAQUE = new Value(Kind.OPAQUE, 0);

    private static final byte[] NOTHING = {};
    private static final double TWO_TO_64 = 0x1p64;

    private final Kind kind;
    private final long bits;
    private final byte[] bytes;
    private final int from;
    private final int to;

    private Value(Kind kind, long bits) {
        this(kind, bits, NOTHING, 0, 0);
    }

    private Value(Kind kind, long bits, byte[] bytes, int from, int to) {
        this.kind = kind;
        this.bits = bits;
        this.bytes = bytes;
        this.from = from;
        this.to = to;
    }

    static Value of(boolean truth) {
        return truth ? TRUE : FALSE;
    }

    static Value of(long number) {
        return new Value(Kind.LONG, number);
    }

    static Value of(double number) {
        return new Value(Kind.DOUBLE, Double.doubleToRawLongBits(number));
    }

    static Value of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return text(utf8, 0, utf8.length);
    }

    static Value unsigned(long number) {
        return new Value(number < 0 ? Kind.UNSIGNED : Kind.LONG, number);
    }

    static Value text(byte[] bytes, int from, int to) {
        return new Value(Kind.TEXT, 0, bytes, from, to);
    }

    static Value binary(byte[] bytes, int from, int to) {
        return new Value(Kind.BINARY, 0, bytes, from, to);
    }

    static Value uuid(byte[] bytes, int from) {
        return new Value(Kind.UUID, 0, bytes, from, from + 2 * Long.BYTES);
    }

    Kind kind() {
        return kind;
    }

    boolean isNumber() {
        return kind == Kind.LONG || kind == Kind.UNSIGNED || kind == Kind.DOUBLE;
    }

    boolean isText() {
        return kind == Kind.TEXT;
    }

    /** Of a LONG or UNSIGNED, the bits. */
    long asLong() {
        return bits;
    }

    /** Of a number, as Java's numeric promotion has it. */
    double asDouble() {
        switch (kind) {
            case LONG:
                return bits;
            case UNSIGNED:
                return bits + TWO_TO_64;
            default:
                return Double.longBitsToDouble(bits);
        }
    }

    /** Of a TEXT, BINARY or UUID. */
    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    /** Of a TEXT, decoded; of a BINARY, as if it were one. */
    String asString() {
        return new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }

    /** The same bytes taken for a text. */
    Value asText() {
        return text(bytes, from, to);
    }

    boolean sameBytes(Value other) {
        return Arrays.equals(bytes, from, to, other.bytes, other.from, other.to);
    }

    boolean startsWith(byte[] prefix) {
        return to - from >= prefix.length && Arrays.equals(bytes, from, from + prefix.length, prefix, 0, prefix.length);
    }

    boolean endsWith(byte[] suffix) {
        return to - from >= suffix.length && Arrays.equals(bytes, to - suffix.length, to, suffix, 0, suffix.length);
    }

    @Override
    public String toString() {
        switch (kind) {
            case BOOLEAN:
                return bits == 1 ? "TRUE" : "FALSE";
            case LONG:
                return Long.toString(bits);
            case UNSIGNED:
                return Long.toUnsignedString(bits);
            case DOUBLE:
                return Double.toString(asDouble());
            case TEXT:
                return "'" + asString() + "'";
            default:
                return kind.name();
        }
    }
}
