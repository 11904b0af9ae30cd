package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationPrinterTest {
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
