package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A subscription that a client was told of has all that was accepted for its topic from then on, and the last of what was accepted before it was
 * asked for, which its topic has kept.
 */
final class SubscribersGetAll implements ClusterInvariant {
    private final List<String> published = new ArrayList<>();
    /** By the names of the subscriptions' queues: from which message on, and up to which. */
    private final Map<String, Integer> asked = new HashMap<>();

    private final Map<String, Integer> first = new HashMap<>();
    private final Map<String, Integer> end = new HashMap<>();
    private final Map<Long, String> names = new HashMap<>();
    private final Map<String, Set<String>> had = new HashMap<>();

    /** A message for the topic is accepted. */
    void published(String id) {
        published.add(id);
    }

    void asked(String queue) {
        asked.put(queue, Math.max(0, published.size() - 1));
    }

    void confirmed(String queue) {
        first.putIfAbsent(queue, asked.get(queue));
    }

    void leaves(String queue) {
        end.put(queue, published.size());
    }

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> batch.forEach(this::committed));
    }

    private void committed(JournalRecord record) {
        if (record instanceof JournalRecord.QueueDeclared declared) {
            names.put(declared.queueId(), declared.definition().name());
        }
        LogEntry.enqueued(record)
                .forEach(enqueued -> had.computeIfAbsent(names.get(enqueued.queueId()), name -> new HashSet<>())
                        .add(Texts.id(enqueued.message())));
    }

    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        first.forEach((queue, from) -> {
            List<String> missing = new ArrayList<>(published.subList(from, end.getOrDefault(queue, published.size())));
            missing.removeAll(had.getOrDefault(queue, Set.of()));
            if (!missing.isEmpty()) {
                complaints.broken(queue + " was never given " + missing);
            }
        });
    }
}
