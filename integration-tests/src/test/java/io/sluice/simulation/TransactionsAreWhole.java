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
        Map<String, Integer> parts = new HashMap<>();
        Set<Long> removed = new HashSet<>();
        for (JournalRecord record : batch) {
            if (record instanceof JournalRecord.Enqueued enqueued) {
                String sender = Texts.sender(Texts.id(enqueued.message()));
                if (begun.containsKey(sender)) {
                    parts.merge(sender, 1, Integer::sum);
                }
            } else if (record instanceof JournalRecord.Removed gone) {
                add(removed, gone);
            }
        }
        parts.forEach((transaction, count) -> {
            Work work = begun.get(transaction);
            // What comes again is one of its messages that became a dead letter.
            boolean isNew = whole.add(transaction);
            if (isNew && (count != work.sends || !removed.contains(work.sequence))) {
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
