package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: one disk operation that fails, wherever it is, loses nothing that was committed. Method: the same workload again and again,
 * with the fault one operation later each time, until it runs through; then everything is opened again and compared.
 */
class FaultInjectionTest {
    private static final int ACTIONS = 60;
    /** Every n-th operation of the workload, so that it takes seconds; the first ones all. */
    private static final int STRIDE = 20;

    @ParameterizedTest
    @EnumSource(SimulatedDisk.Fault.class)
    void oneFaultLosesNothing(SimulatedDisk.Fault fault) {
        boolean happened = true;
        int faults = 0;
        for (int at = 1; happened; at += at < 60 ? 1 : STRIDE) {
            happened = run(at, fault);
            faults++;
        }
        assertTrue(faults > 100, "only " + faults + " operations");
    }

    private static boolean run(int at, SimulatedDisk.Fault fault) {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        StorageSimulation simulation = new StorageSimulation(new Random(2), disk);
        disk.failAt(at, fault);
        boolean happened;
        try {
            try {
                simulation.open();
                for (int i = 0; i < ACTIONS; i++) {
                    simulation.act();
                    if (i % 20 == 19) {
                        simulation.commitAll();
                        simulation.checkpoint();
                    }
                }
                simulation.close();
            } catch (StorageException typed) {
                assertTrue(disk.faultHappened(), "without a fault: " + typed);
            }
            happened = disk.faultHappened();
            disk.processKilled();
            simulation.open();
            simulation.checkpoint();
            simulation.close();
            simulation.open();
            simulation.close();
        } catch (StorageException | RuntimeException | AssertionError e) {
            throw new AssertionError(fault + " at operation " + at + ": " + e, e);
        }
        return happened;
    }

    @Test
    void aFullDiskIsReportedAndOutlived() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(new Random(1));
        StorageSimulation simulation = new StorageSimulation(new Random(2), disk);
        simulation.open();
        for (int i = 0; i < 40; i++) {
            simulation.act();
        }
        simulation.commitAll();
        disk.capacity(1); // nothing can grow from here on
        for (int i = 0; i < 200; i++) {
            simulation.act();
        }
        simulation.checkpoint();
        assertTrue(simulation.failure() == null, "a full disk must not stop the journal: " + simulation.failure());
        disk.capacity(Long.MAX_VALUE);
        simulation.commitAll();
        simulation.checkpoint();
        simulation.close();
        simulation.open();
        simulation.close();
    }
}
