package io.sluice.broker.queue;

import java.util.TreeSet;

/**
 * Drops available messages from memory that a durable page has as well: from the far end, lowest level first, and never those that
 * the queue's consumers get next. Shard's thread only.
 */
public final class QueueEviction {
    private final QueueState state;
    private final Availability availability;
    private final Dispatcher dispatcher;
    private final Pages pages;

    QueueEviction(QueueState state, Availability availability, Dispatcher dispatcher, Pages pages) {
        this.state = state;
        this.availability = availability;
        this.dispatcher = dispatcher;
        this.pages = pages;
    }

    /** Whether anything may go. */
    public boolean isPossible() {
        for (int level = 0; level < state.runs().levelCount(); level++) {
            PagedLevel paged = state.runs().level(level);
            if (paged != null
                    && !paged.evictable().isEmpty()
                    && paged.evictable().last() != kept(paged)) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param wantedBytes stops when so much is free
     * @param maxPages or when so many pages were dropped
     * @return what is free now, 0 where nothing may go
     */
    public long evict(long wantedBytes, int maxPages) {
        long before = state.memory().bytes();
        int left = maxPages;
        for (int level = 0; level < state.runs().levelCount(); level++) {
            PagedLevel paged = state.runs().level(level);
            if (paged == null || paged.evictable().isEmpty()) {
                continue;
            }
            PagedRun kept = kept(paged);
            while (left > 0 && before - state.memory().bytes() < wantedBytes) {
                PagedRun last =
                        paged.evictable().isEmpty() ? null : paged.evictable().last();
                if (last == null || (kept != null && PagedRun.BY_SEQUENCE.compare(last, kept) <= 0)) {
                    break;
                }
                evict(last);
                left--;
            }
        }
        return before - state.memory().bytes();
    }

    /** The last run that stays for the consumers, null where none has to. */
    private PagedRun kept(PagedLevel level) {
        if (!dispatcher.hasTakers()) {
            return null;
        }
        // Twice of what is read ahead, or what was just read would go again.
        long window = pages.readAheadBytes() * 2;
        TreeSet<PagedRun> evictable = level.evictable();
        PagedRun kept = null;
        long bytes = 0;
        for (PagedRun run : evictable) {
            kept = run;
            bytes += run.heldBytes();
            if (bytes >= window) {
                break;
            }
        }
        return kept;
    }

    private void evict(PagedRun run) {
        PagedRuns runs = state.runs();
        runs.unlisted(run);
        for (int index = run.nextLive(0); index >= 0; index = run.nextLive(index + 1)) {
            if (run.isOut(index)) {
                continue;
            }
            QueueEntry entry = state.entries().find(run.sequence(index));
            // What a consumer refused is known of the entry only.
            if (entry.isHeld() && entry.links.excluded.isEmpty()) {
                availability.take(entry, entry.state);
                state.leavesMemory(entry);
                run.mark(PagedRun.Mark.ACQUIRED, run.is(PagedRun.Mark.ACQUIRED) || entry.acquisitions != 0);
                run.goesOut(index, entry.message.size(), entry.expiresAtMillis, entry.deliverAtMillis);
            }
        }
        runs.listed(run);
        runs.evicted(run);
    }
}
