package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The messages consumed in one turn, gathered so that a thousand settlements are one record. */
final class Removals {
    private long[] sequences = new long[16];
    private int count;
    private List<Turn.Effect> effects = new ArrayList<>();

    boolean isEmpty() {
        return count == 0;
    }

    void add(long sequence, Turn.Effect then) {
        if (count == sequences.length) {
            sequences = Arrays.copyOf(sequences, count * 2);
        }
        sequences[count++] = sequence;
        effects.add(then);
    }

    /** Decides them all, as one record. */
    void decide(long queueId, Turn turn) {
        if (count == 0) {
            return;
        }
        List<Turn.Effect> all = effects;
        effects = new ArrayList<>();
        SequenceRanges ranges = SequenceRanges.ofSequences(sequences, count);
        count = 0;
        turn.decide(new Removed(queueId, ranges, Removed.Reason.CONSUMED), true, applied -> {
            for (Turn.Effect effect : all) {
                effect.run(applied);
            }
        });
    }
}
