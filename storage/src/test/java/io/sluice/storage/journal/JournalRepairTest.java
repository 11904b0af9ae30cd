package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.JournalRecord;
import io.sluice.storage.Damage;
import io.sluice.storage.ModelShard;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.Workload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever is damaged, everything else is found and kept. Method: six segments of five frames, one message each; one thing is
 * damaged, the journal refuses to open, the scan says what is lost, and after the repair the rest is there.
 */
class JournalRepairTest implements Journal.Listener {
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int MESSAGE_BYTES = 12_000;
    private static final int MESSAGES = 30;
    private static final int FRAME_BYTES = (int) FrameBuffer.frameBytes(List.of(message(1)));
    private static final Path FOLDER = Path.of("journal");
    private static final UUID STORE = new UUID(1, 2);

    private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private final List<Damage> damages = new ArrayList<>();
    private long scannedEnd;

    private static JournalRecord message(long sequence) {
        return Workload.message(1, sequence, MESSAGE_BYTES, new Random(sequence));
    }

    @BeforeEach
    void write() throws Exception {
        SegmentJournal journal = journal();
        journal.open(JournalPosition.START, new ModelShard(), this);
        for (int i = 1; i <= MESSAGES; i++) {
            journal.append(List.of(message(i)));
            assertTrue(journal.step());
        }
        journal.close();
    }

    private SegmentJournal journal() {
        return SteppedJournal.on(disk, FOLDER, STORE, JournalLimits.ofSegments(SEGMENT_BYTES, 20, 30));
    }

    private TreeSet<Long> open(long after) throws StorageException {
        ModelShard shard = new ModelShard();
        shard.queueDeclared(Workload.queue(1));
        JournalPosition end = journal().open(new JournalPosition(1, after), shard, this);
        assertEquals(MESSAGES, end.index(), "the count of batches goes on");
        return new TreeSet<>(shard.sequences(1));
    }

    private void scan(long after) throws Exception {
        damages.clear();
        new JournalScan(disk, FOLDER, STORE).run(new JournalPosition(1, after), new JournalScan.Visitor() {
            @Override
            public void damage(Damage damage) {
                damages.add(damage);
            }

            @Override
            public void end(Path file, long offset, long index) {
                scannedEnd = index;
            }
        });
    }

    private List<Long> lost() {
        List<Long> lost = new ArrayList<>();
        for (Damage damage : damages) {
            for (Damage.Lost what : damage.lost()) {
                assertEquals(1, what.queueId());
                assertEquals(Damage.Change.MESSAGE, what.change());
                for (int range = 0; range < what.sequences().rangeCount(); range++) {
                    for (long s = what.sequences().first(range);
                            s <= what.sequences().last(range);
                            s++) {
                        lost.add(s);
                    }
                }
            }
        }
        return lost;
    }

    private Path segment(int number) throws Exception {
        return new JournalScan(disk, FOLDER, STORE)
                .files().segments().stream()
                        .filter(segment -> segment.header().number() == number)
                        .findFirst()
                        .orElseThrow()
                        .path();
    }

    private static long frameAt(int indexInSegment) {
        return JournalFormat.FIRST_FRAME + (long) indexInSegment * FRAME_BYTES;
    }

    /** Refused, scanned, repaired, and then everything but these is there, also after a second run. */
    private void repairs(long after, Long... missing) throws Exception {
        assertThrows(StorageException.class, () -> open(after));
        scan(after);
        assertFalse(damages.isEmpty());
        assertEquals(MESSAGES, scannedEnd, "what is behind the damage is read");
        List<Path> kept = new JournalRepair(disk, FOLDER, STORE).run(new JournalPosition(1, after));
        assertTrue(kept.stream().allMatch(path -> path.toString().contains(JournalRepair.KEPT)), kept.toString());
        TreeSet<Long> expected = new TreeSet<>();
        for (long sequence = after + 1; sequence <= MESSAGES; sequence++) {
            expected.add(sequence);
        }
        List.of(missing).forEach(expected::remove);
        assertEquals(expected, open(after));
        scan(after);
        assertEquals(List.of(), damages);
    }

