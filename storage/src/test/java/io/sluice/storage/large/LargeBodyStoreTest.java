package io.sluice.storage.large;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.storage.FileDisk;
import io.sluice.storage.RecordingMetrics;
import io.sluice.storage.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies on a simulated disk, whose threads are a list of tasks. */
class LargeBodyStoreTest {
    private static final Path FOLDER = Path.of("/data/large");
    private static final UUID STORE = new UUID(1, 2);
    private static final int CHUNK = BodyFormat.CHUNK_BYTES;

    private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final SplittableRandom ids = new SplittableRandom(7);
    private final LargeBodyStore store = store(disk, 0);

    private LargeBodyStore store(SimulatedDisk on, long minFreeDiskBytes) {
        return new LargeBodyStore(
                on, FOLDER, STORE, minFreeDiskBytes, new LargeBodyStore.Threads(tasks::add, tasks::add, () -> {}), ids);
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(length).nextBytes(content);
        return content;
    }

    /** What a producer hears of its body. */
    private static final class Heard implements LargeBodies.SinkListener {
        final List<LargeBody> finished = new ArrayList<>();
        final List<Refusal> refused = new ArrayList<>();
        long written;

        @Override
        public void written(int bytes) {
            written += bytes;
        }

        @Override
        public void finished(LargeBody body) {
            finished.add(body);
        }

        @Override
        public void refused(Refusal refusal) {
            refused.add(refusal);
        }
    }

    private Heard write(LargeBodyStore into, byte[] content, int pieceBytes) {
        Heard heard = new Heard();
        LargeBodies.Sink sink = into.create(true, heard);
        for (int at = 0; at < content.length; at += pieceBytes) {
            byte[] piece = Arrays.copyOfRange(content, at, Math.min(content.length, at + pieceBytes));
            sink.write(piece, 0, piece.length);
        }
        sink.finish();
        run();
        return heard;
    }

    private LargeBody written(byte[] content) {
        return write(store, content, 1000).finished.get(0);
    }

    /** All of a body, or why there is not all of it. */
    private final class Reading implements LargeBodies.SourceListener {
        final ByteArrayOutputStream content = new ByteArrayOutputStream();
        StorageException failure;
        boolean damaged;
        boolean last;

        Reading(LargeBodies.Source source) {
            while (!last && failure == null) {
                source.read(this);
                LargeBodyStoreTest.this.run();
            }
            source.close();
            LargeBodyStoreTest.this.run();
        }

        @Override
        public void chunk(byte[] bytes, boolean isLast) {
            assertTrue(bytes.length <= CHUNK);
            content.writeBytes(bytes);
            last = isLast;
        }

        @Override
        public void failed(StorageException cause, boolean isDamaged) {
            failure = cause;
            damaged = isDamaged;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 999, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17})
    void comesBackAsItWas(int length) {
        byte[] content = content(length);
        for (int piece : new int[] {1000, 65_536, CHUNK, 1 << 20}) {
            Heard heard = write(store, content, piece);
            assertEquals(length, heard.written);
            LargeBody body = heard.finished.get(0);
            assertEquals(length, body.length());
            assertArrayEquals(content, new Reading(store.open(body)).content.toByteArray());
            assertEquals(BodyFormat.fileBytes(length), disk.content(store.file(body.id())).length);
        }
    }

    @Test
    void anAbortedBodyLeavesNoTrace() {
        Heard heard = new Heard();
        LargeBodies.Sink sink = store.create(true, heard);
        sink.write(content(3 * CHUNK), 0, 3 * CHUNK);
        run();
        assertEquals(1, disk.files().size());
        sink.abort();
        run();
        assertEquals(List.of(), disk.files());
        assertEquals(List.of(), heard.finished);
        assertEquals(List.of(), heard.refused);
    }

    @Test
    void aBodyThatIsOpenIsDeletedWhenItIsClosed() {
        byte[] content = content(2 * CHUNK);
        LargeBody body = written(content);
        LargeBodies.Source source = store.open(body);
        store.delete(body.id());
        run();
        assertArrayEquals(content, new Reading(source).content.toByteArray());
        assertEquals(List.of(), disk.files());
    }

    @Test
    void twoReadersDoNotDisturbEachOther() {
        byte[] content = content(2 * CHUNK + 5);
        LargeBody body = written(content);
        LargeBodies.Source one = store.open(body);
        LargeBodies.Source other = store.open(body);
        store.delete(body.id());
        assertArrayEquals(content, new Reading(one).content.toByteArray());
        assertEquals(1, disk.files().size());
        assertArrayEquals(content, new Reading(other).content.toByteArray());
        assertEquals(List.of(), disk.files());
    }

    @Test
    void aStartKeepsWhatIsReferredToAndSaysWhatIsMissing() throws Exception {
        LargeBody kept = written(content(10));
        written(content(20));
        assertEquals(Set.of(99L), store.retain(Set.of(kept.id(), 99L)));
        assertEquals(List.of(store.file(kept.id())), disk.files());
    }

