package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Of a transaction all is committed at once, or nothing; of one that its client was told of, all. */
final class TransactionsAreWhole implements ClusterInvariant {
    private final Map<String, Work> begun = new HashMap<>();
    private final Set<String> whole = new HashSet<>();
    private final Set<String> confirmed = new HashSet<>();

    private record Work(int sends, String queue, long sequence) {}

    void began(String transaction, int sends, String queue, long sequence) {
        begun.put(transaction, new Work(sends, queue, sequence));
    }

    void confirmed(String transaction) {
        confirmed.add(transaction);
    }

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> committed(batch, complaints));
    }

    private void committed(List<JournalRecord> batch, Complaints complaints) {
        // Of what is copied elsewhere, too, there are several.
        Map<String, Set<String>> parts = new HashMap<>();
        Set<Long> removed = new HashSet<>();
        for (JournalRecord record : batch) {
            for (JournalRecord.Enqueued enqueued : LogEntry.enqueued(record)) {
                String id = Texts.id(enqueued.message());
                if (begun.containsKey(Texts.sender(id))) {
                    parts.computeIfAbsent(Texts.sender(id), sender -> new HashSet<>())
                            .add(id);
                }
            }
            if (record instanceof JournalRecord.Removed gone) {
                add(removed, gone);
            }
        }
        parts.forEach((transaction, ids) -> {
            Work work = begun.get(transaction);
            // What comes again is one of its messages that became a dead letter.
            boolean isNew = whole.add(transaction);
            if (isNew && (ids.size() != work.sends || !removed.contains(work.sequence))) {
                complaints.broken("transaction " + transaction + " of " + work + " is in " + batch);
            }
        });
    }

    private static void add(Set<Long> removed, JournalRecord.Removed gone) {
        for (int i = 0; i < gone.sequences().rangeCount(); i++) {
            for (long s = gone.sequences().first(i); s <= gone.sequences().last(i); s++) {
                removed.add(s);
            }
        }
    }

    @Override
    public void ended(Map<Integer, Content> members, Complaints complaints) {
        Set<String> absent = new HashSet<>(confirmed);
        absent.removeAll(whole);
        if (!absent.isEmpty()) {
            complaints.broken("transactions committed and absent: " + absent);
        }
    }
}
