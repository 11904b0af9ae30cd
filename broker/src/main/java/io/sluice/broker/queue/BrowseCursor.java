package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.broker.record.JournalRecord.Returned;

/**
 * Where a browsing consumer stands: it walks the levels from the highest down, each in order, over what was in the queue when it
 * attached. It holds a place and no entry, so messages may come and go while it walks. What is out of memory it reads for itself,
 * one page at a time, and leaves where it is.
 */
final class BrowseCursor {
    private final QueueState state;
    private final Availability availability;
    private final PageReading reading;
    private final long endSequence;
    private int level;
    private long nextSequence = 1;

    /** The browser sees nothing that comes in from now on. */
    BrowseCursor(QueueState state, Availability availability, PageReading reading) {
        this.state = state;
        this.availability = availability;
        this.reading = reading;
        this.level = state.levelCount() - 1;
        this.endSequence = state.nextSequence();
    }

    /** A page is on its way that must be looked at before the walk can go on. */
    boolean isWaiting() {
        return reading.isWaiting();
    }

    /**
     * The next message to look at; it stays the next until {@link #passed}.
     *
     * @return null at the end, and where {@link #isWaiting}
     */
    QueueEntry peek(long nowMillis) {
        while (level >= 0 && !reading.isWaiting()) {
            PagedLevel paged = state.runs().level(level);
            PagedRun run = paged == null ? null : paged.nextOut(nextSequence);
            int index = run == null ? -1 : run.nextOutFrom(nextSequence);
            long outSequence = run == null ? Long.MAX_VALUE : run.sequence(index);
            QueueEntry entry = resident(Math.min(endSequence, outSequence), nowMillis);
            if (entry == null && outSequence < endSequence) {
                Enqueued message = reading.message(run, index);
                if (message == null) {
                    return null;
                }
                entry = out(message, nowMillis);
                if (entry == null) {
                    nextSequence = outSequence + 1;
                    continue;
                }
            }
            if (entry != null) {
                nextSequence = entry.sequence;
                return entry;
            }
            level--;
            nextSequence = 1;
        }
        return null;
    }

    private QueueEntry resident(long endOfSearch, long nowMillis) {
        if ((availability.ready().occupied() & 1 << level) == 0) {
            return null;
        }
        QueueEntry entry = state.entries().atOrAfter(nextSequence);
        while (entry != null && entry.sequence < endOfSearch) {
            if (entry.links.inReady && state.levelOf(entry.message) == level && !entry.expired(nowMillis)) {
                return entry;
            }
            entry = state.entries().atOrAfter(entry.sequence + 1);
        }
        return null;
    }

    /** @return null where it is expired, or waits for its time */
    private QueueEntry out(Enqueued message, long nowMillis) {
        QueueEntry entry = new QueueEntry(message, true);
        Returned override = state.runs().overrides().of(message.sequence());
        if (override != null) {
            entry.returned(override);
        }
        boolean waits = override != null && entry.deliverAtMillis > nowMillis;
        return waits || entry.expired(nowMillis) ? null : entry;
    }

    void passed(QueueEntry entry) {
        nextSequence = entry.sequence + 1;
    }
}
