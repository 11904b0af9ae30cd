package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.broker.QueueStatus;
import io.sluice.storage.journal.JournalLimits;
import io.sluice.storage.tool.MessageExport;
import io.sluice.storage.tool.MessageImport;
import io.sluice.storage.tool.StoppedFolder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That a queue is paused is stored wherever its messages are. */
class PausedQueueTest {
    private static final QueueStatus.Paused BOTH = new QueueStatus.Paused(true, true);

    @TempDir
    Path folder;

    private Path data;

    private static WorkingShard open(Path path) throws Exception {
        return WorkingShard.open(new StorageConfig(path, JournalLimits.ofSegments(1 << 20, 2, 8)));
    }

    @BeforeEach
    void pause() throws Exception {
        data = folder.resolve("data");
        try (WorkingShard shard = open(data)) {
            shard.publish(5);
            shard.pause();
        }
    }

    @Test
    void theJournalHasIt() throws Exception {
        try (WorkingShard again = open(data)) {
            assertEquals(BOTH, again.status().paused());
            assertEquals(5, again.messages());
        }
    }

    @Test
    void theStoreHasIt() throws Exception {
        try (WorkingShard again = open(data)) {
            again.checkpoint();
        }
        try (WorkingShard third = open(data)) {
            assertEquals(BOTH, third.status().paused());
            assertEquals(5, third.messages());
        }
    }

    @Test
    void anExportTakesItAlong() throws Exception {
        Path file = folder.resolve("all.export");
        Path other = folder.resolve("other");
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), data, ShardNumber.ONLY)) {
            MessageExport.run(List.of(stopped), new MessageExport.Request(file, name -> true, false, 1), done -> {});
        }
        try (StoppedFolder stopped = StoppedFolder.openOrCreate(new FileDisk(), other, ShardNumber.ONLY)) {
            MessageImport.run(stopped, new MessageImport.Request(file, name -> true, false), done -> {});
        }
        try (WorkingShard imported = open(other)) {
            assertEquals(BOTH, imported.status().paused());
            assertEquals(5, imported.messages());
        }
    }
}
