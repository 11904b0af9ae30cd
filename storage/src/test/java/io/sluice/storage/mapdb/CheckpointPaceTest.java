package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CheckpointPaceTest {
    private static final int MIB = 1 << 20;

    private long now = Long.MAX_VALUE - 1_000; // nanoTime may overflow at any time
    private long waited;
    private Runnable whileWaiting = () -> {};

    private CheckpointPace pace(long bytesPerSecond) {
        CheckpointPace pace = new CheckpointPace(bytesPerSecond, () -> now, nanos -> {
            long some = Math.max(1, nanos / 2); // a wait may end early
            now += some;
            waited += some;
            whileWaiting.run();
        });
        pace.hurry(false);
        return pace;
    }

    @Test
    void whatIsWrittenTakesItsTime() {
        CheckpointPace pace = pace(10 * MIB);
        for (int i = 0; i < 100; i++) {
            pace.wrote(MIB);
        }
        assertTrue(waited > 9_900_000_000L && waited < 10_010_000_000L, waited + " ns");
    }

    @Test
    void aPauseIsNoCredit() {
        CheckpointPace pace = pace(10 * MIB);
        pace.wrote(MIB);
        now += 3_600_000_000_000L;
        waited = 0;
        for (int i = 0; i < 10; i++) {
            pace.wrote(MIB);
        }
        assertTrue(waited > 970_000_000L, waited + " ns");
    }

    @Test
    void nothingWaitsWithoutALimitOrInAHurry() {
        CheckpointPace unlimited = pace(0);
        CheckpointPace hurried = pace(1);
        hurried.hurry(true);
        for (int i = 0; i < 10; i++) {
            unlimited.wrote(MIB);
            hurried.wrote(MIB);
        }
        assertEquals(0, waited);
    }

    @Test
    void aHurryEndsTheWait() {
        CheckpointPace pace = pace(1);
        whileWaiting = () -> pace.hurry(true);
        pace.wrote(MIB);
        long once = waited;
        pace.wrote(MIB);
        assertEquals(once, waited);
        assertTrue(once < MIB * 1_000_000_000L, "waited to the end");
    }

    @Test
    void afterAHurryTheLimitHoldsAgain() {
        CheckpointPace pace = pace(MIB);
        pace.hurry(true);
        pace.wrote(100 * MIB);
        pace.hurry(false);
        pace.wrote(MIB);
        assertTrue(waited > 970_000_000L && waited <= 1_000_000_000L, waited + " ns");
    }
}
