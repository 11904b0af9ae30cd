package io.sluice.broker.shard;

import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayList;
import java.util.List;

/** Decisions on their way through the journal: what is applied, and what follows, when they are committed. */
final class Batch {
    /** What a record costs beside its message; for limits, not exact. */
    private static final int RECORD_OVERHEAD_BYTES = 80;

    private final List<JournalRecord> records = new ArrayList<>();
    private final List<Turn.Effect> effects = new ArrayList<>();
    private long bytes;

    void add(JournalRecord record, Turn.Effect then) {
        records.add(record);
        bytes += RECORD_OVERHEAD_BYTES
                + (record instanceof JournalRecord.Enqueued enqueued
                        ? enqueued.message().residentBytes()
                        : 0);
        addEffect(then);
    }

    void addEffect(Turn.Effect effect) {
        if (effect != Turn.Effect.NOTHING) {
            effects.add(effect);
        }
    }

    boolean isEmpty() {
        return records.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    List<JournalRecord> records() {
        return records;
    }

    List<Turn.Effect> effects() {
        return effects;
    }
}
