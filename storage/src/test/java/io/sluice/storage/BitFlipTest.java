package io.sluice.storage;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.port.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Goal: a bit that flips on the disk is detected or harmless, and never changes what is delivered. Method: one history, closed in
 * order; a copy of its disk per flip, opened and compared with the history. A flip in bytes nobody needs leaves the state as it is.
 */
class BitFlipTest {
    private static final int FLIPS = 600;

    @Test
    void noFlipIsDelivered() throws Exception {
        SimulatedDisk disk = new SimulatedDisk(new Random(3));
        StorageSimulation history = new StorageSimulation(new Random(4), disk);
        history.open();
        for (int i = 0; i < 150; i++) {
            history.act();
        }
        history.checkpoint();
        for (int i = 0; i < 30; i++) {
            history.act();
        }
        history.close();
        Random random = new Random(5);
        int detected = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            SimulatedDisk copy = disk.copy();
            List<Path> files = copy.files();
            Path path = files.get(random.nextInt(files.size()));
            byte[] content = copy.content(path);
            if (content.length == 0) {
                continue;
            }
            // Where the data is: most of a segment is zeros.
            long offset = random.nextInt(content.length);
            for (int tries = 0; tries < 40 && content[(int) offset] == 0; tries++) {
                offset = random.nextInt(content.length);
            }
            copy.flipBit(path, offset, random.nextInt(8));
            try {
                history.reopenOn(copy);
            } catch (StorageException typed) {
                detected++;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("flip in " + path + " at " + offset + ": " + e, e);
            }
        }
        assertTrue(detected > FLIPS / 10, "only " + detected + " detected");
    }
}
