package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.storage.FileDisk;
import io.sluice.storage.JournalContract;
import io.sluice.storage.ModelShard;
import io.sluice.storage.RecordingMetrics;
import io.sluice.storage.Workload;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentJournalContractTest extends JournalContract {
    private static final UUID STORE = UUID.randomUUID();

    private final RecordingMetrics metrics = new RecordingMetrics();

    @TempDir
    private Path folder;

    @Override
    protected Journal journal() {
        return new SegmentJournal(new FileDisk(), folder, STORE, JournalLimits.ofSegments(4 << 20, 4, 16), metrics);
    }

    @Test
    void itsFiguresAddUp() throws Exception {
        try (Journal journal = journal()) {
            Commits commits = new Commits();
            journal.open(JournalPosition.START, new ModelShard(), commits);
            journal.append(List.of(Workload.queue(1)));
            journal.append(List.of(Workload.message(1, 1, new byte[500]), Workload.message(1, 2, new byte[500])));
            commits.await(2);
        }
        double frames = metrics.value("sluice.journal.frame.records");
        assertEquals(3, metrics.value("sluice.journal.frame.records sum"));
        assertEquals(frames, metrics.value("sluice.journal.frame.size"));
        assertTrue(metrics.value("sluice.journal.frame.size sum") > 1_000);
        assertEquals(frames + 1, metrics.value("sluice.journal.force"), "and one for the mark at the end");
        assertEquals(0, metrics.value("sluice.journal.lag.batches"));
        assertEquals(0, metrics.value("sluice.journal.lag.messages"));
        assertEquals(1, metrics.value("sluice.journal.segments state=active"));
        double files = metrics.value("sluice.journal.segments state=free") + 1;
        assertEquals(files * (4 << 20), metrics.value("sluice.storage.size kind=journal"));
    }
}