    @Test
    void aMissingBodyIsDamageAndNoFileComesIntoBeing() {
        Reading reading = new Reading(store.open(new LargeBody(5, 10)));
        assertTrue(reading.damaged);
        assertTrue(reading.failure.getMessage().contains("missing"), reading.failure::getMessage);
        assertEquals(List.of(), disk.files());
    }

    @Test
    void aDamagedBodyIsKeptAsideWhenItsMessageGoes() {
        LargeBody body = written(content(100));
        disk.flipBit(store.file(body.id()), 60, 3);
        assertTrue(new Reading(store.open(body)).damaged);
        store.delete(body.id());
        run();
        assertEquals(
                List.of(String.format("%016x.damaged", body.id())),
                disk.files().stream().map(path -> path.getFileName().toString()).toList());
    }

    /** Goal: no flipped bit is delivered. Method: one flip at each of many places; what is read up to the failure is right. */
    @Test
    void noFlippedBitIsDelivered() {
        byte[] content = content(2 * CHUNK + 100);
        LargeBody body = written(content);
        Random random = new Random(4);
        int bytes = disk.content(store.file(body.id())).length;
        for (int flip = 0; flip < 300; flip++) {
            long offset = flip < 50 ? flip : random.nextInt(bytes);
            SimulatedDisk copy = disk.copy();
            copy.flipBit(store.file(body.id()), offset, random.nextInt(8));
            Reading reading = new Reading(store(copy, 0).open(body));
            assertTrue(reading.damaged, "flip at " + offset);
            byte[] read = reading.content.toByteArray();
            assertArrayEquals(Arrays.copyOf(content, read.length), read);
            assertFalse(reading.last);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, BodyFormat.HEADER_BYTES, 1000, CHUNK + 44, 2 * CHUNK + 120})
    void aFileCutShortIsDetected(int bytes) throws Exception {
        LargeBody body = written(content(2 * CHUNK + 100));
        try (var file = disk.open(store.file(body.id()))) {
            file.truncate(bytes);
        }
        Reading reading = new Reading(store.open(body));
        assertTrue(reading.damaged);
        assertEquals(0, reading.content.size());
    }

    @Test
    void aNewerFormatIsRefusedWithoutCallingItDamaged() throws Exception {
        LargeBody body = written(content(100));
        ByteBuffer header = ByteBuffer.allocate(BodyFormat.HEADER_BYTES);
        try (var file = disk.open(store.file(body.id()))) {
            BodyFormat.header(header, STORE, body.id());
            header.putShort(4, (short) 2);
            CRC32C crc = new CRC32C();
            crc.update(header.duplicate().limit(BodyFormat.HEADER_BYTES - 4));
            header.putInt(BodyFormat.HEADER_BYTES - 4, (int) crc.getValue());
            file.write(header, 0);
        }
        Reading reading = new Reading(store.open(body));
        assertFalse(reading.damaged);
        assertTrue(reading.failure.getMessage().contains("start the newer version"), reading.failure::getMessage);
    }

    @Test
    void aBodyOfAnotherStoreOrMessageIsNotTakenForThisOne() throws Exception {
        LargeBody one = written(content(100));
        LargeBody other = written(content(100));
        disk.rename(store.file(other.id()), store.file(one.id()));
        assertTrue(new Reading(store.open(one)).damaged);
    }

    /** Goal: whichever disk operation fails, the producer is told, no trace stays, and the next body is fine. */
    @ParameterizedTest
    @EnumSource(
            value = SimulatedDisk.Fault.class,
            names = {"ERROR", "SHORT_WRITE"})
    void aFaultRefusesTheMessageAndNothingElse(SimulatedDisk.Fault fault) throws Exception {
        byte[] content = content(3 * CHUNK);
        int refusals = 0;
        for (int at = 1; ; at++) {
            SimulatedDisk faulty = new SimulatedDisk(new Random(at));
            LargeBodyStore on = store(faulty, 0);
            faulty.failAt(at, fault);
            Heard heard = write(on, content, 100_000);
            boolean happened = faulty.faultHappened();
            faulty.heal();
            assertEquals(1, heard.finished.size() + heard.refused.size());
            if (!happened) {
                break;
            }
            refusals += heard.refused.size();
            if (!heard.finished.isEmpty()) {
                assertArrayEquals(content, new Reading(on.open(heard.finished.get(0))).content.toByteArray());
            } else {
                assertEquals(List.of(), faulty.files());
            }
            assertEquals(1, write(on, content, 100_000).finished.size());
        }
        assertTrue(refusals > 5, "only " + refusals + " refusals");
    }

