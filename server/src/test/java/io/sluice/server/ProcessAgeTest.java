package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ProcessAgeTest {
    @Test
    void countsFieldsBehindANameThatHoldsAnything() {
        String stat = "4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 123456 20 21";
        assertEquals(940, ProcessAge.millis(stat, "1235.50 2000.11\n"));
    }

    @Test
    void isNeverNegative() {
        String stat = "1 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 500 20";
        assertEquals(0, ProcessAge.millis(stat, "4.99 1.0\n"));
    }
}
