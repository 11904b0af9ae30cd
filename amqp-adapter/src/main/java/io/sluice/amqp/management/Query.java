package io.sluice.amqp.management;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * QUERY: 200 with {@code attributeNames} and {@code results}, a row per entity. {@code entityType} asks for one type, else it is
 * all of them. {@code offset} and {@code count} cut a page out of it; the answer's own {@code count} says how many rows it has,
 * {@code total} how many there are. An answer has about half a megabyte at most: who wants the rest asks again behind it.
 */
final class Query implements Operation {
    /** Rows of one answer at most. */
    static final int MAX_ROWS = 1_000;

    private static final int MAX_BYTES = 512 << 10;
    private static final int MAX_NAMES = 200;
    private static final String ATTRIBUTE_NAMES = "attributeNames";

    private final Map<String, Listing> listings;

    /** @param listings by entity type, in the order in which they are shown */
    Query(Map<String, Listing> listings) {
        this.listings = new LinkedHashMap<>(listings);
    }

    @Override
    public String name() {
        return "QUERY";
    }

    @Override
    public List<String> arguments() {
        return List.of("entityType", "offset", "count", ATTRIBUTE_NAMES);
    }

    @Override
    public void run(ManagementRequest request, Answer answer) throws ManagementException {
        Optional<String> type = request.text("entityType").filter(name -> !name.isEmpty());
        List<Listing> asked = new ArrayList<>();
        listings.forEach((name, listing) -> {
            if (type.isEmpty() || type.get().equals(name)) {
                asked.add(listing);
            }
        });
        List<String> names = names(request.body().get(ATTRIBUTE_NAMES));
        if (names.isEmpty()) {
            Set<String> all = new LinkedHashSet<>();
            asked.forEach(listing -> all.addAll(listing.attributes()));
            names = List.copyOf(all);
        }
        Listing.Page page =
                new Listing.Page(request.count("offset", 0), Math.min(MAX_ROWS, request.count("count", MAX_ROWS)));
        new Gathering(asked, names, answer).next(0, page);
    }

    /** Empty where the request names none. */
    private static List<String> names(Object asked) throws ManagementException {
        if (asked == null) {
            return List.of();
        }
        if (!(asked instanceof List)) {
            throw ManagementException.badRequest("attributeNames is no list");
        }
        List<String> names = new ArrayList<>();
        for (Object name : (List<?>) asked) {
            if (!(name instanceof String)) {
                throw ManagementException.badRequest("attributeNames holds something that is no string");
            }
            names.add((String) name);
        }
        if (names.size() > MAX_NAMES) {
            throw ManagementException.badRequest(
                    "attributeNames holds " + names.size() + " names, more than " + MAX_NAMES);
        }
        return names;
    }

    /** Asks one listing after the other. */
    private static final class Gathering {
        private final List<Listing> listings;
        private final List<String> names;
        private final Answer answer;
        private final List<List<Object>> rows = new ArrayList<>();
        private long bytes;
        private long total;

        Gathering(List<Listing> listings, List<String> names, Answer answer) {
            this.listings = listings;
            this.names = names;
            this.answer = answer;
        }

        void next(int index, Listing.Page page) {
            if (index == listings.size()) {
                answer.give(
                        Status.OK,
                        "OK",
                        Map.of(ATTRIBUTE_NAMES, names, "results", rows),
                        Map.of("count", rows.size(), "total", total));
                return;
            }
            listings.get(index).page(page, found -> {
                int before = rows.size();
                for (Map<String, Object> entity : found.rows()) {
                    if (bytes < MAX_BYTES) {
                        add(entity);
                    }
                }
                total += found.total();
                next(index + 1, page.behind(found.total(), rows.size() - before));
            });
        }

        private void add(Map<String, Object> entity) {
            List<Object> row = new ArrayList<>(names.size());
            for (String name : names) {
                Object value = entity.get(name);
                bytes += value instanceof String text ? 5 + 3L * text.length() : 9;
                row.add(value);
            }
            rows.add(row);
        }
    }
}
