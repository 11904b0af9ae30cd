package io.sluice.storage.journal;

import io.sluice.broker.port.Journal;
import io.sluice.storage.FileDisk;
import io.sluice.storage.JournalContract;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class SegmentJournalContractTest extends JournalContract {
    private static final UUID STORE = UUID.randomUUID();

    @TempDir
    private Path folder;

    @Override
    protected Journal journal() {
        return new SegmentJournal(new FileDisk(), folder, STORE, JournalLimits.ofSegments(4 << 20, 4, 16));
    }
}
