package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The messages consumed in one turn, gathered so that a thousand settlements are one record. */
final class Removals {
    /** In one record: a journal takes no more than a segment at once. */
    private static final int MAX_RANGES = 2_000;

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
        decide(queueId, ranges, Removed.Reason.CONSUMED, true, turn, applied -> {
            for (Turn.Effect effect : all) {
                effect.run(applied);
            }
        });
    }

    /** Decides a removal of any size, in records of a bounded one. @param then runs after the last is applied */
    static void decide(
            long queueId, SequenceRanges ranges, Removed.Reason reason, boolean durable, Turn turn, Turn.Effect then) {
        List<SequenceRanges> parts = ranges.split(MAX_RANGES);
        for (int i = 0; i < parts.size() - 1; i++) {
            turn.decide(new Removed(queueId, parts.get(i), reason), durable, Turn.Effect.NOTHING);
            turn.cut();
        }
        turn.decide(new Removed(queueId, parts.get(parts.size() - 1), reason), durable, then);
    }
}
