package io.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.Growth;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** How long a message waits whose delivery failed. */
class BackoffTest {
    private static List<Long> waits(Backoff backoff) {
        return IntStream.rangeClosed(1, 6)
                .mapToObj(failures -> backoff.waitMillis(failures, 1, 1))
                .toList();
    }

    @Test
    void theyGrowAsTheyAreToldUpToTheLongest() {
        assertEquals(List.of(0L, 0L, 0L, 0L, 0L, 0L), waits(Backoff.NONE));
        assertEquals(List.of(50L, 50L, 50L, 50L, 50L, 50L), waits(Backoff.fixed(50)));
        assertEquals(List.of(50L, 100L, 150L, 200L, 220L, 220L), waits(new Backoff(Growth.LINEAR, 50, 100, 220, 0)));
        assertEquals(
                List.of(50L, 75L, 113L, 169L, 253L, 300L), waits(new Backoff(Growth.EXPONENTIAL, 50, 150, 300, 0)));
    }

    @Property
    void noWaitIsShorterOrLongerThanItMayBe(
            @ForAll @LongRange(min = 1, max = Backoff.MAX_MILLIS) long delay,
            @ForAll @IntRange(min = 100, max = Backoff.MAX_MULTIPLIER_PERCENT) int multiplier,
            @ForAll @LongRange(min = 0, max = Backoff.MAX_MILLIS) long more,
            @ForAll @IntRange(min = 0, max = 100) int jitter,
            @ForAll @IntRange(min = 1) int failures,
            @ForAll long sequence) {
        long longest = Math.min(Backoff.MAX_MILLIS, delay + more);
        for (Growth growth : List.of(Growth.FIXED, Growth.LINEAR, Growth.EXPONENTIAL)) {
            Backoff backoff = new Backoff(growth, delay, multiplier, longest, jitter);
            long whole = new Backoff(growth, delay, multiplier, longest, 0).waitMillis(failures, 7, sequence);
            long wait = backoff.waitMillis(failures, 7, sequence);
            assertTrue(whole >= delay && whole <= longest, () -> growth + " " + whole);
            assertTrue(wait >= whole - whole * jitter / 100 && wait <= whole, () -> growth + " " + wait);
            assertEquals(wait, backoff.waitMillis(failures, 7, sequence), "it is the same each time");
        }
    }

    @Test
    void jitterTakesApartWhatFailedTogether() {
        Backoff backoff = new Backoff(Growth.FIXED, 10_000, 100, 10_000, 50);
        Set<Long> waits = new HashSet<>();
        for (long sequence = 1; sequence <= 1_000; sequence++) {
            waits.add((backoff.waitMillis(1, 1, sequence) - 1) / 500);
        }
        assertTrue(waits.size() >= 10, "every twentieth of the wait has some, from the half on: " + waits);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Growth.FIXED, 0, 100, 10, 0));
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Growth.NONE, 1, 100, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Growth.LINEAR, 10, 100, 9, 0));
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Growth.EXPONENTIAL, 10, 99, 10, 0));
        assertThrows(IllegalArgumentException.class, () -> new Backoff(Growth.FIXED, 10, 100, 10, 101));
        assertThrows(
                IllegalArgumentException.class,
                () -> new Backoff(Growth.FIXED, Backoff.MAX_MILLIS + 1, 100, Long.MAX_VALUE, 0));
    }
}