    @Test
    void aWholeJournalHasNoDamage() throws Exception {
        scan(0);
        assertEquals(List.of(), damages);
        assertEquals(MESSAGES, scannedEnd);
        assertEquals(MESSAGES, open(0).size());
    }

    @Test
    void aFlipInABodyCostsThatFrame() throws Exception {
        disk.flipBit(segment(2), frameAt(2) + 5_000, 3);
        scan(0);
        assertEquals(List.of(8L), lost(), "what the frame seems to hold");
        repairs(0, 8L);
    }

    @Test
    void aFlipInAHeadCostsThatFrame() throws Exception {
        disk.flipBit(segment(4), frameAt(1) + 20, 0);
        repairs(0, 17L);
    }

    @Test
    void aFlipInTheLastFrameOfASegmentCostsThatFrame() throws Exception {
        disk.flipBit(segment(3), frameAt(4) + 6_000, 0);
        repairs(0, 15L);
    }

    @Test
    void aFlipInTheVeryLastFrameCostsThatFrame() throws Exception {
        disk.flipBit(segment(6), frameAt(4) + 6_000, 0);
        repairs(0, 30L);
    }

    @Test
    void aDamagedHeaderCostsNothing() throws Exception {
        Path damaged = segment(5);
        byte[] before = disk.content(damaged);
        disk.flipBit(damaged, 30, 1);
        repairs(0);
        Path kept = damaged.resolveSibling(damaged.getFileName() + JournalRepair.KEPT);
        before[30] ^= 2;
        assertTrue(java.util.Arrays.equals(before, disk.content(kept)), "the damaged file is kept as it was");
    }

    @Test
    void aDamagedHeaderOfTheNewestSegmentCostsNothing() throws Exception {
        disk.flipBit(segment(6), 30, 1);
        repairs(0);
    }

    @Test
    void aMissingSegmentCostsWhatWasInIt() throws Exception {
        disk.delete(segment(3));
        repairs(0, 11L, 12L, 13L, 14L, 15L);
    }

    @Test
    void aMissingFirstSegmentCostsWhatTheCheckpointDoesNotHold() throws Exception {
        disk.delete(segment(2));
        repairs(7, 8L, 9L, 10L);
    }

    @Test
    void twoMissingSegmentsAndAFlip() throws Exception {
        disk.delete(segment(3));
        disk.delete(segment(4));
        disk.flipBit(segment(6), frameAt(0) + 6_000, 0);
        repairs(0, 11L, 12L, 13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L, 26L);
    }

    @Test
    void aTornEndIsNoDamage() throws Exception {
        disk.flipBit(segment(6), frameAt(4) + 6_000, 0);
        disk.flipBit(segment(6), frameAt(5) + 1, 0); // the mark behind it
        scan(0);
        assertEquals(List.of(), damages);
        assertEquals(MESSAGES - 1, scannedEnd);
    }

    @Test
    void aNewerSegmentIsRefused() throws Exception {
        Path segment = segment(2);
        JournalFormat.Header header = JournalFormat.decodeHeader(java.nio.ByteBuffer.wrap(disk.content(segment)));
        disk.open(segment)
                .write(
                        JournalFormat.encode(new JournalFormat.Header(
                                2,
                                0,
                                header.store(),
                                header.number(),
                                header.epoch(),
                                header.firstIndex(),
                                header.previousCrc(),
                                header.segmentBytes())),
                        0);
        String refusal = assertThrows(StorageException.class, () -> scan(0)).getMessage();
        assertTrue(refusal.contains("start the newer version"), refusal);
    }

    @Override
    public void committed(int batches, JournalPosition position) {}

    @Override
    public void failed(StorageException cause) {
        throw new AssertionError(cause);
    }

    @Override
    public void checkpointWanted() {}

    @Override
    public void roomLow(boolean low, String reason) {}
}
