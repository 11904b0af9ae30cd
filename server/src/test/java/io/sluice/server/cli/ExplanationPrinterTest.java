package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationPrinterTest {
    @Test
    void theLastCopyThatWasNotStoredIsNamed() {
        Map<String, Object> copy = new HashMap<>(
                Map.of("id", "string:17", "atMillis", 1_000L, "link", "3.1", "linkName", "out", "container", "shop"));
        copy.put("remoteAddress", "10.0.0.1:1");
        copy.put("firstSequence", null);
        Map<String, Object> why = new HashMap<>(Map.of("queue", "q", "text", "It waits.", "links", List.of()));
        why.put("duplicates", 2L);
        why.put("lastDuplicate", copy);
        assertTrue(ExplanationPrinter.lines(why)
                .contains("  copies not stored 2, the last at 1970-01-01T00:00:01Z: string:17, of message ?,"
                        + " from link 3.1 'out' of shop at 10.0.0.1:1"));
        copy.put("firstSequence", 9L);
        assertTrue(ExplanationPrinter.lines(why).toString().contains("of message 9,"));
    }

    @Test
    void causesOfAMessageAreAChain() {
        Map<String, Object> why = Map.of(
                "queue",
                "orders",
                "sequence",
                7L,
                "causes",
                List.of(
                        Map.of("text", "It waits.", "advice", "Wait, too."),
                        Map.of("text", "Nobody is there.", "advice", "")));
        assertEquals(
                List.of("message 7 of orders: It waits.", "  Wait, too.", "and then: Nobody is there."),
                ExplanationPrinter.lines(why));
    }

    @Test
    void ofAQueueEveryoneWhoTakesPartIsNamed() {
        Map<String, Object> why = new LinkedHashMap<>();
        why.put("queue", "orders");
        why.put("text", "It is empty.");
        why.put("advice", "");
        why.put("messages", 0L);
        why.put("unsettled", 0L);
        why.put("scheduled", 0L);
        why.put("consumers", 1);
        why.put("producers", 2);
        why.put("intakePaused", true);
        why.put(
                "links",
                List.of(Map.of(
                        "link",
                        "3.1",
                        "linkName",
                        "reader",
                        "container",
                        "app",
                        "remoteAddress",
                        "10.0.0.1:5",
                        "mode",
                        "move",
                        "credit",
                        5L,
                        "unsettled",
                        0,
                        "text",
                        "It is empty.")));
        assertEquals(
                List.of(
                        "orders: It is empty.",
                        "  messages 0, with consumers 0, scheduled 0; consumers 1, producers 2",
                        "  Producers get no credit: intake is paused. sluice queue update --resume-intake",
                        "  link 3.1 'reader' of app at 10.0.0.1:5, move, credit 5, unsettled 0: It is empty."),
                ExplanationPrinter.lines(why));
    }

    @Test
    void aLinkIsNamedByItsIdentity() {
        assertEquals(
                List.of("link 3.1: It waits."),
                ExplanationPrinter.lines(Map.of("identity", "3.1", "text", "It waits.", "advice", "")));
    }
}
