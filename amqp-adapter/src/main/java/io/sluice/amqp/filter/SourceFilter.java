package io.sluice.amqp.filter;

import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * The filter-set of a source (AMQP 1.0 §3.5.8) as it is really applied: a message passes when it passes each filter. Filters we
 * do not know are left out, of the answer to the attach as well. Immutable, any thread.
 */
public final class SourceFilter implements Predicate<Message> {
    /** Every message passes. */
    public static final SourceFilter NONE = new SourceFilter(Map.of(), new Logic.All(new Expression[0]));

    private static final UnsignedLong SELECTOR_CODE = UnsignedLong.valueOf(0x0000_468c_0000_0004L);
    private static final Symbol SELECTOR = Symbol.valueOf("apache.org:selector-filter:string");
    private static final UnsignedLong SQL_CODE = UnsignedLong.valueOf(0x120);
    private static final Symbol SQL = Symbol.valueOf("amqp:sql-filter");
    private static final UnsignedLong PROPERTIES_CODE = UnsignedLong.valueOf(0x173);
    private static final Symbol PROPERTIES = Symbol.valueOf("amqp:properties-filter");
    private static final UnsignedLong APPLICATION_PROPERTIES_CODE = UnsignedLong.valueOf(0x174);
    private static final Symbol APPLICATION_PROPERTIES = Symbol.valueOf("amqp:application-properties-filter");

    private final Map<Symbol, Object> accepted;
    private final Expression condition;

    private SourceFilter(Map<Symbol, Object> accepted, Expression condition) {
        this.accepted = accepted;
        this.condition = condition;
    }

    /**
     * @param asked the source's filters as proton-j decoded them; null is none
     * @param nowMillis epoch milliseconds, for UTC() in SQL filters
     * @throws InvalidFilterException a filter we know is wrong in itself; the text names which, where and why
     */
    public static SourceFilter of(Map<?, ?> asked, LongSupplier nowMillis) throws InvalidFilterException {
        Map<Symbol, Object> accepted = new LinkedHashMap<>();
        List<Expression> conditions = new ArrayList<>();
        for (Map.Entry<?, ?> filter : asked == null ? Map.<Object, Object>of().entrySet() : asked.entrySet()) {
            if (filter.getKey() instanceof Symbol name && filter.getValue() instanceof DescribedType described) {
                try {
                    Expression condition = compile(described, nowMillis);
                    if (condition != null) {
                        conditions.add(condition);
                        accepted.put(name, described);
                    }
                } catch (InvalidFilterException e) {
                    throw e.of("filter '" + name + "'");
                }
            }
        }
        Expression all =
                conditions.size() == 1 ? conditions.get(0) : new Logic.All(conditions.toArray(new Expression[0]));
        return new SourceFilter(accepted, all);
    }

    /**
     * A JMS selector by itself.
     *
     * @throws InvalidFilterException the text says where and why
     */
    public static SourceFilter ofSelector(String text) throws InvalidFilterException {
        return new SourceFilter(Map.of(SELECTOR, text), Selector.jms(text).condition());
    }

    /** Null for a filter we do not know. */
    private static Expression compile(DescribedType filter, LongSupplier nowMillis) throws InvalidFilterException {
        Object descriptor = filter.getDescriptor();
        if (SELECTOR.equals(descriptor) || SELECTOR_CODE.equals(descriptor)) {
            String text = need(filter, String.class, "a string");
            // A blank selector is none (Jakarta Messaging 3.1 §3.8.1).
            return text.isBlank()
                    ? new Logic.All(new Expression[0])
                    : Selector.jms(text).condition();
        }
        if (SQL.equals(descriptor) || SQL_CODE.equals(descriptor)) {
            return Selector.sql(need(filter, String.class, "a string"), nowMillis)
                    .condition();
        }
        if (PROPERTIES.equals(descriptor) || PROPERTIES_CODE.equals(descriptor)) {
            return PropertyFilter.properties(need(filter, Map.class, "a map"));
        }
        if (APPLICATION_PROPERTIES.equals(descriptor) || APPLICATION_PROPERTIES_CODE.equals(descriptor)) {
            return PropertyFilter.applicationProperties(need(filter, Map.class, "a map"));
        }
        return null;
    }

    /** What kind of filter it is, in one word; "" for a selector. */
    static String kind(Object descriptor) {
        if (SELECTOR.equals(descriptor) || SELECTOR_CODE.equals(descriptor)) {
            return "";
        }
        if (SQL.equals(descriptor) || SQL_CODE.equals(descriptor)) {
            return "sql";
        }
        return PROPERTIES.equals(descriptor) || PROPERTIES_CODE.equals(descriptor)
                ? "properties"
                : "application-properties";
    }

    private static <T> T need(DescribedType filter, Class<T> type, String what) throws InvalidFilterException {
        if (!type.isInstance(filter.getDescribed())) {
            throw new InvalidFilterException(InvalidFilterException.NOWHERE, "its value is not " + what);
        }
        return type.cast(filter.getDescribed());
    }

    /** The filters that are applied, under the names and with the values they came with: what the attach is answered with. */
    public Map<Symbol, Object> accepted() {
        return accepted;
    }

    /** Whether every message passes, because nothing is applied. */
    public boolean isEmpty() {
        return accepted.isEmpty();
    }

    /** Whether a message passes. It is looked at as one that was never delivered: who asks knows no delivery-count. */
    @Override
    public boolean test(Message message) {
        return condition.evaluate(new MessageView(message, 0)) == Value.TRUE;
    }
}
