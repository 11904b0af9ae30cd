package io.sluice.broker.queue;

import io.sluice.broker.record.JournalRecord.Enqueued;
import java.util.HashMap;
import java.util.Map;

/** Reads messages of a queue for an administrator, by sequence; of each level one page is held meanwhile. Shard's thread only. */
final class Bringing {
    private final QueueLoads loads;
    private final Pages pages;
    private final Turn.Effect arrived;
    private final Map<Integer, PageReading> byLevel = new HashMap<>();

    /** @param arrived runs when a page that was missing is here, or cannot be */
    Bringing(QueueLoads loads, Pages pages, Turn.Effect arrived) {
        this.loads = loads;
        this.pages = pages;
        this.arrived = arrived;
    }

    /** @return null where its page must be read first: that is asked for */
    Enqueued read(PagedRun run, long sequence) {
        return byLevel.computeIfAbsent(PagedRuns.slot(run), level -> new PageReading(loads, pages, arrived))
                .message(run, run.indexOf(sequence));
    }

    /** @param stored what {@link #read} returned. @return its entry, in memory */
    QueueEntry bringIn(PagedRun run, Enqueued stored) {
        return loads.bringIn(run, stored);
    }
}
