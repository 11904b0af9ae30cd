package io.sluice.broker.shard;

import io.sluice.broker.queue.Turn;
import io.sluice.broker.record.JournalRecord;
import java.util.ArrayList;
import java.util.List;

/** Decisions on their way through the journal: what is applied, and what follows, when they are committed. */
final class Batch {
    private final List<JournalRecord> records = new ArrayList<>();
    private final List<Turn.Effect> effects = new ArrayList<>();
    private long bytes;
    /** Where it may be cut in two: so many of each belong to the first part. */
    private int cutRecords;

    private int cutEffects;
    private long cutBytes;

    void add(JournalRecord record, Turn.Effect then) {
        records.add(record);
        bytes += RecordSize.of(record);
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

    /** In the journal; about, and not less. */
    long bytes() {
        return bytes;
    }

    List<JournalRecord> records() {
        return records;
    }

    List<Turn.Effect> effects() {
        return effects;
    }

    /** What follows need not stand or fall with what is in here. */
    void mayBeCutHere() {
        cutRecords = records.size();
        cutEffects = effects.size();
        cutBytes = bytes;
    }

    boolean canBeCut() {
        return cutRecords > 0;
    }

    /** Takes out the first part, up to where it may be cut. */
    Batch cut() {
        Batch first = new Batch();
        first.records.addAll(records.subList(0, cutRecords));
        first.effects.addAll(effects.subList(0, cutEffects));
        first.bytes = cutBytes;
        records.subList(0, cutRecords).clear();
        effects.subList(0, cutEffects).clear();
        bytes -= cutBytes;
        cutRecords = 0;
        cutEffects = 0;
        cutBytes = 0;
        return first;
    }
}
