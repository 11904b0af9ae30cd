package io.sluice.amqp.filter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;

/** Filters as a person reads them. */
public final class FilterText {
    /** A selector may be longer than anybody reads. */
    private static final int MAX_CHARACTERS = 1_000;

    private FilterText() {}

    /** @param filters of a source (AMQP 1.0 §3.5.8), null for none. @return "" for none */
    public static String of(Map<?, ?> filters) {
        List<String> texts = new ArrayList<>();
        if (filters != null) {
            for (Object filter : filters.values()) {
                Object value = filter instanceof DescribedType described ? described.getDescribed() : filter;
                if (value != null) {
                    texts.add(value.toString());
                }
            }
        }
        String all = texts.size() == 1 ? texts.get(0) : String.join(" and ", texts);
        return all.length() > MAX_CHARACTERS ? all.substring(0, MAX_CHARACTERS) + "…" : all;
    }
}
