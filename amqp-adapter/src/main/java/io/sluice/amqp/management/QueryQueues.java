package io.sluice.amqp.management;

import io.sluice.broker.QueueStatus;
import io.sluice.broker.shard.ShardMailbox;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * QUERY: 200 with {@code attributeNames} and {@code results}, one row per queue by name. {@code offset} and {@code count} cut a
 * page out of it; the answer's own {@code count} says how many rows it has.
 */
final class QueryQueues implements Operation {
    /** Rows of one answer at most: it is built in memory. */
    static final int MAX_ROWS = 10_000;

    private static final String ATTRIBUTE_NAMES = "attributeNames";

    private final Queues queues;

    QueryQueues(Queues queues) {
        this.queues = queues;
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
        List<String> names = names(request.body().get(ATTRIBUTE_NAMES));
        Page page = new Page(request.count("offset", 0), Math.min(MAX_ROWS, request.count("count", MAX_ROWS)));
        boolean ofQueues =
                request.text("entityType").orElse(QueueAttributes.TYPE).equals(QueueAttributes.TYPE);
        if (!ofQueues || queues.all().isEmpty()) {
            give(List.of(), names, page, answer);
            return;
        }
        AtomicInteger shardsLeft = new AtomicInteger(queues.all().size());
        Queue<QueueStatus> gathered = new ConcurrentLinkedQueue<>();
        for (ShardMailbox shard : queues.all()) {
            shard.list(Queues.NO_BATCHES, answer.then(all -> {
                gathered.addAll(all);
                if (shardsLeft.decrementAndGet() == 0) {
                    give(gathered, names, page, answer);
                }
            }));
        }
    }

    private record Page(int offset, int count) {}

    private static void give(Iterable<QueueStatus> all, List<String> names, Page page, Answer answer) {
        List<QueueStatus> sorted = new ArrayList<>();
        all.forEach(sorted::add);
        sorted.sort(Comparator.comparing(status -> status.definition().name()));
        List<List<Object>> rows = sorted.stream()
                .skip(page.offset())
                .limit(page.count())
                .map(status -> QueueAttributes.row(status, names))
                .toList();
        answer.give(Status.OK, "OK", Map.of(ATTRIBUTE_NAMES, names, "results", rows), Map.of("count", rows.size()));
    }

    /** All of them where the request names none. */
    private static List<String> names(Object asked) throws ManagementException {
        if (asked == null || (asked instanceof List && ((List<?>) asked).isEmpty())) {
            return QueueAttributes.names();
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
        return names;
    }
}
