package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.server.LeaderSpread.Backup;
import io.sluice.server.LeaderSpread.HandOver;
import io.sluice.server.LeaderSpread.Led;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes n1 to n3, of which this is n2; shard 0 is for n1, shard 1 for n2, shard 2 for n3. */
final class LeaderSpreadTest {
    private static final long INTERVAL = 10_000;
    private static final Backup THERE = new Backup(600, 3);
    private static final Backup AWAY = new Backup(601, 3);

    private final LeaderSpread spread = new LeaderSpread("n2", INTERVAL, 600);

    private static Led led(int shard, long term, boolean given, Backup n1, Backup n3) {
        Map<String, Backup> others = new HashMap<>();
        others.put("n1", n1);
        others.put("n3", n3);
        return new Led(shard, term, given, others);
    }

    private static Led elected(int shard, Backup n1) {
        return led(shard, 1, false, n1, THERE);
    }

    private Optional<HandOver> at(long millis, Led... led) {
        return spread.next(millis, List.of(led));
    }

    @Test
    void shardsAreForTheNodesInTurn() {
        List<String> members = List.of("n3", "n1", "n2");
        assertEquals(
                List.of("n1", "n2", "n3", "n1"),
                IntStream.range(0, 4)
                        .mapToObj(shard -> LeaderSpread.preferred(shard, members))
                        .toList());
        assertEquals("only", LeaderSpread.preferred(7, List.of("only")));
    }

    @Test
    void aShardGoesToItsNodeThatWasThereForAWholeInterval() {
        assertEquals(Optional.empty(), at(0, elected(0, THERE)));
        assertEquals(Optional.empty(), at(INTERVAL - 1, elected(0, THERE)));
        assertEquals(Optional.of(new HandOver(0, "n1")), at(INTERVAL, elected(0, THERE)));
    }

    @Test
    void itsOwnItKeeps() {
        at(0, elected(1, THERE));
        assertEquals(Optional.empty(), at(INTERVAL * 10, elected(1, THERE)));
    }

    @Test
    void aNodeThatIsAwayGetsNothingAndBeginsAnewWhenItIsBack() {
        at(0, elected(0, THERE));
        assertEquals(Optional.empty(), at(INTERVAL, elected(0, AWAY)));
        assertEquals(Optional.empty(), at(INTERVAL + 1, elected(0, THERE)));
        assertEquals(Optional.empty(), at(2 * INTERVAL, elected(0, THERE)));
        assertEquals(Optional.of(new HandOver(0, "n1")), at(2 * INTERVAL + 1, elected(0, THERE)));
    }

    @Test
    void aNodeThatIsFarBehindGetsNothing() {
        Backup behind = new Backup(20, 1_000_000);
        at(0, elected(0, behind));
        assertEquals(Optional.empty(), at(INTERVAL, elected(0, behind)));
        assertEquals(Optional.empty(), at(INTERVAL + 1, elected(0, THERE)));
    }

    @Test
    void oneShardInEachInterval() {
        Led[] both = {elected(0, THERE), elected(2, THERE)};
        at(0, both);
        assertEquals(Optional.of(new HandOver(0, "n1")), at(INTERVAL, both));
        assertEquals(Optional.empty(), at(INTERVAL + 1, elected(2, THERE)));
        assertEquals(Optional.of(new HandOver(2, "n3")), at(2 * INTERVAL, elected(2, THERE)));
    }

    @Test
    void whatFailedIsNotTriedAgainAtOnce() {
        at(0, elected(0, THERE));
        assertEquals(Optional.of(new HandOver(0, "n1")), at(INTERVAL, elected(0, THERE)));
        assertEquals(Optional.empty(), at(2 * INTERVAL - 1, elected(0, THERE)));
        assertEquals(Optional.of(new HandOver(0, "n1")), at(2 * INTERVAL, elected(0, THERE)));
    }

    @Test
    void aShardThatCameAnewStaysForAnInterval() {
        at(0, elected(0, THERE));
        at(INTERVAL - 1, led(0, 2, false, THERE, THERE));
        assertEquals(Optional.empty(), at(INTERVAL, led(0, 2, false, THERE, THERE)));
    }

    @Test
    void whatWasGivenToThisNodeItKeepsUntilTheOtherWasAway() {
        at(0, led(0, 1, true, THERE, THERE));
        assertEquals(Optional.empty(), at(5 * INTERVAL, led(0, 1, true, THERE, THERE)));
        at(6 * INTERVAL, led(0, 1, true, AWAY, THERE));
        at(7 * INTERVAL, led(0, 1, true, THERE, THERE));
        assertEquals(Optional.of(new HandOver(0, "n1")), at(8 * INTERVAL, led(0, 1, true, THERE, THERE)));
    }
}
