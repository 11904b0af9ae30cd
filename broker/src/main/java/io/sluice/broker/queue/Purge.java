package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Removed;
import io.sluice.broker.record.SequenceRanges;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Removes all of a queue that is available or scheduled, and what cannot be read. Nothing is read for it: what is out of memory is known by its
 * sequences. Goes through the queue a stretch of sequences at a time, so that its records are few (neighbours of all levels make
 * one range) and none is large.
 */
final class Purge {
    private static final int STRETCH = 1 << 16;

    private final QueueState state;
    private final Availability availability;
    private final long[] stretch = BitRow.none(STRETCH);
    private final Set<PagedRun> leaving = new LinkedHashSet<>();

    Purge(QueueState state, Availability availability) {
        this.state = state;
        this.availability = availability;
    }

    /** @return how many messages leave */
    long decide(Turn turn) {
        long count = 0;
        long from = first();
        while (from < state.nextSequence()) {
            count += decide(from, true, turn) + decide(from, false, turn);
            from += STRETCH;
        }
        leaving.forEach(state.runs()::leaving);
        return count;
    }

    private long first() {
        QueueEntry entry = state.entries().atOrAfter(0);
        long first = entry == null ? Long.MAX_VALUE : entry.sequence;
        for (int level = 0; level < state.runs().levelCount(); level++) {
            PagedLevel paged = state.runs().level(level);
            if (paged != null) {
                first = Math.min(first, first(paged.out()));
                first = Math.min(first, first(paged.apart()));
            }
        }
        return first;
    }

    private static long first(TreeSet<PagedRun> runs) {
        return runs.isEmpty() ? Long.MAX_VALUE : runs.first().firstSequence;
    }

    private long decide(long from, boolean durable, Turn turn) {
        Arrays.fill(stretch, 0);
        takeResident(from, durable);
        if (durable) {
            for (int level = 0; level < state.runs().levelCount(); level++) {
                PagedLevel paged = state.runs().level(level);
                if (paged != null) {
                    takeOut(paged.overlapping(paged.out(), from), from);
                    takeOut(paged.overlapping(paged.apart(), from), from);
                }
            }
        }
        int count = BitRow.count(stretch);
        if (count > 0) {
            Removals.decide(state.id(), ranges(from), Removed.Reason.PURGED, durable, turn, Turn.Effect.NOTHING);
            turn.cut();
        }
        return count;
    }

    private void takeResident(long from, boolean durable) {
        QueueEntry entry = state.entries().atOrAfter(from);
        while (entry != null && entry.sequence < from + STRETCH) {
            if (entry.isHeld() && entry.durable == durable) {
                availability.take(entry, QueueEntry.State.SETTLING);
                BitRow.set(stretch, (int) (entry.sequence - from));
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
    }

    private void takeOut(Iterable<PagedRun> runs, long from) {
        for (PagedRun run : runs) {
            if (run.firstSequence >= from + STRETCH) {
                return;
            }
            if (run.state == PagedRun.State.LEAVING) {
                continue;
            }
            for (int index = run.nextOutFrom(from); index >= 0; index = run.nextOut(index + 1)) {
                if (run.sequence(index) >= from + STRETCH) {
                    break;
                }
                BitRow.set(stretch, (int) (run.sequence(index) - from));
            }
            if (run.lastSequence() < from + STRETCH) {
                leaving.add(run);
            }
        }
    }

    private SequenceRanges ranges(long from) {
        long[] bounds = new long[16];
        int n = 0;
        for (int at = BitRow.next(stretch, 0); at >= 0; at = BitRow.next(stretch, at + 1)) {
            if (n > 0 && bounds[n - 1] == from + at - 1) {
                bounds[n - 1]++;
                continue;
            }
            if (n == bounds.length) {
                bounds = Arrays.copyOf(bounds, n * 2);
            }
            bounds[n++] = from + at;
            bounds[n++] = from + at;
        }
        return SequenceRanges.ofBounds(Arrays.copyOf(bounds, n));
    }
}
