package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    private final Disk disk = new FileDisk();

    @TempDir
    private Path folder;

    @Test
    void theIdentityStays() throws Exception {
        Path data = folder.resolve("a/b");
        java.util.UUID store;
        try (DataDirectory first = DataDirectory.open(disk, data, 1)) {
            store = first.store();
        }
        try (DataDirectory second = DataDirectory.open(disk, data, 1)) {
            assertEquals(store, second.store());
        }
    }

    @Test
    void aSecondOpenIsRefusedAndNamesTheOwner() throws Exception {
        try (DataDirectory first = DataDirectory.open(disk, folder, 1)) {
            String message = refusal(disk, folder, 1);
            assertTrue(message.contains(first.folder().toString()), message);
            assertTrue(message.contains("process " + ProcessHandle.current().pid()), message);
        }
        DataDirectory.open(disk, folder, 1).close();
    }

    /** Another process is another matter than another caller in this one: the operating system's lock is what counts. */
    @Test
    void anotherProcessIsRefused() throws Exception {
        try (DataDirectory first = DataDirectory.open(disk, folder, 1)) {
            assertThrows(StorageException.class, () -> DataDirectory.open(disk, first.folder(), 1));
            assertEquals(SecondProcess.REFUSED, SecondProcess.open(folder));
        }
        assertEquals(SecondProcess.OPENED, SecondProcess.open(folder));
    }

    /** Opens a data folder and ends. */
    static final class SecondProcess {
        static final int OPENED = 0;
        static final int REFUSED = 3;

        private SecondProcess() {}

        static int open(Path folder) throws Exception {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            SecondProcess.class.getName(),
                            folder.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
        }

        public static void main(String[] arguments) {
            try {
                DataDirectory.open(new FileDisk(), Path.of(arguments[0]), 1).close();
            } catch (StorageException refused) {
                System.exit(REFUSED);
            }
        }
    }

    @Test
    void aNewerFormatIsRefusedWithAdvice() throws Exception {
        DataDirectory.open(disk, folder, 1).close();
        Path format = folder.resolve("format");
        Files.writeString(format, Files.readString(format).replace("sluice-data 1.0", "sluice-data 3.0"));
        String message = refusal(disk, folder, 1);
        assertTrue(message.contains("start the newer version"), message);
    }

    @Test
    void theNumberOfShardsIsRemembered() throws Exception {
        DataDirectory.open(disk, folder, new ShardNumber(0, 3), 1).close();
        for (int shard = 0; shard < 3; shard++) {
            try (DataDirectory one = DataDirectory.open(disk, folder, new ShardNumber(shard, 3), 1)) {
                assertEquals(new ShardNumber(shard, 3), one.shard());
                assertEquals(shard == 0 ? folder : folder.resolve("shards/" + shard), one.folder());
            }
        }
        assertEquals(3, DataDirectory.shardsOf(disk, folder));
        for (int other : new int[] {1, 2, 4}) {
            assertEquals(
                    "Data folder " + folder + " has 3 shards, but the configuration asks for " + other
                            + ": set shards to 3, or bring the messages into a new folder with 'sluice storage export'"
                            + " and 'sluice storage import'.",
                    refusal(folder, new ShardNumber(0, other)));
        }
        String format = Files.readString(folder.resolve("format"));
        assertTrue(format.startsWith("sluice-data 2.0\n") && format.endsWith("\nshard 0 of 3\n"), format);
    }

    @Test
    void aFolderOfOneShardIsNotDivided() throws Exception {
        DataDirectory.open(disk, folder, 1).close();
        assertTrue(Files.readString(folder.resolve("format")).startsWith("sluice-data 1.0\n"));
        String message = refusal(folder, new ShardNumber(0, 4));
        assertTrue(message.contains(folder + " has 1 shard, but the configuration asks for 4"), message);
    }

    @Test
    void theFolderOfAShardIsNoFolderOfItsOwnAndMustNotBeMissing() throws Exception {
        DataDirectory.open(disk, folder, new ShardNumber(0, 3), 1).close();
        Path second = folder.resolve("shards/1");
        assertEquals(
                "Data folder " + second + " is that of shard 1 of 3 of a broker, and not a whole one.",
                refusal(second, ShardNumber.ONLY));
        Files.move(second, folder.resolve("shards/elsewhere"));
        Files.move(folder.resolve("shards/2"), second);
        assertTrue(refusal(folder, new ShardNumber(1, 3)).contains("is that of shard 2 of 3"));
        String missing = refusal(folder, new ShardNumber(2, 3));
        assertTrue(missing.contains("There is no folder " + folder.resolve("shards/2") + " of shard 2"), missing);
    }

    /** Power is lost at any moment while a new folder is made: the next start makes it, and misses nothing. */
    @Test
    void aFolderThatWasNotFinishedIsFinished() throws Exception {
        Files.createDirectories(folder.resolve("shards/1"));
        DataDirectory.open(disk, folder, new ShardNumber(0, 2), 1).close();
        DataDirectory.open(disk, folder, new ShardNumber(1, 2), 1).close();
    }

    private String refusal(Path path, ShardNumber shard) {
        return assertThrows(StorageException.class, () -> DataDirectory.open(disk, path, shard, 1))
                .getMessage();
    }

    @Test
    void aStrangeFormatFileIsRefused() throws Exception {
        Files.writeString(folder.resolve("format"), "something else");
        assertTrue(refusal(disk, folder, 1).contains("format"));
    }

    @Test
    void aFullDiskIsRefusedForANewFolderOnly() throws Exception {
        SimulatedDisk full = new SimulatedDisk(new Random(1));
        full.capacity(1 << 20);
        String message = refusal(full, folder, 2 << 20);
        assertTrue(message.contains("bytes left") && message.contains(folder.toString()), message);
        DataDirectory.open(full, folder, 1).close();
        DataDirectory.open(full, folder, 2 << 20).close();
    }

    @Test
    void aFileInThePlaceOfTheFolderIsRefused() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertTrue(refusal(disk, file, 1).contains(file.toString()));
    }

    @Test
    void aJournalOfAnotherStoreIsRefused() throws Exception {
        StorageConfig one = new StorageConfig(folder.resolve("one"), StorageSimulation.LIMITS);
        Files.createDirectories(folder.resolve("two"));
        try (Storage storage = Storage.open(one)) {
            storage.store().restore(new ModelShard());
        }
        Files.copy(folder.resolve("one/store.db"), folder.resolve("two/store.db"));
        try (Storage storage = Storage.open(new StorageConfig(folder.resolve("two"), StorageSimulation.LIMITS))) {
            StorageException refused =
                    assertThrows(StorageException.class, () -> storage.store().restore(new ModelShard()));
            assertTrue(refused.getMessage().contains("another store"), refused.getMessage());
        }
    }

    private static String refusal(Disk disk, Path folder, long neededBytes) {
        return assertThrows(StorageException.class, () -> DataDirectory.open(disk, folder, neededBytes))
                .getMessage();
    }
}
