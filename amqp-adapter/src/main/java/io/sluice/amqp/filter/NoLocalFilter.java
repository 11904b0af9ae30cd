package io.sluice.amqp.filter;

import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;

/** The filter of JMS that keeps back what the receiver's own container sent. */
public final class NoLocalFilter {
    private static final UnsignedLong CODE = UnsignedLong.valueOf(0x0000_468c_0000_0003L);
    private static final Symbol SYMBOL = Symbol.valueOf("apache.org:no-local-filter:list");

    /** As it stands in the answer for a subscription that has it. */
    public static final Map<Symbol, Object> ANSWER = Map.of(Symbol.valueOf("no-local"), new Described(CODE, List.of()));

    private NoLocalFilter() {}

    /** @param filters of a source, may be null */
    public static boolean isIn(Map<?, ?> filters) {
        return !of(filters).isEmpty();
    }

    /** @param filters of a source, may be null. @return it as it was asked for, empty where it was not */
    public static Map<Symbol, Object> of(Map<?, ?> filters) {
        for (Map.Entry<?, ?> filter : filters == null ? Map.<Object, Object>of().entrySet() : filters.entrySet()) {
            if (filter.getKey() instanceof Symbol name
                    && filter.getValue() instanceof DescribedType described
                    && (CODE.equals(described.getDescriptor()) || SYMBOL.equals(described.getDescriptor()))) {
                return Map.of(name, described);
            }
        }
        return Map.of();
    }
}
