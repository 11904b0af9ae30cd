package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one producer sent to a queue, in one of priorities with the same priority, is first given out in the order it was sent in. */
final class OrderOfFirstDeliveries implements ClusterInvariant {
    private final String queue;
    private final boolean hasLevels;
    private final Map<String, Integer> priorities = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private final Map<String, Long> newest = new HashMap<>();

    OrderOfFirstDeliveries(String queue, boolean hasLevels) {
        this.queue = queue;
        this.hasLevels = hasLevels;
    }

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> batch.forEach(record -> LogEntry.enqueued(record)
                .forEach(enqueued -> priorities.put(
                        Texts.id(enqueued.message()), enqueued.message().priority()))));
    }

    @Override
    public void delivered(int member, Content.Held message, List<Integer> serving, Complaints complaints) {
        if (!message.queue().equals(queue) || !seen.add(message.id())) {
            return;
        }
        Integer priority = priorities.get(message.id());
        if (priority == null) {
            complaints.broken(message + " was given out and is not committed");
            return;
        }
        long number = Texts.number(message.id());
        String level = Texts.sender(message.id()) + (hasLevels ? " at " + priority : "");
        Long before = newest.put(level, number);
        if (before != null && before > number) {
            complaints.broken(message + " was first given out behind number " + before);
        }
    }
}
