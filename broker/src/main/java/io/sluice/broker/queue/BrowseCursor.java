package io.sluice.broker.queue;

import io.sluice.broker.Invariant;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Where a browsing consumer stands: it walks the levels from the highest down, each in order, over what was in the queue when it
 * attached. One that follows the queue goes on from there by sequence over what has come since, whatever its level, and looks at what became available
 * where it had passed. It holds a place and no entry, so messages may come and go while it walks. What is out of memory it reads for itself,
 * one page at a time, and leaves where it is. What it is to see beside what is available stands in its own place, too.
 */
final class BrowseCursor {
    private static final int BEHIND_ALL_LEVELS = -1;
    /** What a number that is kept in mind takes of memory; about. */
    private static final int BYTES = 64;

    private final QueueState state;
    private final Availability availability;
    private final PageReading reading;
    /** Of pages whose messages wait: by sequence they lie between the others. */
    private final PageReading readingOfWaiting;

    private final Consumer.Sight sight;
    private final boolean follows;
    private final long endSequence;
    private int level;
    private long nextSequence = 1;
    /** It cannot go on before a page is read. */
    private boolean halted;
    /** It reads for the broker itself. */
    private boolean brokers;

    /** Sequences that became available where it had passed; of one that follows. */
    private final TreeSet<Long> late = new TreeSet<>();
    /** Sequences it has seen that somebody has now: they are nothing new if they come back. Of one that follows. */
    private final Set<Long> lent = new HashSet<>();

    /**
     * @param sight what it sees beside what is available; of one that follows nothing
     * @param follows whether it sees what comes in from now on
     */
    BrowseCursor(
            QueueState state,
            Availability availability,
            Supplier<PageReading> readings,
            Consumer.Sight sight,
            boolean follows) {
        this.state = state;
        this.availability = availability;
        this.reading = readings.get();
        this.readingOfWaiting = readings.get();
        this.sight = sight;
        this.follows = follows;
        this.level = state.levelCount() - 1;
        this.endSequence = state.nextSequence();
    }

    boolean follows() {
        return follows;
    }

    /** Whether it waits while the queue is paused. */
    boolean isHeldUpByPause() {
        return follows && !brokers;
    }

    /** It reads for the broker itself and begins at this number. Only before it has looked at anything, and where the queue has one level. */
    void startAt(long sequence) {
        Invariant.check(level == 0 && nextSequence == 1, "a browser that has begun is not to begin elsewhere");
        nextSequence = Math.max(1, sequence);
        brokers = true;
    }

    /** A page is on its way that must be looked at before the walk can go on. */
    boolean isWaiting() {
        return reading.isWaiting() || readingOfWaiting.isWaiting();
    }

    /** A message is available that was not. */
    void becameAvailable(int itsLevel, long sequence) {
        if (!forget(lent, sequence) && !isAhead(itsLevel, sequence) && late.add(sequence)) {
            state.memory().add(BYTES);
        }
    }

    /** Somebody has a message that was available, and may give it back. Of one that follows. */
    void wasLent(int itsLevel, long sequence) {
        if (hasSeen(itsLevel, sequence) && lent.add(sequence)) {
            state.memory().add(BYTES);
        }
        forget(late, sequence);
    }

    /** A message has left the queue. */
    void left(long sequence) {
        forget(lent, sequence);
        forget(late, sequence);
    }

    /** Whoever it belongs to is gone. */
    void close() {
        state.memory().add((long) -BYTES * (late.size() + lent.size()));
        late.clear();
        lent.clear();
    }

    /** @return whether it was kept in mind */
    private boolean forget(Set<Long> kept, long sequence) {
        boolean was = !kept.isEmpty() && kept.remove(sequence);
        if (was) {
            state.memory().add(-BYTES);
        }
        return was;
    }

    private boolean isAhead(int itsLevel, long sequence) {
        return sequence >= firstAhead(itsLevel);
    }

    /** It comes to messages of the level from this number on. */
    private long firstAhead(int itsLevel) {
        if (level == BEHIND_ALL_LEVELS) {
            return nextSequence;
        }
        return itsLevel < level ? 1 : itsLevel == level ? nextSequence : endSequence;
    }

    /** Whether an available message was looked at. Of one that follows. */
    boolean hasSeen(int itsLevel, long sequence) {
        return !isAhead(itsLevel, sequence) && !late.contains(sequence);
    }

    /** Whether it has looked at all there is. Of one that follows. */
    boolean hasSeenAll() {
        boolean more = !late.isEmpty();
        for (int each = 0; each < state.levelCount() && !more; each++) {
            PagedLevel paged = state.runs().level(each);
            more = availability.ready().level(each).reaches(firstAhead(each))
                    || (paged != null && paged.nextOut(firstAhead(each)) != null);
        }
        return !more;
    }

    /**
     * The next message to look at; it stays the next until {@link #passed}.
     *
     * @return null at the end, and where {@link #isWaiting}
     */
    QueueEntry peek(long nowMillis) {
        halted = isWaiting();
        while (level >= 0 && !halted) {
            QueueEntry entry = next(level, endSequence, nowMillis);
            if (entry != null || halted) {
                return entry;
            }
            level--;
            nextSequence = level == BEHIND_ALL_LEVELS ? endSequence : 1;
        }
        if (!follows || halted) {
            return null;
        }
        QueueEntry entry = peekLate(nowMillis);
        return entry != null || halted ? entry : peekNew(nowMillis);
    }

