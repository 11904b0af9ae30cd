package io.sluice.amqp;

import io.sluice.broker.shard.ReplayFrom;
import io.sluice.broker.shard.ReplayFrom.Kind;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;

/** What a receiver asks for of the messages that its topic has kept, by properties of its attach. */
final class ReplayProperties {
    private static final Symbol LAST = Symbol.valueOf("x-opt-replay-last");
    private static final Symbol FROM = Symbol.valueOf("x-opt-replay-from");

    private ReplayProperties() {}

    /**
     * @param properties of the attach, may be null
     * @param begins as of {@link ReplayFrom}
     * @throws IllegalArgumentException one of them cannot be what it is
     */
    static Optional<ReplayFrom> of(Map<Symbol, Object> properties, Runnable begins) {
        Map<Symbol, Object> asked = in(properties);
        if (asked.size() > 1) {
            throw new IllegalArgumentException("properties '" + LAST + "' and '" + FROM + "' exclude each other");
        }
        Object last = asked.get(LAST);
        if (last != null) {
            return Optional.of(new ReplayFrom(Kind.LAST, number(LAST, last), begins));
        }
        Object from = asked.get(FROM);
        if (from instanceof Date instant) {
            return Optional.of(new ReplayFrom(Kind.INSTANT, Math.max(0, instant.getTime()), begins));
        }
        return from == null ? Optional.empty() : Optional.of(new ReplayFrom(Kind.SEQUENCE, number(FROM, from), begins));
    }

    /** Those of them that there are. */
    static Map<Symbol, Object> in(Map<Symbol, Object> properties) {
        Map<Symbol, Object> asked = new LinkedHashMap<>();
        if (properties != null) {
            for (Symbol key : new Symbol[] {LAST, FROM}) {
                if (properties.get(key) != null) {
                    asked.put(key, properties.get(key));
                }
            }
        }
        return asked;
    }

    /** @throws IllegalArgumentException there is one, and this is not for a topic */
    static void refuseIn(Map<Symbol, Object> properties) {
        for (Symbol key : in(properties).keySet()) {
            throw new IllegalArgumentException("property '" + key + "' is for receivers of topics");
        }
    }

    private static long number(Symbol key, Object value) {
        boolean whole = value instanceof Number && !(value instanceof Double) && !(value instanceof Float);
        if (!whole || ((Number) value).longValue() < 0) {
            String also = key == FROM ? ", and no timestamp" : "";
            throw new IllegalArgumentException("property '" + key + "' is no whole number from 0 on" + also);
        }
        return ((Number) value).longValue();
    }
}
