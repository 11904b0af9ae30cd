package io.sluice.broker.queue;

import io.sluice.broker.Message;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.Arrays;
import java.util.TreeSet;

/**
 * Where a consumer that takes selected messages stands: in each level, what it has examined is not examined again, unless it comes
 * back. What is out of memory it reads for itself, one page at a time; only what it selects comes into memory.
 */
final class FilterCursor {
    /** In one go; then others have their turn. */
    private static final int MAX_EXAMINED = 5_000;
    /** Of a level; more are looked for again, rather than remembered. */
    private static final int MAX_CAME_BACK = 10_000;

    private final Consumer consumer;
    private final QueueState state;
    private final QueueLoads loads;
    private final PageReading reading;
    /** By level; everything before is examined. */
    private final long[] next;
    /** By level, selected messages that are before {@link #next}. */
    private final TreeSet<Long>[] cameBack;

    private int examined;

    @SuppressWarnings({"unchecked", "rawtypes"})
    FilterCursor(Consumer consumer, QueueState state, QueueLoads loads, PageReading reading) {
        this.consumer = consumer;
        this.state = state;
        this.loads = loads;
        this.reading = reading;
        this.next = new long[state.levelCount()];
        this.cameBack = new TreeSet[next.length];
        Arrays.setAll(cameBack, level -> new TreeSet<>());
    }

    /** A page is on its way that must be looked at before anything can be said. */
    boolean isWaiting() {
        return reading.isWaiting();
    }

    /** So much was examined that others should have their turn. */
    boolean isTired() {
        return examined >= MAX_EXAMINED;
    }

    /** A new look begins. */
    void rested() {
        examined = 0;
    }

    /** A message is available that was not: if the cursor is past it, it is looked at now. */
    void becameAvailable(QueueEntry entry) {
        int level = state.levelOf(entry.message);
        if (entry.sequence < next[level] && consumer.mayTake(entry)) {
            if (cameBack[level].size() == MAX_CAME_BACK) {
                next[level] = Math.min(cameBack[level].first(), entry.sequence);
                cameBack[level].clear();
            } else {
                cameBack[level].add(entry.sequence);
            }
        }
    }

    /**
     * The first selected message of the level.
     *
     * @return null where there is none, and where the cursor {@link #isWaiting} or {@link #isTired}
     */
    QueueEntry peek(int level, long nowMillis) {
        while (!cameBack[level].isEmpty() && !isWaiting()) {
            long sequence = cameBack[level].first();
            QueueEntry entry = find(level, sequence, nowMillis);
            if (entry != null || isWaiting()) {
                return entry;
            }
            cameBack[level].remove(sequence);
        }
        while (!isWaiting() && !isTired()) {
            PagedLevel paged = state.runs().level(level);
            PagedRun run = paged == null ? null : paged.nextOut(next[level]);
            int index = run == null ? -1 : run.nextOutFrom(next[level]);
            long outSequence = run == null ? Long.MAX_VALUE : run.sequence(index);
            QueueEntry entry = resident(level, outSequence);
            if (entry != null || outSequence == Long.MAX_VALUE || isTired()) {
                return entry;
            }
            entry = out(run, index, nowMillis);
            if (entry != null || isWaiting()) {
                return entry;
            }
            next[level] = outSequence + 1;
        }
        return null;
    }

    /** Walks over what is in memory before {@code endSequence}; the cursor stays at what it selects. */
    private QueueEntry resident(int level, long endSequence) {
        QueueEntry entry = state.entries().atOrAfter(next[level]);
        while (entry != null && entry.sequence < endSequence && !isTired()) {
            examined++;
            boolean is = entry.links.inReady && state.levelOf(entry.message) == level && consumer.mayTake(entry);
            next[level] = is ? entry.sequence : entry.sequence + 1;
            if (is) {
                return entry;
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return null;
    }

    /** @return the entry of a selected message, brought into memory; null where it is not, or its page must be read first */
    private QueueEntry out(PagedRun run, int index, long nowMillis) {
        Enqueued stored = reading.message(run, index);
        if (stored == null) {
            return null;
        }
        examined++;
        boolean expired = stored.expiresAtMillis() != Message.NONE && stored.expiresAtMillis() <= nowMillis;
        Returned override = state.runs().overrideOf(stored.sequence());
        Message message = override == null ? stored.message() : stored.message().withAdded(override.added());
        return expired || !consumer.selects(message) ? null : loads.bringIn(run, stored);
    }

    /** @return a message that came back, null where it is not available any more or its page must be read first */
    private QueueEntry find(int level, long sequence, long nowMillis) {
        QueueEntry entry = state.entries().find(sequence);
        if (entry != null) {
            return entry.links.inReady && consumer.mayTake(entry) ? entry : null;
        }
        PagedRun run = state.runs().find(sequence);
        boolean available = run != null && run.isReadable() && !run.isScheduled && run.level == level;
        return available ? out(run, run.indexOf(sequence), nowMillis) : null;
    }
}
