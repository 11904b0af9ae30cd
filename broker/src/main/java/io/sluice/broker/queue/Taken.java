package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.ArrayList;
import java.util.List;

/** Messages that an administrator takes out of a queue, one by one, until their removal is decided: nobody else can have them. */
final class Taken {
    private final QueueState state;
    private final Availability availability;
    private final List<Long> durable = new ArrayList<>();
    private final List<Long> passing = new ArrayList<>();

    Taken(QueueState state, Availability availability) {
        this.state = state;
        this.availability = availability;
    }

    /** @param entry that nobody has ({@link QueueEntry#isHeld}) */
    void take(QueueEntry entry) {
        availability.take(entry, QueueEntry.State.SETTLING);
        (entry.durable ? durable : passing).add(entry.sequence);
    }

    /** One that is out of memory and cannot be read. */
    void takeDamaged(long sequence) {
        durable.add(sequence);
    }

    /** The removal of what was taken since the last time is decided. */
    void decide(Turn turn) {
        decide(durable, true, turn);
        decide(passing, false, turn);
    }

    private void decide(List<Long> sequences, boolean isDurable, Turn turn) {
        if (sequences.isEmpty()) {
            return;
        }
        long[] all = sequences.stream().mapToLong(Long::longValue).toArray();
        sequences.clear();
        SequenceRanges ranges = SequenceRanges.ofSequences(all, all.length);
        Removals.decide(state.id(), ranges, Removed.Reason.PURGED, isDurable, turn, Turn.Effect.NOTHING);
        turn.cut();
    }
}
