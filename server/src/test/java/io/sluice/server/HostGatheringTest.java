package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Virtual hosts go where the first shard has its primary. */
class HostGatheringTest {
    private static final int AWAY_MILLIS = 1_000;
    private static final LeaderSpread.Backup READY = new LeaderSpread.Backup(5, 3);

    private final HostGathering gathering = new HostGathering(AWAY_MILLIS);

    private static LeaderSpread.Led led(int host, Map<String, LeaderSpread.Backup> others) {
        return new LeaderSpread.Led(host, 1, false, others);
    }

    private static LeaderSpread.HandOver give(int host, String to) {
        return new LeaderSpread.HandOver(host, to);
    }

    @Test
    void allThatAreHereGoAtOnce() {
        List<LeaderSpread.Led> led = List.of(led(0, Map.of("n1", READY, "n3", READY)), led(2, Map.of("n3", READY)));
        assertEquals(List.of(give(0, "n3"), give(2, "n3")), gathering.next(0, Optional.of("n3"), led));
    }

    @Test
    void theyStayWhereTheFirstShardIsOrWhileNobodyKnowsWhereThatIs() {
        assertEquals(List.of(), gathering.next(0, Optional.empty(), List.of(led(0, Map.of("n2", READY)))));
    }

    @Test
    void theyStayUntilTheOtherOneIsThereAndHasThem() {
        List<Map<String, LeaderSpread.Backup>> notYet = List.of(
                Map.of(),
                Map.of("n2", READY),
                Map.of("n3", new LeaderSpread.Backup(AWAY_MILLIS + 1, 0)),
                Map.of("n3", new LeaderSpread.Backup(0, 1_001)));
        for (Map<String, LeaderSpread.Backup> others : notYet) {
            assertEquals(List.of(), gathering.next(0, Optional.of("n3"), List.of(led(0, others))), others::toString);
        }
        Map<String, LeaderSpread.Backup> then = Map.of("n3", new LeaderSpread.Backup(AWAY_MILLIS, 1_000));
        assertEquals(List.of(give(0, "n3")), gathering.next(0, Optional.of("n3"), List.of(led(0, then))));
    }

    @Test
    void whatFailedIsTriedAgainASecondLater() {
        List<LeaderSpread.Led> led = List.of(led(0, Map.of("n3", READY)));
        assertEquals(List.of(give(0, "n3")), gathering.next(5_000, Optional.of("n3"), led));
        assertEquals(List.of(), gathering.next(5_999, Optional.of("n3"), led));
        assertEquals(
                List.of(give(1, "n3")), gathering.next(5_999, Optional.of("n3"), List.of(led(1, Map.of("n3", READY)))));
        assertEquals(List.of(give(0, "n3")), gathering.next(6_000, Optional.of("n3"), led));
    }
}
