package io.sluice.broker.shard;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/** Whatever consumers do: groups are with one of them, in order, and nobody is held up for nothing. */
class DispatchModelTest {
    private static void run(long seed, int steps) {
        DispatchModel model = new DispatchModel(seed);
        for (int i = 0; i < steps; i++) {
            model.step();
        }
        model.assertNobodyGoesWithout();
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
