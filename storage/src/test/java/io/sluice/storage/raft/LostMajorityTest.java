package io.sluice.storage.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

/** A primary that no majority answers gives its role up in time, and one that stood still for a while does not. */
final class LostMajorityTest {
    private static final int STEP_MILLIS = 30;

    private long electedMillis = -10_000;
    private final LostMajority lost = new LostMajority(new RaftSettings.Timing(300, 600));

    /** Looked at every step from a clock that begins anywhere. @return when it was to be given up */
    private List<Long> seen(long fromMillis, long untilMillis, LongUnaryOperator ageMillis) {
        List<Long> seen = new ArrayList<>();
        for (long now = fromMillis; now <= untilMillis; now += STEP_MILLIS) {
            long nowNanos = Long.MAX_VALUE - 1_000_000 + TimeUnit.MILLISECONDS.toNanos(now);
            if (lost.isSeen(nowNanos, ageMillis.applyAsLong(now), now - electedMillis)) {
                seen.add(now);
            }
        }
        return seen;
    }

    @Test
    void whoIsAnsweredStays() {
        assertEquals(List.of(), seen(0, 10_000, now -> now % 600));
        assertEquals(List.of(), seen(10_000, 20_000, now -> 600));
    }

    @Test
    void whoIsCutOffGoesAfterBothTimesAndIsAskedAgainWhereItDoesNot() {
        assertEquals(List.of(930L, 1_230L), seen(0, 1_500, now -> now));
    }

    /** Before that, nobody had anything to answer. */
    @Test
    void whoHasJustBeenElectedIsGivenBothTimes() {
        electedMillis = 300;
        assertEquals(List.of(1_230L), seen(300, 1_500, now -> 5_000 + now));
    }

    @Test
    void answersThatWereOnlyReadLateCount() {
        assertEquals(List.of(), seen(0, 240, now -> 5_000 + now));
        assertEquals(List.of(), seen(270, 600, now -> 20));
        // and the time begins anew
        assertEquals(List.of(), seen(630, 900, now -> 700));
        assertEquals(List.of(930L), seen(930, 930, now -> 1_000));
    }

    /** Members change, or this is not the primary. */
    @Test
    void whatIsNotKnownIsNoReason() {
        assertEquals(List.of(), seen(0, 10_000, now -> Long.MAX_VALUE));
    }
}