    @Test
    void aReadThatFailsIsNoDamage() {
        LargeBody body = written(content(100));
        disk.failAt(3, SimulatedDisk.Fault.ERROR);
        Reading reading = new Reading(store.open(body));
        assertFalse(reading.damaged);
        assertTrue(reading.failure.getMessage().contains("cannot be read"), reading.failure::getMessage);
        store.delete(body.id());
        run();
        assertEquals(List.of(), disk.files());
    }

    /** Goal: a body that was reported finished is there after any loss of power. */
    @Test
    void aFinishedBodySurvivesPowerLoss() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            SimulatedDisk failing = new SimulatedDisk(random);
            LargeBodyStore before = store(failing, 0);
            byte[] content = content(1 + random.nextInt(2 * CHUNK));
            Heard first = write(before, content, 100_000);
            failing.failAt(1 + random.nextInt(9), SimulatedDisk.Fault.OUTAGE);
            Heard second = write(before, content, 100_000);
            failing.powerLost();
            LargeBodyStore after = store(failing, 0);
            List<LargeBody> finished = new ArrayList<>(first.finished);
            finished.addAll(second.finished);
            Set<Long> referred = Set.copyOf(finished.stream().map(LargeBody::id).toList());
            assertEquals(Set.of(), after.retain(referred), "seed " + seed);
            assertEquals(finished.size(), failing.files().size());
            for (LargeBody body : finished) {
                assertArrayEquals(content, new Reading(after.open(body)).content.toByteArray(), "seed " + seed);
            }
        }
    }

    @Test
    void withoutRoomNoBodyIsBegunAndOneUnderWayMayUseHalfOfWhatIsLeft() {
        int mib = 1 << 20;
        disk.capacity(40L * mib);
        LargeBodyStore careful = store(disk, 8L * mib);
        Heard heard = new Heard();
        LargeBodies.Sink sink = careful.create(false, heard);
        for (int i = 0; i < 39 && heard.refused.isEmpty(); i++) {
            sink.write(new byte[mib], 0, mib);
            run();
        }
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, heard.refused.get(0).kind());
        assertTrue(heard.written <= 36L * mib + CHUNK, () -> heard.written + " bytes were written");
        assertEquals(List.of(), disk.files());

        disk.capacity(7L * mib);
        Heard late = write(careful, content(100), 100);
        assertEquals(Refusal.Kind.RESOURCE_LIMIT_EXCEEDED, late.refused.get(0).kind());
        assertTrue(late.refused.get(0).text().contains("no room"), late.refused.get(0)::text);
    }

    @Test
    void whatTheFilesTakeIsKnown() throws Exception {
        RecordingMetrics metrics = new RecordingMetrics();
        store.showIn(metrics);
        LargeBody first = written(content(2 * CHUNK + 5));
        LargeBody second = written(content(100));
        long both = BodyFormat.fileBytes(first.length()) + BodyFormat.fileBytes(second.length());
        assertEquals(both, metrics.value("sluice.storage.size kind=large"));
        store.delete(first.id());
        run();
        assertEquals(BodyFormat.fileBytes(100), metrics.value("sluice.storage.size kind=large"));

        written(content(CHUNK));
        LargeBodyStore after = store(disk, 0);
        after.showIn(metrics);
        after.retain(Set.of(second.id()));
        assertEquals(BodyFormat.fileBytes(100), metrics.value("sluice.storage.size kind=large"));
    }

    @Test
    void worksOnARealDiskWithItsOwnThreads(@TempDir Path folder) throws Exception {
        LargeBodyStore real =
                LargeBodyStore.open(new FileDisk(), folder.resolve("large"), STORE, 0, new SplittableRandom());
        byte[] content = content(5 * CHUNK + 3);
        CompletableFuture<LargeBody> body = new CompletableFuture<>();
        LargeBodies.Sink sink = real.create(true, new LargeBodies.SinkListener() {
            @Override
            public void written(int bytes) {}

            @Override
            public void finished(LargeBody finished) {
                body.complete(finished);
            }

            @Override
            public void refused(Refusal refusal) {
                body.completeExceptionally(new AssertionError(refusal.text()));
            }
        });
        sink.write(content, 0, content.length);
        sink.finish();
        LargeBodies.Source source = real.open(body.get(20, TimeUnit.SECONDS));
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        for (boolean last = false; !last; ) {
            CompletableFuture<Boolean> chunk = new CompletableFuture<>();
            source.read(new LargeBodies.SourceListener() {
                @Override
                public void chunk(byte[] bytes, boolean isLast) {
                    read.writeBytes(bytes);
                    chunk.complete(isLast);
                }

                @Override
                public void failed(StorageException cause, boolean damaged) {
                    chunk.completeExceptionally(cause);
                }
            });
            last = chunk.get(20, TimeUnit.SECONDS);
        }
        assertArrayEquals(content, read.toByteArray());
        source.close();
        real.delete(body.get().id());
        real.close();
        assertEquals(0, folder.resolve("large").toFile().list().length);
    }
}
