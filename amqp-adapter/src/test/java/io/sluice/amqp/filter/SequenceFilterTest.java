package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.junit.jupiter.api.Test;

/** The numbers that a link asks for. */
class SequenceFilterTest {
    private static final Symbol NAME = Symbol.valueOf("n");

    private static Map<Symbol, Object> asked(Object value) {
        return Map.of(NAME, new Described(SequenceFilter.SYMBOL, value));
    }

    private static String wrong(Map<Symbol, Object> filters) {
        return assertThrows(InvalidFilterException.class, () -> SequenceFilter.of(filters))
                .getMessage();
    }

    @Test
    void wholeNumbersInTheOrderGiven() throws InvalidFilterException {
        Map<Symbol, Object> asked = asked(List.of(UnsignedLong.valueOf(7), 3L, 5));
        SequenceFilter filter = SequenceFilter.of(asked);
        assertEquals(List.of(7L, 3L, 5L), filter.numbers());
        assertEquals(asked, filter.asked());
        assertEquals(
                List.of(1L, 2L), SequenceFilter.of(asked(new Object[] {1L, 2L})).numbers());
    }

    @Test
    void otherFiltersAreNotLookedAt() throws InvalidFilterException {
        assertFalse(SequenceFilter.of(null).isPresent());
        assertFalse(SequenceFilter.of(Map.of(NAME, new Described(Symbol.valueOf("other"), "x")))
                .isPresent());
    }

    @Test
    void whatIsWrongIsSaid() {
        String noList = "filter 'n': its value is not a list of whole numbers";
        assertEquals(noList, wrong(asked("7")));
        assertEquals(noList, wrong(asked(List.of())));
        assertEquals(noList, wrong(asked(List.of(1L, "2"))));
        assertEquals("filter 'n': it has 4 twice", wrong(asked(List.of(4L, 4L))));
        assertEquals("filter 'n': it has 1001 numbers, and may have 1000", wrong(asked(Collections.nCopies(1001, 4L))));
        assertEquals(
                "filter 'n': it goes with no other filter",
                wrong(Map.of(
                        NAME,
                        new Described(SequenceFilter.SYMBOL, List.of(1L)),
                        Symbol.valueOf("m"),
                        new Described(Symbol.valueOf("apache.org:selector-filter:string"), "a = 1"))));
    }
}
