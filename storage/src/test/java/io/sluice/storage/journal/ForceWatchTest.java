package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.storage.RecordingMetrics;
import org.junit.jupiter.api.Test;

class ForceWatchTest {
    private static final long MILLI = 1_000_000;
    private static final long START = Long.MIN_VALUE + 5;

    private final RecordingMetrics metrics = new RecordingMetrics();
    private final ForceWatch watch =
            new ForceWatch(JournalLimits.DEFAULT, "journal", new JournalMeters(metrics), at(0));

    private static long at(long millis) {
        return START + millis * MILLI;
    }

    @Test
    void eachForceIsMeasuredAndASlowOneCounted() {
        watch.began(at(0));
        assertTrue(watch.ended(at(3)));
        watch.began(at(10));
        assertTrue(watch.ended(at(1_011)));
        assertEquals(2, metrics.value("sluice.journal.force"));
        assertEquals(1_004 * MILLI, metrics.value("sluice.journal.force sum"));
        assertEquals(1, metrics.value("sluice.journal.force.slow"));
    }

    @Test
    void aForceThatTakesTooLongIsGivenUpOnceAndItsEndDoesNotCount() {
        watch.began(at(0));
        assertFalse(watch.stalled(at(1_500)), "slow only");
        assertFalse(watch.stalled(at(30_000)));
        assertTrue(watch.stalled(at(30_001)));
        assertTrue(watch.isGivenUp());
        assertFalse(watch.stalled(at(30_002)), "once");
        assertFalse(watch.ended(at(30_003)));
        assertEquals(0, metrics.value("sluice.journal.force"));
    }

    @Test
    void anIdleDiskIsNotAStalledOne() {
        assertFalse(watch.stalled(at(100_000)));
        watch.began(at(100_000));
        assertTrue(watch.ended(at(100_001)));
        assertFalse(watch.stalled(at(200_000)));
        watch.began(at(200_000));
        assertFalse(watch.stalled(at(200_001)));
    }
}
