package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.Journal;
import io.sluice.broker.port.JournalPosition;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.record.RecordCodec;
import io.sluice.storage.ModelShard;
import io.sluice.storage.SimulatedDisk;
import io.sluice.storage.Workload;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Segments: how they fill, wait, come back, and what is refused. Without threads, on a simulated disk. */
class SegmentJournalTest implements Journal.Listener {
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final Path FOLDER = Path.of("journal");
    private static final UUID STORE = new UUID(1, 2);

    private Random random = new Random(1);
    private SimulatedDisk disk = new SimulatedDisk(random);
    private final List<String> events = new ArrayList<>();
    private SegmentJournal journal = journal(STORE);
    private JournalPosition last = JournalPosition.START;
    private long sequence;

    private static SegmentJournalTest seeded(Random random) {
        SegmentJournalTest test = new SegmentJournalTest();
        test.random = random;
        test.disk = new SimulatedDisk(random);
        return test;
    }

    private SegmentJournal journal(UUID store) {
        return SteppedJournal.on(disk, FOLDER, store, JournalLimits.ofSegments(SEGMENT_BYTES, 2, 6));
    }

    private int open(JournalPosition after) throws StorageException {
        journal = journal(STORE);
        ModelShard shard = new ModelShard();
        shard.queueDeclared(Workload.queue(1));
        last = journal.open(after, shard, this);
        return shard.sequences(1).size();
    }

    /** Appends a message that takes half a segment and more, so that each needs its own. @return whether it was committed */
    private boolean appendSegment() {
        journal.append(List.of(Workload.message(1, ++sequence, SEGMENT_BYTES * 2 / 3, random)));
        return journal.step();
    }

    @Override
    public void committed(int batches, JournalPosition position) {
        last = position;
    }

    @Override
    public void failed(StorageException cause) {
        events.add("failed: " + cause.getMessage());
    }

    @Override
    public void checkpointWanted() {
        events.add("checkpoint wanted");
    }

    @Override
    public void roomLow(boolean low, String reason) {
        events.add(low ? "low" : "room");
    }

    @Override
    public String toString() {
        return events.toString();
    }

    @Test
    void aFullJournalSaysSoInTimeWaitsAndGoesOn() throws Exception {
        open(JournalPosition.START);
        for (int i = 1; i <= 3; i++) {
            assertTrue(appendSegment());
        }
        assertEquals(List.of(), events);
        assertTrue(appendSegment());
        assertEquals(List.of("checkpoint wanted"), events);
        assertTrue(appendSegment());
        journal.step();
        assertEquals(List.of("checkpoint wanted", "checkpoint wanted", "low"), events, "while one segment is left");
        assertTrue(appendSegment());
        assertFalse(appendSegment(), "the seventh segment is over the limit");
        events.clear();
        journal.checkpointed(last);
        assertTrue(journal.step(), "the batch that waited");
        assertEquals(List.of("room"), events);
        assertEquals(7, last.index());
    }

    @Test
    void filesAreUsedAgain() throws Exception {
        open(JournalPosition.START);
        for (int i = 0; i < 100; i++) {
            assertTrue(appendSegment());
            if (i % 3 == 2) {
                journal.checkpointed(last);
            }
        }
        assertTrue(disk.files().size() <= 6, disk.files().toString());
        JournalPosition checkpoint = new JournalPosition(last.epoch(), 98);
        journal.close();
        assertEquals(2, open(checkpoint));
    }

