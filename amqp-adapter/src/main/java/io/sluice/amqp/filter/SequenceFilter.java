package io.sluice.amqp.filter;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * The filter {@code sluice:sequence-numbers}, a list of whole numbers: the link is for these messages of a queue and no others. Immutable.
 *
 * @param asked the filter under the name it came with: what the attach is answered with
 * @param numbers each once, in the order asked for
 */
public record SequenceFilter(Map<Symbol, Object> asked, List<Long> numbers) {
    /** Most messages that one link may ask for. */
    public static final int MAX_NUMBERS = 1000;

    /** As an AMQP descriptor. */
    public static final Symbol SYMBOL = Symbol.valueOf("sluice:sequence-numbers");

    /** Not asked for. */
    private static final SequenceFilter NONE = new SequenceFilter(Map.of(), List.of());

    public SequenceFilter {
        numbers = List.copyOf(numbers);
    }

    /**
     * @param filters of a source, may be null
     * @return with numbers where they are asked for
     * @throws InvalidFilterException they are no numbers, too many, or not alone
     */
    public static SequenceFilter of(Map<?, ?> filters) throws InvalidFilterException {
        for (Map.Entry<?, ?> filter : filters == null ? Map.<Object, Object>of().entrySet() : filters.entrySet()) {
            if (filter.getKey() instanceof Symbol name
                    && filter.getValue() instanceof DescribedType described
                    && SYMBOL.equals(described.getDescriptor())) {
                try {
                    if (filters.size() > 1) {
                        throw wrong("it goes with no other filter");
                    }
                    return new SequenceFilter(Map.of(name, described), numbers(described.getDescribed()));
                } catch (InvalidFilterException e) {
                    throw e.of("filter '" + name + "'");
                }
            }
        }
        return NONE;
    }

    public boolean isPresent() {
        return !numbers.isEmpty();
    }

    private static List<Long> numbers(Object value) throws InvalidFilterException {
        List<?> list = value instanceof Object[] array ? List.of(array) : value instanceof List<?> given ? given : null;
        if (list == null || list.isEmpty()) {
            throw wrong("its value is not a list of whole numbers");
        }
        if (list.size() > MAX_NUMBERS) {
            throw wrong("it has " + list.size() + " numbers, and may have " + MAX_NUMBERS);
        }
        Set<Long> numbers = new LinkedHashSet<>();
        for (Object each : list) {
            boolean whole = each instanceof UnsignedLong
                    || each instanceof UnsignedInteger
                    || each instanceof Long
                    || each instanceof Integer;
            if (!whole) {
                throw wrong("its value is not a list of whole numbers");
            }
            if (!numbers.add(((Number) each).longValue())) {
                throw wrong("it has " + each + " twice");
            }
        }
        return new ArrayList<>(numbers);
    }

    private static InvalidFilterException wrong(String text) {
        return new InvalidFilterException(InvalidFilterException.NOWHERE, text);
    }
}
