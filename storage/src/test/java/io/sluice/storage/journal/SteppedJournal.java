package io.sluice.storage.journal;

import io.sluice.broker.port.Metrics;
import io.sluice.storage.Disk;
import java.nio.file.Path;
import java.util.UUID;

/** A journal without threads: it does something when the test says so. */
public final class SteppedJournal {
    private SteppedJournal() {}

    public static SegmentJournal on(Disk disk, Path folder, UUID store, JournalLimits limits) {
        return new SegmentJournal(disk, folder, store, limits, Metrics.NONE, () -> 0, false);
    }

    /** Marks the end, as a journal does that is idle for a while. */
    public static void markIdle(SegmentJournal journal) {
        journal.markIdle();
    }

    /** @return whether a group was committed */
    public static boolean step(SegmentJournal journal) {
        return journal.step();
    }
}
