package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.storage.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Goal: bytes that nobody changes are read as they are, wherever their page goes between looking it up and reading it. */
class PageFileReaderTest {
    private static final Path FILE = Path.of("pages");
    private static final int PAGE = PageFile.PAGE_BYTES;
    /** Bytes that stay, from the middle of one page to the middle of a later one; pages of two groups. */
    private static final long OFFSET = 1020L * PAGE + 1_000;

    private static final int LENGTH = 6 * PAGE;

    private final Random random = new Random(1);
    private final SimulatedDisk disk = new SimulatedDisk(random);
    private final byte[] kept = new byte[LENGTH];
    private PageFile file;
    private PageFileReader reader;

    @BeforeEach
    void writeSome() throws IOException {
        file = new PageFile(
                disk, FILE, Path.of("redo"), new UUID(1, 2), new PageFile.Writing(new CheckpointPace(0), 64 << 10));
        file.growTo(1_100);
        random.nextBytes(kept);
        write(OFFSET, kept);
        file.commit();
        reader = new PageFileReader(file);
    }

    private void write(long offset, byte[] bytes) throws IOException {
        for (int i = 0; i < bytes.length; i++) {
            long at = offset + i;
            file.writablePage(at / PAGE)[(int) (at % PAGE)] = bytes[i];
        }
    }

    /** Changes what lies around the bytes that stay. */
    private void changeAround() throws IOException {
        byte[] before = new byte[900];
        byte[] behind = new byte[900];
        random.nextBytes(before);
        random.nextBytes(behind);
        write(OFFSET - before.length, before);
        write(OFFSET + LENGTH, behind);
    }

    private void assertRead() throws IOException {
        byte[] into = new byte[LENGTH];
        reader.read(OFFSET, into, LENGTH);
        assertArrayEquals(kept, into);
    }

    private interface Change {
        void run() throws IOException;
    }

    private void beforeNextRead(Change change) {
        disk.beforeNextRead(() -> {
            try {
                change.run();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void inTheFileInMemoryAndWrittenEarly() throws Exception {
        assertRead();
        changeAround();
        assertRead();
        for (int page = 0; page < 100; page++) {
            file.writablePage(page)[7]++; // more than memory holds
        }
        assertRead();
        file.commit();
        assertRead();
    }

    @Test
    void thePageIsChangedAndCommittedMeanwhile() throws Exception {
        for (int i = 0; i < 10; i++) {
            beforeNextRead(() -> {
                changeAround();
                file.commit();
            });
            assertRead();
        }
    }

    @Test
    void theRedoIsAppliedAndOverwrittenMeanwhile() throws Exception {
        int held = 0;
        for (int at = 1; at < 25; at++) {
            changeAround();
            disk.failAt(at, SimulatedDisk.Fault.ERROR);
            try {
                file.commit();
            } catch (IOException failed) {
                file.rollback();
            }
            disk.heal();
            held += file.places().inRedo(OFFSET / PAGE) >= 0 ? 1 : 0;
            beforeNextRead(() -> {
                changeAround();
                file.commit();
                changeAround();
                file.commit();
            });
            assertRead();
        }
        assertTrue(held > 0, "a redo is never left to be applied");
    }

    @Test
    void aRollbackMeanwhile() throws Exception {
        for (int page = 0; page < 100; page++) {
            changeAround();
            file.writablePage(page)[7]++;
        }
        beforeNextRead(() -> file.rollback());
        assertRead();
        changeAround();
        file.commit();
        assertRead();
    }

    @Test
    void whatWasNeverWrittenIsZeros() throws Exception {
        byte[] into = new byte[PAGE];
        Arrays.fill(into, (byte) 1);
        reader.read(500L * PAGE, into, PAGE);
        assertArrayEquals(new byte[PAGE], into);
    }

    @Test
    void damageIsFound() {
        disk.flipBit(FILE, PageFile.physical(OFFSET / PAGE + 2) * PAGE + 5, 4);
        DamagedException damaged = assertThrows(DamagedException.class, this::assertRead);
        String place = "offset " + PageFile.physical(OFFSET / PAGE + 2) * PAGE;
        assertTrue(damaged.getMessage().contains(place), damaged.getMessage());
    }
}