    /** @return null where its page must be read first: the walk is halted */
    private Enqueued read(PagedRun run, int index) {
        Enqueued message = (run.isScheduled ? readingOfWaiting : reading).message(run, index);
        halted = message == null;
        return message;
    }

    private QueueEntry peekLate(long nowMillis) {
        while (!late.isEmpty()) {
            long sequence = late.first();
            QueueEntry entry = state.entries().find(sequence);
            if (entry == null) {
                PagedRun run = state.runs().find(sequence);
                if (run != null && run.isReadable() && !run.isScheduled) {
                    Enqueued message = read(run, run.indexOf(sequence));
                    if (message == null) {
                        return null;
                    }
                    entry = out(run, message, nowMillis);
                }
            } else if (!entry.links.inReady || entry.expired(nowMillis)) {
                entry = null;
            }
            if (entry != null) {
                return entry;
            }
            forget(late, sequence);
        }
        return null;
    }

    /** Of what has come since it attached, the next of any level. */
    private QueueEntry peekNew(long nowMillis) {
        while (!halted) {
            int first = BEHIND_ALL_LEVELS;
            long sequence = Long.MAX_VALUE;
            for (int each = state.levelCount() - 1; each >= 0; each--) {
                PagedRun run = nextOut(each);
                long out = run == null ? Long.MAX_VALUE : run.sequence(run.nextOutFrom(nextSequence));
                QueueEntry entry = resident(each, Math.min(out, sequence), nowMillis);
                long next = entry == null ? out : entry.sequence;
                if (next < sequence) {
                    sequence = next;
                    first = each;
                }
            }
            if (first == BEHIND_ALL_LEVELS) {
                return null;
            }
            nextSequence = sequence;
            QueueEntry entry = next(first, sequence + 1, nowMillis);
            if (entry != null) {
                return entry;
            }
        }
        return null;
    }

    private PagedRun nextOut(int ofLevel) {
        PagedRun available = nextOut(state.runs().level(ofLevel));
        PagedRun waiting = sight.scheduled() ? nextOut(state.runs().waiting(ofLevel)) : null;
        if (waiting == null || available == null) {
            return waiting == null ? available : waiting;
        }
        long first = available.sequence(available.nextOutFrom(nextSequence));
        return first < waiting.sequence(waiting.nextOutFrom(nextSequence)) ? available : waiting;
    }

    private PagedRun nextOut(PagedLevel paged) {
        return paged == null ? null : paged.nextOut(nextSequence);
    }

    /** The next of one level before {@code end}. @return null where there is none, and where a page must be read first */
    private QueueEntry next(int ofLevel, long end, long nowMillis) {
        while (true) {
            PagedRun run = nextOut(ofLevel);
            int index = run == null ? -1 : run.nextOutFrom(nextSequence);
            long outSequence = run == null ? Long.MAX_VALUE : run.sequence(index);
            QueueEntry entry = resident(ofLevel, Math.min(end, outSequence), nowMillis);
            if (entry == null && outSequence < end) {
                Enqueued message = read(run, index);
                if (message == null) {
                    return null;
                }
                entry = out(run, message, nowMillis);
                if (entry == null) {
                    nextSequence = outSequence + 1;
                    continue;
                }
            }
            if (entry != null) {
                nextSequence = entry.sequence;
            }
            return entry;
        }
    }

    private QueueEntry resident(int ofLevel, long endOfSearch, long nowMillis) {
        boolean any = sight.isMore()
                ? state.depths().of(ofLevel) > 0
                : (availability.ready().occupied() & 1 << ofLevel) != 0;
        if (!any) {
            return null;
        }
        QueueEntry entry = state.entries().atOrAfter(nextSequence);
        while (entry != null && entry.sequence < endOfSearch) {
            if (isInSight(entry) && state.levelOf(entry.message) == ofLevel && !entry.expired(nowMillis)) {
                return entry;
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return null;
    }

    private boolean isInSight(QueueEntry entry) {
        return entry.links.inReady
                || (sight.locked() && entry.state == QueueEntry.State.LOCKED)
                || (sight.scheduled() && entry.state == QueueEntry.State.SCHEDULED);
    }

    /** @return null where it is expired, or waits for its time and is not to be seen */
    private QueueEntry out(PagedRun run, Enqueued message, long nowMillis) {
        QueueEntry entry = new QueueEntry(message, true);
        Returned override = state.runs().overrides().of(message.sequence());
        if (override != null) {
            entry.returned(override);
        }
        if (run.isScheduled || (override != null && entry.deliverAtMillis > nowMillis)) {
            entry.state = QueueEntry.State.SCHEDULED;
        }
        boolean hidden = entry.state == QueueEntry.State.SCHEDULED && !sight.scheduled();
        return hidden || entry.expired(nowMillis) ? null : entry;
    }

    void passed(QueueEntry entry) {
        if (!forget(late, entry.sequence)) {
            nextSequence = entry.sequence + 1;
        }
    }
}
