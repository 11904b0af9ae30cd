package io.sluice.broker;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Message annotations added after the producer sent the message (AMQP 1.0 §3.2.3): by the broker when it dead-letters, by a
 * consumer's {@code modified} outcome. Immutable, ordered.
 */
public final class Annotations {
    public static final Annotations EMPTY = new Annotations(Map.of());

    /** Of an entry, beside its texts. */
    private static final int ENTRY_BYTES = 20;
    /** In UTF-8. */
    private static final int MAX_BYTES_PER_CHAR = 3;

    private final Map<String, Value> values;

    private Annotations(Map<String, Value> values) {
        this.values = values;
    }

    /** One value; the kinds the broker itself writes, and {@link Encoded} for everything a client may send. */
    public sealed interface Value permits Text, Number, Timestamp, Encoded, Maps {}

    /** An AMQP string. */
    public record Text(String value) implements Value {}

    /** An AMQP long. */
    public record Number(long value) implements Value {}

    /** An AMQP timestamp, milliseconds since the epoch. */
    public record Timestamp(long epochMillis) implements Value {}

    /** Any AMQP value in its encoded form, constructor included. The array is read only. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Encoded(byte[] bytes) implements Value {
        @Override
        public boolean equals(Object other) {
            return other instanceof Encoded e && java.util.Arrays.equals(bytes, e.bytes);
        }

        @Override
        public int hashCode() {
            return java.util.Arrays.hashCode(bytes);
        }
    }

    /** An AMQP list of maps with symbols as keys; only the broker itself writes it. */
    public record Maps(List<Annotations> maps) implements Value {
        public Maps {
            maps = List.copyOf(maps);
        }
    }

    public static Annotations of(Map<String, ? extends Value> values) {
        return values.isEmpty() ? EMPTY : new Annotations(new LinkedHashMap<>(values));
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** Both; where a key is in both, {@code more} wins. */
    public Annotations merged(Annotations more) {
        if (more.isEmpty()) {
            return this;
        }
        Map<String, Value> all = new LinkedHashMap<>(values);
        all.putAll(more.values);
        return new Annotations(all);
    }

    /** What they take, in bytes; about, and not less. */
    public long bytes() {
        long bytes = 0;
        for (Map.Entry<String, Value> entry : values.entrySet()) {
            bytes += ENTRY_BYTES + (long) MAX_BYTES_PER_CHAR * entry.getKey().length();
            if (entry.getValue() instanceof Text text) {
                bytes += (long) MAX_BYTES_PER_CHAR * text.value().length();
            } else if (entry.getValue() instanceof Encoded encoded) {
                bytes += encoded.bytes().length;
            } else if (entry.getValue() instanceof Maps list) {
                bytes += list.maps().stream().mapToLong(Annotations::bytes).sum();
            }
        }
        return bytes;
    }

    /** @return null where there is none */
    public Value get(String key) {
        return values.get(key);
    }

    /** All but those. */
    public Annotations without(Collection<String> keys) {
        if (Collections.disjoint(values.keySet(), keys)) {
            return this;
        }
        Map<String, Value> rest = new LinkedHashMap<>(values);
        rest.keySet().removeAll(keys);
        return of(rest);
    }

    /** A read-only view in order. */
    public Map<String, Value> values() {
        return Collections.unmodifiableMap(values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Annotations a && values.equals(a.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
