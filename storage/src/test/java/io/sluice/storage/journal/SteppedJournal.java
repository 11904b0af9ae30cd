package io.sluice.storage.journal;

import io.sluice.storage.Disk;
import java.nio.file.Path;
import java.util.UUID;

/** A journal without threads: it does something when the test says so. */
public final class SteppedJournal {
    private SteppedJournal() {}

    public static SegmentJournal on(Disk disk, Path folder, UUID store, JournalLimits limits) {
        return new SegmentJournal(disk, folder, store, limits, false);
    }

    /** @return whether a group was committed */
    public static boolean step(SegmentJournal journal) {
        return journal.step();
    }
}
