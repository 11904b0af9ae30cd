package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Goal: pages change together or not at all, also after a commit that failed in the middle. */
class PageFileTest {
    private static final Path FILE = Path.of("pages");
    private static final Path REDO = Path.of("redo");
    private static final UUID STORE = new UUID(1, 2);
    /** One inside the first committed state and one behind its end. */
    private static final int[] PAGES = {1, 10};

    private static PageFile open(SimulatedDisk disk) throws IOException {
        return new PageFile(disk, FILE, REDO, STORE, new PageFile.Writing(new CheckpointPace(0), 8 << 20));
    }

    private static void write(PageFile file, int value, int... pages) throws IOException {
        for (int page : pages) {
            file.growTo(page + 1);
            Arrays.fill(file.writablePage(page), (byte) value);
        }
    }

    private static int value(PageFile file, int page) throws IOException {
        return file.pages() > page ? file.page(page)[0] : 0;
    }

    @Test
    void aFailedCommitNeverComesBackMixed() throws Exception {
        for (int first = 1; first <= 12; first++) {
            for (int second = 1; second <= 14; second++) {
                for (boolean power : new boolean[] {true, false}) {
                    failTwice(first, second, power);
                }
            }
        }
    }

    private static void failTwice(int first, int second, boolean power) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(new Random(first * 31L + second));
        PageFile file = open(disk);
        disk.forceFolder(FILE);
        write(file, 1, 0, 1);
        file.commit();
        commitFailing(disk, file, 2, first, SimulatedDisk.Fault.ERROR);
        commitFailing(disk, file, 3, second, SimulatedDisk.Fault.OUTAGE);
        if (power) {
            disk.powerLost();
        } else {
            disk.processKilled();
        }
        String where = "faults at " + first + " and " + second + (power ? ", power lost" : ", killed");
        try (PageFile after = open(disk)) {
            int inside = value(after, PAGES[0]);
            int behind = value(after, PAGES[1]);
            assertTrue(
                    inside == 1 && behind == 0 || inside > 1 && inside == behind,
                    where + ": " + inside + ", " + behind);
        } catch (IOException e) {
            throw new AssertionError(where + ": " + e, e);
        }
    }

    private static void commitFailing(SimulatedDisk disk, PageFile file, int value, int at, SimulatedDisk.Fault fault) {
        disk.failAt(at, fault);
        try {
            write(file, value, PAGES);
            file.commit();
        } catch (IOException failed) {
            file.rollback();
        }
    }

    @Test
    void moreChangesThanMemoryHoldsAreOneCommit() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        int half = 5_000;
        int[] inside = java.util.stream.IntStream.range(0, half).toArray();
        int[] all = java.util.stream.IntStream.range(0, 4 * half).toArray();
        PageFile file = open(disk);
        write(file, 1, inside);
        file.commit();
        write(file, 2, all);
        write(file, 3, all);
        file.rollback();
        assertEquals(1, value(file, 17));
        write(file, 4, all);
        SimulatedDisk before = disk.copy();
        file.commit();
        PageFile after = open(disk);
        PageFile same = open(before);
        for (int page : all) {
            assertEquals(4, value(after, page), "page " + page);
            assertEquals(page < half ? 1 : 0, value(same, page), "page " + page);
        }
    }

    @Test
    void aFlippedBitIsFound() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        try (PageFile file = open(disk)) {
            write(file, 1, 0, 1, 2);
            file.commit();
        }
        disk.delete(REDO);
        disk.flipBit(FILE, 3 * 4096 + 100, 0);
        try (PageFile file = open(disk)) {
            assertEquals(1, value(file, 0));
            IOException damaged = assertThrows(DamagedException.class, () -> file.page(1));
            assertTrue(damaged.getMessage().contains("offset 12288"), damaged.getMessage());
        }
    }
}
