package io.sluice.broker.shard;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Whatever consumers do: groups are with one of them, in order, and nobody is held up for nothing. */
class DispatchModelTest {
    private static void run(long seed, int steps) {
        try {
            DispatchModel model = new DispatchModel(seed);
            for (int i = 0; i < steps; i++) {
                model.step();
            }
            model.assertNobodyGoesWithout();
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
        }
    }

    /** Each has found a consumer that waited for nothing: a group that was free since another joined, or its own in the same look. */
    @Example
    void seedsThatHaveFoundSomething() {
        for (long seed : new long[] {-13_567, 36_213, 97_023, -2_631_690_052L}) {
            run(seed, 200);
        }
    }

    @Property(tries = 400)
    void groupsAreWithOneConsumerAndInOrderWhereverTheirMessagesAre(@ForAll long seed) {
        run(seed, 200);
    }

    @Tag("slow")
    @Property(tries = 20_000)
    void groupsAreWithOneConsumerAndInOrderMoreOften(@ForAll long seed) {
        run(seed, 500);
    }
}
