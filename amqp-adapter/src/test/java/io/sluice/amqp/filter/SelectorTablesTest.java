package io.sluice.amqp.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Jakarta Messaging 3.1 §3.8 and AMQP Filter Expressions 1.0 §6: the tables beside this class. */
class SelectorTablesTest {
    private static final long NOW = 10_000;

    /** A selector, a message and what the one says of the other. */
    record Case(String expected, String selector, Message message) {
        @Override
        public String toString() {
            return expected + " " + selector;
        }
    }

    static List<Case> jms() throws IOException {
        return cases("jms-selectors.txt");
    }

    static List<Case> sql() throws IOException {
        return cases("sql-filters.txt");
    }

    private static List<Case> cases(String table) throws IOException {
        List<Case> cases = new ArrayList<>();
        Message message = null;
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(SelectorTablesTest.class.getResourceAsStream(table), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("message")) {
                    message = Messages.parse(line.substring("message".length()));
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    cases.add(new Case(line.substring(0, 1), line.substring(2), message));
                }
            }
        }
        return cases;
    }

    @Test
    void thereAreManyCases() throws IOException {
        assertTrue(jms().size() >= 300, jms().size() + " cases");
        assertTrue(sql().size() >= 60, sql().size() + " cases");
    }

    @ParameterizedTest
    @MethodSource("jms")
    void selectors(Case it) throws InvalidFilterException {
        check(it, Selector.jms(it.selector));
    }

    @ParameterizedTest
    @MethodSource("sql")
    void sqlFilters(Case it) throws InvalidFilterException {
        check(it, Selector.sql(it.selector, () -> NOW));
    }

    private static void check(Case it, Selector selector) {
        Value value = selector.evaluate(it.message, 0);
        assertEquals(it.expected, value == Value.TRUE ? "T" : value == Value.FALSE ? "F" : "U");
        assertEquals("T".equals(it.expected), selector.matches(it.message, 0));
    }

    @Test
    void redeliveryIsWhatTheQueueKnows() throws InvalidFilterException {
        Message message = Messages.parse("");
        assertTrue(Selector.jms("JMSRedelivered AND JMSXDeliveryCount = 3").matches(message, 2));
        assertTrue(Selector.sql("h.delivery_count = 2", () -> NOW).matches(message, 2));
    }
}
