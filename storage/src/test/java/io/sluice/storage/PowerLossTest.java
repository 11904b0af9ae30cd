package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever the machine loses with its power, nothing acknowledged is lost, nothing settled comes back, nothing is doubled or
 * changed. Method: one seed is one history of several runs on one disk, each ended by a power loss or a killed process at a random
 * disk operation; {@code -Dsim.seed=} replays one.
 */
class PowerLossTest {
    private static final int SEEDS = 300;
    private static final int SLOW_SEEDS = 6_000;

    @Test
    void nothingAcknowledgedIsLost() {
        Long only = Long.getLong("sim.seed");
        if (only != null) {
            run(only);
            return;
        }
        int checkpoints = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            checkpoints += run(seed);
        }
        assertTrue(checkpoints > SEEDS, "only " + checkpoints + " checkpoints: the workload does not test them");
    }

    @Test
    @Tag("slow")
    void nothingAcknowledgedIsLostForLong() {
        for (long seed = 1_000_000; seed < 1_000_000 + SLOW_SEEDS; seed++) {
            run(seed);
        }
    }

    private static int run(long seed) {
        try {
            Random random = new Random(seed);
            SimulatedDisk disk = new SimulatedDisk(random);
            StorageSimulation simulation = new StorageSimulation(random, disk);
            for (int round = 0; round < 5; round++) {
                round(random, disk, simulation);
            }
            simulation.open();
            simulation.close();
            return simulation.checkpoints();
        } catch (StorageException | RuntimeException | AssertionError e) {
            throw new AssertionError("replay with -Dsim.seed=" + seed + ": " + e, e);
        }
    }

    private static void round(Random random, SimulatedDisk disk, StorageSimulation simulation) throws StorageException {
        disk.failAt(1 + random.nextInt(random.nextBoolean() ? 60 : 1500), SimulatedDisk.Fault.OUTAGE);
        if (random.nextBoolean()) {
            disk.failAt(1 + random.nextInt(600), SimulatedDisk.Fault.ERROR); // and life goes on
        }
        try {
            simulation.open();
            for (int i = 0; i < 250 && !disk.isOut(); i++) {
                simulation.act();
            }
        } catch (StorageException e) {
            assertTrue(disk.faultHappened(), "without a fault: " + e);
        }
        if (random.nextInt(3) == 0) {
            disk.processKilled();
        } else {
            disk.powerLost();
        }
    }
}
