package io.sluice.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A cluster through crashes, partitions and changes, from seeds. A failure names its seed; {@code -Dsim.seed=<seed>} replays it, with
 * that one seed. The slow ones are others with {@code -Dsim.from=<seed>}.
 */
final class ClusterSimulationTest {
    private static final int SEEDS = 200;
    private static final int MANY_SEEDS = 5_000;
    private static final int MUTATED_SEEDS = 40;

    @Test
    void nothing_acknowledged_is_lost_and_nothing_settled_comes_back() {
        Long seed = Long.getLong("sim.seed");
        if (seed != null) {
            run(seed);
        } else {
            seeds(1, SEEDS);
        }
    }

    @Test
    @Tag("slow")
    void nor_in_thousands_of_other_runs() {
        seeds(Long.getLong("sim.from", SEEDS + 1), MANY_SEEDS);
    }

    @Test
    void a_seed_does_the_same_twice() {
        ClusterSimulation first = new ClusterSimulation(7, Mutation.NONE);
        ClusterSimulation second = new ClusterSimulation(7, Mutation.NONE);
        first.run();
        second.run();
        assertEquals(first.fingerprint(), second.fingerprint());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void what_is_broken_on_purpose_is_noticed(Mutation mutation) {
        boolean noticed =
                LongStream.rangeClosed(1, MUTATED_SEEDS).parallel().anyMatch(seed -> isNoticed(seed, mutation));
        assertTrue(noticed, "nobody noticed in " + MUTATED_SEEDS + " runs");
    }

    private static boolean isNoticed(long seed, Mutation mutation) {
        try {
            return new ClusterSimulation(seed, mutation).run().isBroken();
        } catch (RuntimeException somethingIsMissing) {
            return true;
        }
    }

    private static void seeds(long from, long count) {
        List<History.Counts> all = LongStream.range(from, from + count)
                .parallel()
                .mapToObj(ClusterSimulationTest::run)
                .toList();
        // What does not happen proves nothing.
        assertEnough("messages accepted", 100 * count, all, counts -> counts.accepted);
        assertEnough("messages settled", 50 * count, all, counts -> counts.confirmed);
        assertEnough("transactions committed", 10 * count, all, counts -> counts.transactions);
        assertEnough("messages through the exchange", 10 * count, all, counts -> counts.routed);
        assertEnough("links to subscriptions", 2 * count, all, counts -> counts.subscriptions);
        assertEnough("definitions", 10 * count, all, counts -> counts.definitions);
        assertEnough("primaries", 2 * count, all, counts -> counts.primaries);
        assertEnough("snapshots installed", count / 4, all, counts -> counts.snapshots);
        assertEnough("checkpoints", 10 * count, all, counts -> counts.checkpoints);
        assertEnough("looks at backups", 5 * count, all, counts -> counts.looksAtBackups);
    }

    private static void assertEnough(
            String what, long least, List<History.Counts> all, ToLongFunction<History.Counts> count) {
        long found = all.stream().mapToLong(count).sum();
        assertTrue(found >= least, what + ": " + found + ", less than " + least);
    }

    private static History.Counts run(long seed) {
        History history;
        try {
            history = new ClusterSimulation(seed, Mutation.NONE).run();
        } catch (RuntimeException | Error defect) {
            throw new AssertionError(replayed(seed) + defect, defect);
        }
        if (history.isBroken()) {
            throw new AssertionError(replayed(seed) + history.complaints(), history.cause());
        }
        return history.counts();
    }

    private static String replayed(long seed) {
        return "seed " + seed + " (replay it with -Dsim.seed=" + seed + "): ";
    }
}
