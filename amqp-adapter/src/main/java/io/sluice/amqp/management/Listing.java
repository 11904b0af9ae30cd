package io.sluice.amqp.management;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The entities of one type in an order that stays, as QUERY shows them. */
interface Listing {
    /** Of the entities, for those who name none. */
    List<String> attributes();

    /** @param then hears once, on any thread */
    void page(Page page, Consumer<Rows> then);

    /**
     * A part of a list.
     *
     * @param offset entities in front of it
     * @param count most entities of it
     */
    record Page(long offset, int count) {
        /** Where so many entities are in front of the list that is looked at next. */
        Page behind(long total, int got) {
            return new Page(Math.max(0, offset - total), count - got);
        }

        <T> List<T> of(List<T> all) {
            int from = (int) Math.min(offset, all.size());
            return all.subList(from, (int) Math.min((long) from + count, all.size()));
        }
    }

    /**
     * @param rows attributes by name
     * @param total entities there are in all
     */
    record Rows(List<Map<String, Object>> rows, long total) {}
}
