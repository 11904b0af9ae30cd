package io.sluice.broker.queue;

import java.util.ArrayList;
import java.util.List;

/** How many messages a queue holds in each priority level, wherever they are and whoever has them. A FIFO queue has one level. */
final class LevelDepths {
    private final long[] messages;

    LevelDepths(int levels) {
        messages = new long[levels];
    }

    /** @param more may be less than none */
    void add(int level, int more) {
        messages[level] += more;
    }

    /** In this level. */
    long of(int level) {
        return messages[level];
    }

    /** From level 0 on; of a queue that has no levels, nothing. */
    List<Long> byPriority() {
        List<Long> all = new ArrayList<>();
        for (int level = 0; messages.length > 1 && level < messages.length; level++) {
            all.add(messages[level]);
        }
        return all;
    }

    /** Adds what is in each level. @param sums by priority; a queue that has no levels adds nothing */
    void addTo(long[] sums) {
        for (int level = 0; messages.length > 1 && level < messages.length; level++) {
            sums[level] += messages[level];
        }
    }
}
