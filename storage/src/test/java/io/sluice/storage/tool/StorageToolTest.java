package io.sluice.storage.tool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.MessageStore;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord.Enqueued;
import io.sluice.storage.Damage;
import io.sluice.storage.DataDirectory;
import io.sluice.storage.ModelShard;
import io.sluice.storage.ShardNumber;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.StorageSimulation;
import io.sluice.storage.journal.SegmentJournal;
import io.sluice.storage.journal.SteppedJournal;
import io.sluice.storage.mapdb.DirectStore;
import io.sluice.storage.mapdb.PagedMessageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: the tools see what a broker would, and lose nothing that can be read. Method: a random history on a simulated disk, part of it
 * in the store and part in the journal only, closed in order; what the tools read is compared with the model's state.
 */
class StorageToolTest {
    private static final Path DATA = Path.of("data");
    private static final Path OTHER = Path.of("other");
    private static final Path EXPORT = Path.of("exports", "all");

    private SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private Map<String, String> messages;

    @BeforeEach
    void write() throws Exception {
        StorageSimulation history = new StorageSimulation(new Random(2), disk);
        history.open();
        act(history, 120);
        history.checkpoint();
        history.appendGroups(8);
        messages = new TreeMap<>(history.state());
        messages.keySet().removeIf(key -> key.startsWith("queue "));
        history.close();
        assertTrue(messages.size() > 50, "only " + messages.size() + " messages");
    }

    private static void act(StorageSimulation history, int times) {
        for (int i = 0; i < times; i++) {
            history.act();
        }
        history.commitAll();
    }

    private StoppedFolder open(Path folder) throws StorageException {
        return StoppedFolder.openOrCreate(disk, folder, ShardNumber.ONLY);
    }

