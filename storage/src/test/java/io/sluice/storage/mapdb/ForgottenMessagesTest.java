package io.sluice.storage.mapdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ForgottenMessagesTest {
    private static final BitSet ALL = new BitSet();

    /** Compared with sets, in any order of calls. */
    @Test
    void everyMessageIsForgottenOnce() {
        for (int seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            ForgottenMessages forgotten = new ForgottenMessages();
            Map<Long, BitSet> expected = new HashMap<>();
            for (int i = 0; i < 500; i++) {
                long page = 1 + random.nextInt(6);
                int dice = random.nextInt(100);
                if (dice < 3) {
                    forgotten.addPage(page);
                    expected.put(page, ALL);
                } else if (dice < 5) {
                    ForgottenMessages before = forgotten.takeAll();
                    assertEquals(0, forgotten.pages().size());
                    forgotten.add(page, 1000);
                    before.addAll(forgotten);
                    forgotten = before;
                    mark(expected, page, 1000);
                } else {
                    int index = random.nextInt(200);
                    forgotten.add(page, index);
                    mark(expected, page, index);
                }
            }
            compare(expected, forgotten, seed);
        }
    }

    private static void mark(Map<Long, BitSet> expected, long page, int index) {
        BitSet bits = expected.computeIfAbsent(page, p -> new BitSet());
        if (bits != ALL) {
            bits.set(index);
        }
    }

    private static void compare(Map<Long, BitSet> expected, ForgottenMessages forgotten, int seed) {
        assertEquals(expected.size(), forgotten.pages().size(), "seed " + seed);
        for (ForgottenMessages.Page page : forgotten.pages()) {
            BitSet bits = expected.get(page.number());
            if (bits == ALL) {
                assertNull(page.bits(), "seed " + seed);
            } else {
                assertEquals(bits, BitSet.valueOf(page.bits()), "seed " + seed);
            }
        }
    }
}
