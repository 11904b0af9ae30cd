package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.Disk;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ModelShard;
import io.sluice.storage.NewerFormatException;
import io.sluice.storage.Storage;
import io.sluice.storage.StorageConfig;
import io.sluice.storage.StorageSimulation;
import io.sluice.storage.Workload;
import io.sluice.storage.large.LargeBodyStore;
import io.sluice.storage.mapdb.NewerStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: whichever file of a folder a newer version wrote, neither the broker nor a tool calls it damaged or changes it. */
class NewerFilesTest {
    private final Disk disk = new FileDisk();

    @TempDir
    Path data;

    private UUID store;
    private Path body;

    @BeforeEach
    void write() throws Exception {
        try (Storage storage = open()) {
            store = storage.directory().store();
            ModelShard shard = new ModelShard();
            shard.use(storage.store());
            storage.store().restore(shard);
            shard.queueDeclared(Workload.queue(1));
            shard.enqueued(Workload.message(1, 1, 1_000, new Random(1)));
            CompletableFuture<JournalPosition> done = new CompletableFuture<>();
            storage.store().checkpoint(shard, new MessageStore.CheckpointListener() {
                @Override
                public void completed(JournalPosition position) {
                    done.complete(position);
                }

                @Override
                public void failed(StorageException cause) {
                    done.completeExceptionally(cause);
                }
            });
            done.get();
        }
        body = writeBody();
        assertEquals(1, verify().messages());
    }

    private Storage open() throws StorageException {
        return Storage.open(new StorageConfig(data, StorageSimulation.LIMITS));
    }

    private Path writeBody() throws Exception {
        Path large = data.resolve("large");
        LargeBodyStore bodies = LargeBodyStore.open(disk, large, store, 0, new SplittableRandom(1));
        try {
            LargeBodyCopy.Writing writing = new LargeBodyCopy.Writing(bodies);
            writing.write(new byte[1_000]);
            long id = writing.finish().id();
            return large.resolve(String.format("%016x.body", id));
        } finally {
            bodies.close();
        }
    }

    private FolderVerification.Report verify() throws StorageException {
        try (StoppedFolder folder = StoppedFolder.open(disk, data, 0)) {
            return FolderVerification.run(folder, read -> {});
        }
    }

    /** What is in each file, but for the lock. */
    private Map<Path, String> files() throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(data)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                if (!path.endsWith("lock")) {
                    files.put(path, Arrays.hashCode(Files.readAllBytes(path)) + " " + Files.size(path));
                }
            }
        }
        return files;
    }

    private void assertRefused(String file, int version) throws Exception {
        Map<Path, String> before = files();
        NewerFormatException broker = assertThrows(NewerFormatException.class, () -> {
            try (Storage storage = open()) {
                storage.store().restore(new ModelShard());
            }
        });
        assertEquals(
                file + " has format " + version + ", this version reads up to " + (version - 1)
                        + ": start the newer version that wrote it.",
                broker.getMessage());
        assertThrows(NewerFormatException.class, this::verify);
        assertThrows(NewerFormatException.class, () -> {
            try (StoppedFolder folder = StoppedFolder.open(disk, data, 0)) {
                FolderRepair.run(folder);
            }
        });
        assertEquals(before, files());
    }

    @Test
    void aNewerStoreFileIsNotTouchedAlthoughAnOlderRedoIsThere() throws Exception {
        NewerStore.raiseFile(disk, data);
        assertRefused("Store file " + data.resolve("store.db"), 2);
    }

    @Test
    void aNewerRedoIsNotTouched() throws Exception {
        NewerStore.raiseRedo(disk, data);
        assertRefused("Redo file " + data.resolve("store.redo"), 2);
    }

    @Test
    void aNewerRootIsNotTouched() throws Exception {
        NewerStore.raiseRoot(disk, data, store);
        assertRefused("The store", 3);
    }

    @Test
    void aNewerLargeBodyIsNotTouchedAlthoughNoMessageRefersToIt() throws Exception {
        byte[] file = Files.readAllBytes(body);
        file[5]++;
        CRC32C crc = new CRC32C();
        crc.update(file, 0, 32);
        ByteBuffer.wrap(file).putInt(32, (int) crc.getValue());
        Files.write(body, file);
        assertTrue(Files.exists(body));
        assertRefused("Large body " + body, 2);
    }
}
