package io.sluice.simulation;

import io.sluice.broker.record.JournalRecord;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A queue that knows what was sent before takes nothing twice, however often a producer had to ask. */
final class NothingTwice implements ClusterInvariant {
    private final Set<String> taken = new HashSet<>();

    @Override
    public void committed(long index, List<List<JournalRecord>> batches, Complaints complaints) {
        batches.forEach(batch -> batch.forEach(record -> {
            if (record instanceof JournalRecord.Enqueued enqueued
                    && !enqueued.duplicateId().isEmpty()
                    && !taken.add(enqueued.duplicateId())) {
                complaints.broken(enqueued.duplicateId() + " was taken twice");
            }
        }));
    }
}
