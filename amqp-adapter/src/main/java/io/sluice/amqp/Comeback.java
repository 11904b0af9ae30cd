package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.Schedule;
import java.util.Date;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * When a consumer wants a message again that it gives back as {@code modified} (AMQP 1.0 §3.4.5), by annotations in that outcome:
 * {@code x-opt-delivery-time} (epoch milliseconds) or {@code x-opt-delivery-delay} (milliseconds), as producers use them; and
 * {@code x-opt-defer} = true for a message that it wants to fetch by its number one day. What is of another type says nothing: there is
 * no answer to an outcome that could say so.
 */
final class Comeback {
    static final String PARK = "x-opt-defer";

    private static final Symbol TIME = Symbol.valueOf("x-opt-delivery-time");
    private static final Symbol DELAY = Symbol.valueOf("x-opt-delivery-delay");

    private Comeback() {}

    /** @param annotations of the outcome; null for none */
    static Schedule schedule(Map<?, ?> annotations) {
        if (annotations == null || annotations.isEmpty()) {
            return Schedule.AT_ONCE;
        }
        if (Boolean.TRUE.equals(annotations.get(Symbol.valueOf(PARK)))) {
            return Schedule.PARKED;
        }
        return new Schedule(millis(annotations.get(TIME)), millis(annotations.get(DELAY)));
    }

    private static long millis(Object value) {
        if (value instanceof Date date) {
            return Math.max(0, date.getTime());
        }
        return value instanceof Number number ? Math.max(0, number.longValue()) : Message.NONE;
    }
}
