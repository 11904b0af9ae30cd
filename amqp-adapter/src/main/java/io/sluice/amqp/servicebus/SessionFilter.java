package io.sluice.amqp.servicebus;

import io.sluice.broker.SessionRequest;
import io.sluice.broker.queue.SessionLock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnknownDescribedType;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.engine.Sender;

/** By which a receiver's source asks for a session: its id, or null for the next that is free. Some clients describe the value, others do not. */
public final class SessionFilter {
    private static final Symbol NAME = Symbol.valueOf("com.microsoft:session-filter");
    private static final Symbol TIMEOUT = Symbol.valueOf("com.microsoft:timeout");
    private static final Symbol LOCKED_UNTIL = Symbol.valueOf("com.microsoft:locked-until-utc");
    /** As Service Bus waits where its client says nothing. */
    private static final long WAIT_MILLIS = 60_000;

    private static final long MAX_WAIT_MILLIS = 86_400_000;
    /** Of 100 ns, from the beginning of the year 1 to that of 1970. */
    private static final long TICKS_BEFORE_EPOCH = 621_355_968_000_000_000L;

    private static final long TICKS_PER_MILLI = 10_000;

    private SessionFilter() {}

    /**
     * @param properties of the attach: how many milliseconds it waits for one; may be null
     * @return empty where it asks for no session
     * @throws IllegalArgumentException what is said of it is wrong in itself
     */
    public static Optional<SessionRequest> of(Source source, Map<Symbol, Object> properties) {
        if (source.getFilter() == null || !source.getFilter().containsKey(NAME)) {
            return Optional.empty();
        }
        Object asked = source.getFilter().get(NAME);
        Object id = asked instanceof DescribedType described ? described.getDescribed() : asked;
        if (id != null && !(id instanceof String)) {
            throw new IllegalArgumentException("filter '" + NAME + "' is neither a string nor null");
        }
        Object wait = properties == null ? null : properties.get(TIMEOUT);
        if (wait != null && !(wait instanceof Number millis && millis.longValue() >= 0)) {
            throw new IllegalArgumentException("property '" + TIMEOUT + "' is no number of milliseconds");
        }
        long waitMillis = wait == null ? WAIT_MILLIS : Math.min(MAX_WAIT_MILLIS, ((Number) wait).longValue());
        return Optional.of(new SessionRequest(Optional.ofNullable((String) id), waitMillis));
    }

    /** Says which session it is, and until when it is locked. @param answer the source that the attach is answered with */
    public static void answer(Sender link, Source answer, SessionLock session) {
        Map<Symbol, Object> filters = new LinkedHashMap<>();
        Map<?, ?> others = answer.getFilter() == null ? Map.of() : answer.getFilter();
        others.forEach((name, value) -> filters.put((Symbol) name, value));
        Object asked = ((Source) link.getRemoteSource()).getFilter().get(NAME);
        filters.put(
                NAME,
                asked instanceof DescribedType described
                        ? new UnknownDescribedType(described.getDescriptor(), session.id())
                        : session.id());
        answer.setFilter(filters);
        if (session.endsAtMillis() != Long.MAX_VALUE) {
            Map<Symbol, Object> properties = new LinkedHashMap<>();
            if (link.getProperties() != null) {
                properties.putAll(link.getProperties());
            }
            properties.put(LOCKED_UNTIL, TICKS_BEFORE_EPOCH + session.endsAtMillis() * TICKS_PER_MILLI);
            link.setProperties(properties);
        }
    }
}
