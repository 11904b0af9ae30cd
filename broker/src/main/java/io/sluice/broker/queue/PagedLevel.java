package io.sluice.broker.queue;

import java.util.TreeSet;

/** The pages of one priority level of a queue that have messages out of memory, or that may be put out of it, by sequence. */
final class PagedLevel {
    /** With messages out of memory that will be delivered. */
    private final TreeSet<PagedRun> out = new TreeSet<>(PagedRun.BY_SEQUENCE);
    /** With messages out of memory that will not: they are leaving, or cannot be read. */
    private final TreeSet<PagedRun> apart = new TreeSet<>(PagedRun.BY_SEQUENCE);
    /** With messages in memory that a page has as well. */
    private final TreeSet<PagedRun> evictable = new TreeSet<>(PagedRun.BY_SEQUENCE);
    /** How far the first and the last message of a run may be from each other. */
    private long widest;
    /** See {@link #first()}; null where it has to be looked for. */
    private PagedRun first;

    TreeSet<PagedRun> out() {
        return out;
    }

    TreeSet<PagedRun> apart() {
        return apart;
    }

    TreeSet<PagedRun> evictable() {
        return evictable;
    }

    void measure(PagedRun run) {
        widest = Math.max(widest, run.lastSequence() - run.firstSequence);
    }

    /** What is out changed: the first message may be another one. */
    void changed() {
        first = null;
    }

    /** @return the run with the first message that is out and will be delivered, null where there is none */
    PagedRun first() {
        if (first == null && !out.isEmpty()) {
            first = nextOut(0);
        }
        return first;
    }

    /** The first message that is out and will be delivered; {@link Long#MAX_VALUE} where none is. */
    long boundary() {
        PagedRun run = first();
        return run == null ? Long.MAX_VALUE : run.sequence(run.nextOut(0));
    }

    /** @return the run that has this message out of memory, null where none has */
    PagedRun find(long sequence) {
        PagedRun run = find(out, sequence);
        return run == null ? find(apart, sequence) : run;
    }

    private PagedRun find(TreeSet<PagedRun> runs, long sequence) {
        if (runs.isEmpty()) {
            return null;
        }
        for (PagedRun run : runs.headSet(PagedRun.behind(sequence), true).descendingSet()) {
            if (sequence - run.firstSequence > widest) {
                return null;
            }
            int index = run.indexOf(sequence);
            if (index >= 0 && run.isOut(index)) {
                return run;
            }
        }
        return null;
    }

    /** @return the run with the first message at or behind {@code sequence} that is out and will be delivered, null for none */
    PagedRun nextOut(long sequence) {
        PagedRun best = null;
        long bestSequence = Long.MAX_VALUE;
        for (PagedRun run : overlapping(out, sequence)) {
            if (run.firstSequence >= bestSequence) {
                break;
            }
            int index = run.nextOutFrom(sequence);
            if (index >= 0 && run.sequence(index) < bestSequence) {
                best = run;
                bestSequence = run.sequence(index);
            }
        }
        return best;
    }

    /** Those that may reach to {@code sequence} or lie behind it, ascending. */
    Iterable<PagedRun> overlapping(TreeSet<PagedRun> runs, long sequence) {
        return runs.isEmpty() ? runs : runs.tailSet(PagedRun.before(sequence - widest), true);
    }
}
