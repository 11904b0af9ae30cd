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
        Files.writeString(format, Files.readString(format).replace("sluice-data 1.0", "sluice-data 2.0"));
        String message = refusal(disk, folder, 1);
        assertTrue(message.contains("start the newer version"), message);
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
