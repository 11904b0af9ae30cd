package io.sluice.storage.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JournalLimitsTest {
    @Test
    void theDefaultsAreValid() {
        assertEquals(8, JournalLimits.DEFAULT.budgetSegments());
        assertEquals(32, JournalLimits.DEFAULT.maxSegments());
    }

    @Test
    void aWrongValueIsNamed() {
        refused("segmentBytes", 1000, 1 << 20, 1 << 24, 0, 1);
        refused("segmentBytes", (1 << 20) + 1, 1 << 21, 1 << 24, 0, 1);
        refused("budgetBytes", 1 << 20, 1 << 19, 1 << 24, 0, 1);
        refused("maxBytes", 1 << 20, 1 << 20, 3 << 20, 0, 1);
        refused("minFreeDiskBytes", 1 << 20, 1 << 20, 4 << 20, -1, 1);
        refused("diskCheckMillis", 1 << 20, 1 << 20, 4 << 20, 0, 0);
    }

    private static void refused(String name, int segment, long budget, long max, long free, int millis) {
        IllegalArgumentException refusal = assertThrows(
                IllegalArgumentException.class, () -> new JournalLimits(segment, budget, max, free, millis));
        assertTrue(refusal.getMessage().startsWith(name + " must be"), refusal.getMessage());
    }
}
