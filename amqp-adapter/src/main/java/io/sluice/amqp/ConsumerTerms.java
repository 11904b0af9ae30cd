package io.sluice.amqp;

import io.sluice.amqp.servicebus.LockTokens;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.SessionRequest;
import io.sluice.broker.queue.Consumer.Sight;
import io.sluice.broker.queue.Consumer.Terms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.qpid.proton.amqp.Symbol;

/**
 * What a receiver asks for beside others, by properties of its attach (AMQP 1.0 §2.7.3) as the clients of several brokers write them.
 *
 * @param terms what is asked for
 * @param applied the properties it came from: they are in the answer, the others are not
 */
record ConsumerTerms(Terms terms, Map<Symbol, Object> applied) {
    private static final Symbol EXCLUSIVE = Symbol.valueOf("exclusive");
    private static final Symbol ANNOTATED = Symbol.valueOf("sluice:annotated");
    private static final Symbol BROWSE_LOCKED = Symbol.valueOf("sluice:browse-locked");
    private static final Symbol BROWSE_SCHEDULED = Symbol.valueOf("sluice:browse-scheduled");
    private static final Symbol[] PRIORITIES = {Symbol.valueOf("rabbitmq:priority"), Symbol.valueOf("priority")};
    private static final Symbol[] LOCKS = {
        Symbol.valueOf("sluice:lock-millis"), Symbol.valueOf("rabbitmq:consumer-timeout")
    };

    /**
     * @param properties of the attach, may be null
     * @param browses whether it looks and does not take
     * @throws IllegalArgumentException one of them cannot be what it is
     */
    static ConsumerTerms of(Map<Symbol, Object> properties, boolean browses) {
        Map<Symbol, Object> given = properties == null ? Map.of() : properties;
        Map<Symbol, Object> applied = new LinkedHashMap<>();
        int priority = priority(given, applied);
        OptionalLong lockMillis = lockMillis(given, applied);
        boolean exclusive = Boolean.TRUE.equals(given.get(EXCLUSIVE));
        if (exclusive) {
            applied.put(EXCLUSIVE, true);
        }
        boolean annotated = Boolean.TRUE.equals(given.get(ANNOTATED));
        if (annotated) {
            applied.put(ANNOTATED, true);
        }
        Sight sight = new Sight(
                isSeen(BROWSE_LOCKED, given, applied, browses), isSeen(BROWSE_SCHEDULED, given, applied, browses));
        return new ConsumerTerms(new Terms(priority, exclusive, lockMillis, annotated, sight), applied);
    }

    /** As Service Bus has them: locks run out, also where the queue says nothing of it, and messages say when. */
    ConsumerTerms ofServiceBus() {
        Terms more = new Terms(
                terms.priority(), terms.exclusive(), terms.lockMillis(), LockTokens.LOCK_MILLIS, true, terms.sight());
        return new ConsumerTerms(more, applied);
    }

    /** As {@link #ofServiceBus}, of one session. */
    ConsumerTerms ofSession(SessionRequest session) {
        ConsumerTerms ofServiceBus = ofServiceBus();
        return new ConsumerTerms(ofServiceBus.terms.withSession(session), applied);
    }

    private static boolean isSeen(Symbol key, Map<Symbol, Object> given, Map<Symbol, Object> applied, boolean browses) {
        Object value = given.get(key);
        if (value == null) {
            return false;
        }
        if (!(value instanceof Boolean seen)) {
            throw new IllegalArgumentException("property '" + key + "' is neither true nor false");
        }
        if (!browses) {
            throw new IllegalArgumentException("property '" + key + "' is for browsers: distribution-mode copy");
        }
        applied.put(key, seen);
        return seen;
    }

    private static int priority(Map<Symbol, Object> given, Map<Symbol, Object> applied) {
        for (Symbol key : PRIORITIES) {
            Object value = given.get(key);
            if (value == null) {
                continue;
            }
            long priority = number(key, value);
            // The lowest number is for those who let a lock run out.
            int cut = (int) Math.max(Integer.MIN_VALUE + 1L, Math.min(Integer.MAX_VALUE, priority));
            applied.put(key, value);
            return cut;
        }
        return 0;
    }

    private static OptionalLong lockMillis(Map<Symbol, Object> given, Map<Symbol, Object> applied) {
        for (Symbol key : LOCKS) {
            Object value = given.get(key);
            if (value == null) {
                continue;
            }
            long millis = number(key, value);
            if (millis < 0) {
                throw new IllegalArgumentException("property '" + key + "' is " + millis + ", not 0 or more");
            }
            applied.put(key, value);
            return OptionalLong.of(millis == 0 ? QueueDefinition.UNLIMITED : millis);
        }
        return OptionalLong.empty();
    }

    private static long number(Symbol key, Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        if (value instanceof String text && text.matches("-?[0-9]{1,18}")) {
            return Long.parseLong(text);
        }
        throw new IllegalArgumentException("property '" + key + "' is no whole number");
    }
}
