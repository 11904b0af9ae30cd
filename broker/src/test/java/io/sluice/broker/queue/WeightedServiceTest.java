package io.sluice.broker.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WeightedServiceTest {
    private static final int ALL = (1 << 10) - 1;

    @Test
    void levelsThatAllWaitShareByWeight() {
        List<Integer> weights = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        WeightedService service = new WeightedService(weights);
        int[] served = new int[10];
        for (int i = 0; i < 5500; i++) {
            int level = service.choose(ALL);
            service.served(level);
            served[level]++;
        }
        for (int level = 0; level < 10; level++) {
            assertEquals(100.0 * weights.get(level), served[level], 1.0);
        }
    }

    @Test
    void aLevelAloneIsServedAndOwesNothing() {
        WeightedService service = new WeightedService(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1000));
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, service.choose(1));
            service.served(0);
        }
        assertEquals(9, service.choose(1 | 1 << 9));
        service.served(9);
        service.served(service.choose(1 | 1 << 9));
        int low = 0;
        for (int i = 0; i < 2002; i++) {
            int level = service.choose(1 | 1 << 9);
            service.served(level);
            low += level == 0 ? 1 : 0;
        }
        assertEquals(2, low, 1);
    }

    /** The bound as the class states it, with the other levels coming and going at random. */
    @Property(tries = 300)
    void aWaitingLevelIsServedWithinItsBound(
            @ForAll @Size(10) List<@IntRange(min = 1, max = 50) Integer> weights,
            @ForAll @IntRange(min = 0, max = 9) int waiting,
            @ForAll @IntRange(min = 1, max = 9) int often,
            @ForAll long seed) {
        Random random = new Random(seed);
        WeightedService service = new WeightedService(weights);
        int sum = weights.stream().mapToInt(Integer::intValue).sum();
        int bound = sum / weights.get(waiting) + 10;
        List<Integer> served = new ArrayList<>();
        int last = 0;
        for (int dispatch = 1; dispatch <= 3000; dispatch++) {
            int candidates = 1 << waiting;
            for (int level = 0; level < 10; level++) {
                candidates |= random.nextInt(10) < often ? 1 << level : 0;
            }
            int level = service.choose(candidates);
            service.served(level);
            if (level == waiting) {
                served.add(dispatch);
                last = dispatch;
            }
            assertTrue(dispatch - last <= bound, "waited " + (dispatch - last) + " dispatches, bound " + bound);
            assertTrue(served.size() >= (double) dispatch * weights.get(waiting) / sum - 10);
        }
    }
}