    @Test
    void aTornEndIsTheEnd() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        appendSegment();
        Path segment = segmentOf(2);
        disk.flipBit(segment, JournalFormat.FIRST_FRAME + 5_000, 3);
        assertEquals(1, open(JournalPosition.START), "not closed in order: the last frame may be torn");
        appendSegment();
        assertEquals(2, open(JournalPosition.START), "and what comes after it is good");
    }

    @Test
    void damageBeforeTheEndIsRefusedWithItsPlace() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        appendSegment();
        Path segment = segmentOf(1);
        disk.flipBit(segment, JournalFormat.FIRST_FRAME + 5_000, 3);
        String message = refusal();
        assertTrue(message.contains("segment") && message.contains("offset"), message);
    }

    @Test
    void damageToTheLastFrameAfterAnOrderlyEndIsRefused() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        journal.close();
        disk.flipBit(segmentOf(1), JournalFormat.FIRST_FRAME + 5_000, 3);
        assertTrue(refusal().contains("offset " + JournalFormat.FIRST_FRAME));
    }

    @Test
    void damageToTheLastFrameOfAJournalThatWasIdleIsRefused() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        journal.markIdle();
        disk.flipBit(segmentOf(1), JournalFormat.FIRST_FRAME + 5_000, 3);
        assertTrue(refusal().contains("offset " + JournalFormat.FIRST_FRAME));
    }

    @Test
    void theHeadOfATornFrameProvesTheFrameBeforeIt() throws Exception {
        open(JournalPosition.START);
        long second = JournalFormat.FIRST_FRAME + appendSmall();
        appendSmall();
        disk.flipBit(segmentOf(1), second + 2_000, 3);
        assertEquals(1, open(JournalPosition.START), "the last frame is torn, the one before is good");
        disk.flipBit(segmentOf(1), JournalFormat.FIRST_FRAME + 2_000, 3);
        assertTrue(refusal().contains("offset " + JournalFormat.FIRST_FRAME), "and when it is not, that is damage");
    }

    /** @return bytes of its frame */
    private int appendSmall() {
        List<io.sluice.broker.record.JournalRecord> batch = List.of(Workload.message(1, ++sequence, 5_000, random));
        journal.append(batch);
        assertTrue(journal.step());
        return (int) FrameBuffer.frameBytes(batch);
    }

    @Test
    void whateverWasAcknowledgedAndHasSomethingBehindItIsNeverTakenForTorn() throws Exception {
        int refused = 0;
        for (int seed = 1; seed <= 400; seed++) {
            refused += flipAfterPowerLoss(new Random(seed)) ? 1 : 0;
        }
        assertTrue(refused > 300, "only " + refused);
    }

    /** Frames, a mark or the beginning of another frame behind them, no power, and then a flipped bit. */
    private static boolean flipAfterPowerLoss(Random random) throws Exception {
        SegmentJournalTest run = seeded(random);
        run.open(JournalPosition.START);
        int acknowledged = 1 + random.nextInt(5);
        int end = JournalFormat.FIRST_FRAME;
        for (int i = 0; i < acknowledged; i++) {
            end += run.appendSmall();
        }
        run.journal.markIdle();
        if (random.nextBoolean()) {
            run.journal.append(List.of(Workload.message(1, 100, 5_000, random)));
            run.disk.failAt(3, SimulatedDisk.Fault.OUTAGE);
            assertFalse(run.journal.step(), "free space, write, and no power in the force");
        }
        run.disk.powerLost();
        SimulatedDisk intact = run.disk.copy();
        Path segment = run.segmentOf(1);
        run.disk.flipBit(
                segment,
                JournalFormat.FIRST_FRAME + random.nextInt(end - JournalFormat.FIRST_FRAME),
                random.nextInt(8));
        boolean refused = false;
        try {
            assertTrue(run.open(JournalPosition.START) >= acknowledged, "padding is not part of a frame's checksum");
        } catch (StorageException damaged) {
            refused = true;
        }
        run.disk = intact;
        assertTrue(run.open(JournalPosition.START) >= acknowledged, "without the flip");
        return refused;
    }

    @Test
    void aNewerFormatIsRefusedWithAdvice() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        Path segment = segmentOf(1);
        JournalFormat.Header header = JournalFormat.decodeHeader(ByteBuffer.wrap(disk.content(segment)));
        ByteBuffer newer = JournalFormat.encode(new JournalFormat.Header(
                2,
                0,
                header.store(),
                header.number(),
                header.epoch(),
                header.firstIndex(),
                header.previousCrc(),
                header.segmentBytes()));
        disk.open(segment).write(newer, 0);
        assertTrue(refusal().contains("start the newer version"));
    }

    @Test
    void aMissingSegmentIsRefused() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        appendSegment();
        appendSegment();
        disk.delete(segmentOf(2));
        assertTrue(refusal().contains("missing"));
    }

    @Test
    void anotherStoresSegmentIsRefused() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        StorageException refused = assertThrows(
                StorageException.class,
                () -> journal(new UUID(3, 4)).open(JournalPosition.START, new ModelShard(), this));
        assertTrue(refused.getMessage().contains("another store"), refused.getMessage());
    }

    @Test
    void aFailedForceEndsItForGood() throws Exception {
        open(JournalPosition.START);
        appendSegment();
        JournalPosition before = last;
        journal.step(); // both spares are prepared
        journal.step();
        journal.append(List.of(Workload.queue(9)));
        disk.failAt(3, SimulatedDisk.Fault.ERROR); // free space, write, force
        assertFalse(journal.step());
        journal.append(List.of(Workload.queue(10)));
        assertFalse(journal.step());
        assertEquals(before, last);
        assertEquals(1, events.size());
        assertTrue(events.get(0).startsWith("failed: The journal in journal cannot be written"), events.toString());
    }

    @Test
    void aBatchLargerThanASegmentFailsLoudly() throws Exception {
        open(JournalPosition.START);
        journal.append(List.of(Workload.message(1, 1, SEGMENT_BYTES, random)));
        assertFalse(journal.step());
        assertTrue(events.get(0).contains("does not fit a journal segment"), events.toString());
    }

    @Test
    void theLargestBatchFits() throws Exception {
        open(JournalPosition.START);
        int overhead = RecordCodec.size(Workload.message(1, 1, 0, random));
        journal.append(List.of(Workload.message(1, 1, journal.maxBatchBytes() - overhead, random)));
        assertTrue(journal.step(), this::toString);
        assertEquals(1, open(JournalPosition.START));
    }

    private Path segmentOf(long number) {
        for (Path path : disk.files()) {
            ByteBuffer content = ByteBuffer.wrap(disk.content(path));
            if (JournalFormat.isHeader(content.slice(0, 512))
                    && JournalFormat.decodeHeader(content).number() == number) {
                return path;
            }
        }
        throw new AssertionError("no segment " + number);
    }

    private String refusal() {
        return assertThrows(StorageException.class, () -> open(JournalPosition.START))
                .getMessage();
    }
}
