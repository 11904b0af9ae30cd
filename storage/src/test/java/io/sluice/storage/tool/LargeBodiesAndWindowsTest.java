package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.DuplicatesRemembered.Remembered;
import io.sluice.broker.record.SequenceRanges;
import io.sluice.storage.Damage;
import io.sluice.storage.FileDisk;
import io.sluice.storage.ShardNumber;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: what belongs to messages and is not in them goes with them, and its damage is found. On {@link GoldenFolder}'s messages. */
class LargeBodiesAndWindowsTest {
    private static final List<Remembered> WINDOW =
            List.of(new Remembered("early-1", 500), new Remembered("early-2", 600), new Remembered("id-7", 1_007));

    @TempDir
    Path folder;

    private Path data;
    private Path other;
    private Path export;

    @BeforeEach
    void write() throws Exception {
        data = folder.resolve("data");
        other = folder.resolve("other");
        export = folder.resolve("all.export");
        GoldenFolder.write(data);
    }

    private static StoppedFolder open(Path path) throws StorageException {
        return StoppedFolder.openOrCreate(new FileDisk(), path, ShardNumber.ONLY);
    }

    private static FolderVerification.Report verify(Path path) throws StorageException {
        try (StoppedFolder opened = open(path)) {
            return FolderVerification.run(opened, read -> {});
        }
    }

    private MessageExport.Result export(boolean keepGoing) throws StorageException {
        try (StoppedFolder opened = open(data)) {
            return MessageExport.run(
                    List.of(opened), new MessageExport.Request(export, name -> true, keepGoing, 1), done -> {});
        }
    }

    private MessageImport.Result load(boolean keepGoing) throws StorageException {
        try (StoppedFolder opened = open(other)) {
            return MessageImport.run(opened, new MessageImport.Request(export, name -> true, keepGoing), done -> {});
        }
    }

    private static Path body(Path path) throws Exception {
        try (Stream<Path> bodies = Files.list(path.resolve("large"))) {
            List<Path> all = new ArrayList<>(bodies.toList());
            assertEquals(1, all.size());
            return all.get(0);
        }
    }

    private static List<Remembered> window(Path path, String name) throws Exception {
        try (StoppedFolder opened = open(path);
                FolderReader reader = FolderReader.open(opened)) {
            return reader.queues().stream()
                    .filter(queue -> queue.definition().name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .remembered();
        }
    }

    @Test
    void bothAreExportedAndImported() throws Exception {
        assertEquals(10, export(false).messages());
        MessageImport.Result imported = load(false);
        assertEquals(10, imported.messages());
        assertEquals(2, imported.queues());
        assertEquals(WINDOW, window(other, "orders"));
        assertEquals(List.of(), window(other, "alarms"));
        FolderVerification.Report report = verify(other);
        assertEquals(List.of(), report.damages());
        assertEquals(10, report.messages());
        // Behind the header, which names the store, each chunk has a checksum over the body's id.
        byte[] before = Files.readAllBytes(body(data));
        byte[] after = Files.readAllBytes(body(other));
        assertEquals(before.length, after.length);
        assertArrayEquals(
                java.util.Arrays.copyOfRange(before, 44, 1_000), java.util.Arrays.copyOfRange(after, 44, 1_000));
    }

    @Test
    void aDamagedOrMissingBodyIsNamedWithItsMessageAndLeftOutOnRequest() throws Exception {
        Path body = body(data);
        byte[] content = Files.readAllBytes(body);
        content[280_000] ^= 1;
        Files.write(body, content);
        assertLost(body, "is damaged at offset");
        Files.delete(body);
        assertLost(body, "is missing");
        assertThrows(StorageException.class, () -> export(false));
        assertEquals(9, export(true).messages());
        assertEquals(9, load(true).messages());
        assertEquals(9, verify(other).messages());
    }

    private void assertLost(Path body, String what) throws StorageException {
        List<Damage> damages = verify(data).damages();
        assertEquals(1, damages.size(), damages::toString);
        assertEquals(body, damages.get(0).file());
        assertTrue(damages.get(0).what().contains(what), damages::toString);
        assertEquals(
                List.of(new Damage.Lost(1, SequenceRanges.of(5), Damage.Change.MESSAGE)),
                damages.get(0).lost());
    }

    @Test
    void compactingOnARealDiskKeepsThem() throws Exception {
        FolderVerification.Report before = verify(data);
        try (StoppedFolder opened = open(data)) {
            FolderRepair.compact(opened);
        }
        FolderVerification.Report after = verify(data);
        assertEquals(before.queues(), after.queues());
        assertEquals(before.bytes(), after.bytes());
        assertEquals(List.of(), after.damages());
        assertEquals(WINDOW, window(data, "orders"));
    }
}