    /** Every message of a folder, as the model prints them. */
    private Map<String, String> read(Path path) throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (StoppedFolder folder = open(path);
                FolderReader reader = FolderReader.open(folder)) {
            reader.messages((queue, message) -> {
                String before = found.put(queue.id() + "/" + message.sequence(), ModelShard.digest(message));
                assertEquals(null, before, "twice");
            });
        }
        return found;
    }

    /** Bodies by name of the queue, in order of sequence. */
    private Map<String, List<String>> bodies(Path path) throws Exception {
        Map<String, TreeMap<Long, String>> found = new TreeMap<>();
        try (StoppedFolder folder = open(path);
                FolderReader reader = FolderReader.open(folder)) {
            reader.messages(
                    (queue, message) -> found.computeIfAbsent(queue.definition().name(), name -> new TreeMap<>())
                            .put(message.sequence(), body(message)));
            assertEquals(List.of(), reader.damages());
        }
        Map<String, List<String>> bodies = new TreeMap<>();
        found.forEach((name, bySequence) -> bodies.put(name, List.copyOf(bySequence.values())));
        return bodies;
    }

    private static String body(Enqueued message) {
        return message.deliveryCount() + " " + message.expiresAtMillis() + " "
                + java.util.Arrays.hashCode(message.message().encoded()) + " "
                + message.message().added().values().keySet();
    }

    private FolderVerification.Report verify(Path path) throws StorageException {
        try (StoppedFolder folder = open(path)) {
            return FolderVerification.run(folder, read -> {});
        }
    }

    private MessageExport.Result export(Path to, boolean keepGoing) throws StorageException {
        try (StoppedFolder folder = open(DATA)) {
            return MessageExport.run(
                    List.of(folder), new MessageExport.Request(to, name -> true, keepGoing, 1), done -> {});
        }
    }

    private MessageImport.Result load(Path from, Path into, boolean keepGoing) throws StorageException {
        try (StoppedFolder folder = open(into)) {
            return MessageImport.run(folder, new MessageImport.Request(from, name -> true, keepGoing), done -> {});
        }
    }

    @Test
    void aWholeFolderIsRead() throws Exception {
        assertEquals(messages, read(DATA));
        FolderVerification.Report report = verify(DATA);
        assertEquals(List.of(), report.damages());
        assertEquals(messages.size(), report.messages());
        assertEquals(
                messages.size(),
                report.queues().stream().mapToLong(q -> q.messages()).sum());
        assertTrue(report.checkpoint() > 0 && report.journal().records() > 0, report.toString());
    }

    @Test
    void verifyingChangesNoMessage() throws Exception {
        verify(DATA);
        assertEquals(messages, read(DATA));
        StorageSimulation again = new StorageSimulation(new Random(2), disk);
        assertThrows(AssertionError.class, again::open, "it knows no history, but gets as far as comparing");
    }

    @Test
    void aFolderInUseIsNotTouched() throws Exception {
        try (StoppedFolder inUse = open(DATA)) {
            String refusal =
                    assertThrows(StorageException.class, () -> verify(DATA)).getMessage();
            assertTrue(refusal.contains("in use by another broker, process"), refusal);
            assertEquals(DATA, inUse.path());
        }
        assertThrows(StorageException.class, () -> StoppedFolder.open(disk, Path.of("nowhere"), 0));
        assertFalse(disk.files().stream().anyMatch(file -> file.startsWith("nowhere")), "nothing is created");
    }

    @Test
    void anExportHoldsEverythingAndGoesIntoAnyFolder() throws Exception {
        MessageExport.Result exported = export(EXPORT, false);
        assertEquals(messages.size(), exported.messages());
        MessageImport.Result imported = load(EXPORT, OTHER, false);
        assertEquals(exported.messages(), imported.messages());
        assertEquals(exported.queues(), imported.queues());
        assertEquals(bodies(DATA), bodies(OTHER));
        MessageImport.Result again = load(EXPORT, OTHER, false);
        assertEquals(exported.queues(), again.keptQueues().size());
        Map<String, List<String>> twice = new TreeMap<>();
        bodies(DATA).forEach((queue, bodies) -> {
            List<String> both = new ArrayList<>(bodies);
            both.addAll(bodies);
            twice.put(queue, both);
        });
        assertEquals(twice, bodies(OTHER), "behind what was there, in order");
        load(EXPORT, DATA, false);
        assertEquals(twice, bodies(DATA), "also where the journal has messages that the store has not");
    }

    @Test
    void anExportIsWholeOrNotThere() throws Exception {
        export(EXPORT, false);
        String refusal = assertThrows(StorageException.class, () -> export(EXPORT, false))
                .getMessage();
        assertTrue(refusal.contains("exists already"), refusal);
        Path second = EXPORT.resolveSibling("second");
        disk.failAt(1_000, SimulatedDisk.Fault.OUTAGE);
        try {
            export(second, false);
            assertTrue(!disk.faultHappened(), "an export that failed said nothing");
        } catch (StorageException expected) {
            disk.processKilled();
            assertFalse(disk.exists(second));
        }
    }

    @Test
    void aDamagedExportIsRefusedAndOnRequestReadAsFarAsItGoes() throws Exception {
        MessageExport.Result exported = export(EXPORT, false);
        disk.flipBit(EXPORT, disk.content(EXPORT).length / 2, 3);
        String refusal = assertThrows(StorageException.class, () -> load(EXPORT, OTHER, false))
                .getMessage();
        assertTrue(refusal.contains("damaged or cut short at offset"), refusal);
        assertEquals(Map.of(), read(OTHER), "nothing was imported");
        MessageImport.Result some = load(EXPORT, OTHER, true);
        assertEquals(exported.messages() - 1, some.messages(), "one record is gone");
        assertEquals(1, some.damages().size());
    }

    @Test
    void anExportThatIsCutShortIsRefused() throws Exception {
        export(EXPORT, false);
        disk.open(EXPORT).truncate(disk.content(EXPORT).length - 32);
        assertThrows(StorageException.class, () -> load(EXPORT, OTHER, false));
    }

    @Test
    void aNewerExportIsRefusedWithAdvice() throws Exception {
        export(EXPORT, false);
        java.nio.ByteBuffer header = java.nio.ByteBuffer.wrap(disk.content(EXPORT), 0, ExportFormat.HEADER_BYTES - 4)
                .slice();
        byte[] newer = new byte[ExportFormat.HEADER_BYTES];
        header.get(newer, 0, ExportFormat.HEADER_BYTES - 4);
        newer[5] = 2;
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(newer, 0, ExportFormat.HEADER_BYTES - 4);
        java.nio.ByteBuffer.wrap(newer).putInt(ExportFormat.HEADER_BYTES - 4, (int) crc.getValue());
        disk.open(EXPORT).write(java.nio.ByteBuffer.wrap(newer), 0);
        String refusal = assertThrows(StorageException.class, () -> load(EXPORT, OTHER, false))
                .getMessage();
        assertTrue(refusal.contains("format 2") && refusal.contains("newer version"), refusal);
    }

    @Test
    void aDamagedJournalIsFoundExportedInPartAndRepaired() throws Exception {
        Path segment = damageJournal();
        FolderVerification.Report report = verify(DATA);
        assertFalse(report.damages().isEmpty());
        assertTrue(report.damages().stream().anyMatch(damage -> damage.file().equals(segment)), report.toString());
        String refusal = assertThrows(StorageException.class, () -> export(EXPORT, false))
                .getMessage();
        assertTrue(refusal.contains("--keep-going"), refusal);
        assertEquals(report.messages(), export(EXPORT, true).messages());
        Map<String, String> left = read(DATA);
        FolderRepair.Result repaired;
        try (StoppedFolder folder = open(DATA)) {
            repaired = FolderRepair.run(folder);
        }
        assertFalse(repaired.kept().isEmpty());
        assertEquals(List.of(), verify(DATA).damages());
        assertEquals(left, read(DATA), "the repair keeps what the tools could read");
        for (Damage damage : repaired.damages()) {
            assertTrue(damage.offset() > 0, damage.toString());
        }
    }

    /** Flips a bit in the body of a frame that has others behind it, in the part of the journal that the store does not have. */
    private Path damageJournal() throws Exception {
        List<Object[]> frames = new ArrayList<>();
        try (StoppedFolder folder = open(DATA);
                FolderReader reader = FolderReader.open(folder)) {
            new io.sluice.storage.journal.JournalScan(disk, DATA.resolve("journal"), folder.store())
                    .run(reader.checkpoint(), new io.sluice.storage.journal.JournalScan.Visitor() {
                        @Override
                        public void frame(Path file, long offset, long index, int batches, int bytes) {
                            if (index > reader.checkpoint().index() && bytes > 200) {
                                frames.add(new Object[] {file, offset});
                            }
                        }
                    });
        }
        assertTrue(frames.size() > 3, "frames behind the checkpoint: " + frames.size());
        Object[] damaged = frames.get(frames.size() / 2);
        disk.flipBit((Path) damaged[0], (long) damaged[1] + 150, 2);
        return (Path) damaged[0];
    }

    /** What a broker has after its start. */
    private Map<String, String> broker() throws Exception {
        return broker(false);
    }

    /** @param checkpoint whether it puts everything in the store before it ends */
    private Map<String, String> broker(boolean checkpoint) throws Exception {
        try (DataDirectory directory = DataDirectory.open(disk, DATA, 0);
                PagedMessageStore store =
                        DirectStore.on(disk, DATA, directory.store(), StorageSimulation.STORE_LIMITS);
                SegmentJournal journal = SteppedJournal.on(
                        disk, directory.journalFolder(), directory.store(), StorageSimulation.LIMITS)) {
            ModelShard shard = new ModelShard();
            shard.use(store);
            shard.at(journal.open(store.restore(shard), shard, new StorageSimulation(new Random(1), disk)));
            if (checkpoint) {
                checkpoint(store, shard);
            }
            Map<String, String> state = new TreeMap<>(shard.state());
            state.keySet().removeIf(key -> key.startsWith("queue "));
            return state;
        }
    }

    private static void checkpoint(PagedMessageStore store, ModelShard shard) {
        boolean[] completed = {false};
        store.checkpoint(shard, new MessageStore.CheckpointListener() {
            @Override
            public void completed(JournalPosition position) {
                completed[0] = true;
            }

            @Override
            public void failed(StorageException cause) {
                throw new AssertionError(cause);
            }
        });
        assertTrue(completed[0]);
    }

    private FolderRepair.Result repair() throws StorageException {
        try (StoppedFolder folder = open(DATA)) {
            return FolderRepair.run(folder);
        }
    }

    /** Flips a bit of some message in the store's file. */
    private void damagePage() throws Exception {
        broker(true);
        messages = read(DATA);
        disk.flipBit(DATA.resolve("store.redo"), 0, 1); // it is applied, and would mend the page
        List<byte[]> encoded = new ArrayList<>();
        try (StoppedFolder folder = open(DATA);
                FolderReader reader = FolderReader.open(folder)) {
            reader.messages((queue, message) -> encoded.add(message.message().encoded()));
        }
        Path file = DATA.resolve("store.db");
        String content = new String(disk.content(file), StandardCharsets.ISO_8859_1);
        for (byte[] body : encoded) {
            int at = body.length < 100 ? -1 : content.indexOf(new String(body, 0, 64, StandardCharsets.ISO_8859_1));
            if (at >= 0) {
                disk.flipBit(file, at + 10, 3);
                if (!lostKeys(verify(DATA).damages()).isEmpty()) {
                    return;
                }
                disk.flipBit(file, at + 10, 3); // of an old page that nothing is in any more
            }
        }
        throw new AssertionError("no message in the store");
    }

    private static List<String> lostKeys(List<Damage> damages) {
        List<String> keys = new ArrayList<>();
        for (Damage damage : damages) {
            for (Damage.Lost lost : damage.lost()) {
                for (int i = 0; i < lost.sequences().rangeCount(); i++) {
                    for (long s = lost.sequences().first(i);
                            s <= lost.sequences().last(i);
                            s++) {
                        keys.add(lost.queueId() + "/" + s);
                    }
                }
            }
        }
        return keys;
    }

    @Test
    void aDamagedPageIsNamedAndARepairLosesExactlyItsMessages() throws Exception {
        damagePage();
        List<Damage> damages = verify(DATA).damages();
        assertEquals(1, damages.size(), damages::toString);
        Damage damage = damages.get(0);
        assertEquals(DATA.resolve("store.db"), damage.file());
        assertTrue(damage.what().matches("Page \\d+ of queue \\d+ in store file .* at offset \\d+ .*"), damage.what());
        List<String> lost = lostKeys(damages);
        assertFalse(lost.isEmpty());
        Map<String, String> left = new TreeMap<>(messages);
        left.keySet().removeAll(lost);
        assertEquals(messages.size() - lost.size(), left.size());
        byte[] before = disk.content(DATA.resolve("store.db"));
        FolderRepair.Result repaired = repair();
        assertEquals(lost, lostKeys(repaired.damages()));
        assertEquals(List.of(), repaired.left());
        assertEquals(List.of(DATA.resolve("store.db.damaged"), DATA.resolve("store.redo.damaged")), repaired.kept());
        assertArrayEquals(before, disk.content(DATA.resolve("store.db.damaged")));
        assertEquals(List.of(), verify(DATA).damages());
        assertEquals(left, read(DATA));
        assertEquals(left.keySet(), broker().keySet());
        assertEquals(List.of(), repair().damages(), "nothing is left to repair");
    }

    @Test
    void aRepairOfTheStoreThatIsCutOffAnywhereLeavesAFolderThatIsAsGood() throws Exception {
        damagePage();
        List<String> lost = lostKeys(verify(DATA).damages());
        Map<String, String> left = new TreeMap<>(messages);
        left.keySet().removeAll(lost);
        SimulatedDisk damaged = disk.copy();
        int cut = 0;
        for (int at = 1; ; at += 7) {
            disk = damaged.copy();
            disk.failAt(at, SimulatedDisk.Fault.OUTAGE);
            try {
                repair();
            } catch (StorageException expected) {
                cut++;
            }
            boolean happened = disk.faultHappened();
            disk.powerLost();
            disk.heal();
            assertEquals(left, read(DATA), "cut off at operation " + at);
            if (!happened) {
                break;
            }
            repair();
            assertEquals(List.of(), verify(DATA).damages(), "cut off at operation " + at);
            assertEquals(left.keySet(), broker().keySet());
        }
        assertTrue(cut > 10, "cut off " + cut + " times");
    }

    @Test
    void aStoreThatCannotBeOpenedIsPutAsideSoThatTheJournalOpens() throws Exception {
        Path file = DATA.resolve("store.db");
        disk.flipBit(file, 20, 1);
        disk.flipBit(DATA.resolve("store.redo"), 0, 1);
        assertThrows(StorageException.class, this::broker);
        List<Damage> damages = verify(DATA).damages();
        assertEquals(1, damages.size(), damages::toString);
        assertTrue(
                damages.get(0).what().contains("Lost is every message that is not in the journal"), damages::toString);
        Map<String, String> left = read(DATA);
        assertTrue(disk.exists(file), "verifying moves nothing");
        FolderRepair.Result repaired = repair();
        assertTrue(repaired.kept().contains(DATA.resolve("store.db.damaged")), repaired.toString());
        assertEquals(List.of(), repaired.left());
        assertEquals(List.of(), verify(DATA).damages());
        assertEquals(left, read(DATA));
        assertEquals(left.keySet(), broker().keySet());
    }

    @Test
    void compactingKeepsEverythingInAFileThatIsNoLarger() throws Exception {
        int before = disk.content(DATA.resolve("store.db")).length;
        try (StoppedFolder folder = open(DATA)) {
            FolderRepair.compact(folder);
        }
        assertTrue(disk.content(DATA.resolve("store.db")).length <= before);
        assertEquals(messages, read(DATA));
        assertEquals(messages, broker());
        assertFalse(disk.exists(DATA.resolve("store.db.damaged")));
        damagePage();
        try (StoppedFolder folder = open(DATA)) {
            assertThrows(StorageException.class, () -> FolderRepair.compact(folder));
        }
    }
}
