package io.sluice.amqp.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.junit.jupiter.api.Test;

/** What applications written for other brokers read on a dead letter. */
class DeadLetterNamesTest {
    private static final Set<DeadLetterNames> ALL = Set.of(DeadLetterNames.values());

    private static Annotations move(String queue, long sequence, String reason, long millis) {
        return Annotations.of(Map.of(
                "queue", new Annotations.Text(queue),
                "sequence", new Annotations.Number(sequence),
                "reason", new Annotations.Text(reason),
                "time", new Annotations.Timestamp(millis)));
    }

    private static Message deadLetter(Annotations... moves) throws MalformedMessageException {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put("x-opt-dead-letter-queue", moves[moves.length - 1].get("queue"));
        values.put("x-opt-dead-letter-history", new Annotations.Maps(List.of(moves)));
        return body().annotated(Annotations.of(values));
    }

    private static Message body() throws MalformedMessageException {
        return IncomingMessage.parse(java.util.HexFormat.of().parseHex("005377a10161"), 0);
    }

    /** As a client decodes them. */
    private static TreeMap<String, Object> sent(Message message, Set<DeadLetterNames> names) {
        ReadableBuffer buffer = OutgoingMessage.encode(DeadLetterNames.named(message, names), Message.NONE, false, 0);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        TreeMap<String, Object> sent = new TreeMap<>();
        ProtonMessages.decode(bytes)
                .getMessageAnnotations()
                .getValue()
                .forEach((key, value) -> sent.put(key.toString(), value));
        return sent;
    }

    private static List<Map<?, ?>> deaths(TreeMap<String, Object> sent) {
        List<Map<?, ?>> deaths = new ArrayList<>();
        for (Object death : (Object[]) sent.get("x-opt-deaths")) {
            deaths.add((Map<?, ?>) death);
        }
        return deaths;
    }

    @Test
    void rabbitsDeathsAreByQueueAndReasonTheNewestFirst() throws MalformedMessageException {
        Message message = deadLetter(
                move("orders", 4, "max-deliveries", 1_000),
                move("retry", 5, "expired", 2_000),
                move("orders", 6, "max-deliveries", 3_000));
        TreeMap<String, Object> sent = sent(message, Set.of(DeadLetterNames.RABBITMQ));
        List<Map<?, ?>> deaths = deaths(sent);
        assertEquals(2, deaths.size());
        Map<?, ?> newest = deaths.get(0);
        assertEquals("orders", newest.get(Symbol.valueOf("queue")));
        assertEquals(Symbol.valueOf("delivery_limit"), newest.get(Symbol.valueOf("reason")));
        assertEquals(UnsignedLong.valueOf(2), newest.get(Symbol.valueOf("count")));
        assertEquals(new Date(1_000), newest.get(Symbol.valueOf("first-time")));
        assertEquals(new Date(3_000), newest.get(Symbol.valueOf("last-time")));
        assertEquals("", newest.get(Symbol.valueOf("exchange")));
        assertArrayEquals(new Object[] {"orders"}, (Object[]) newest.get(Symbol.valueOf("routing-keys")));
        assertEquals(7, newest.size());
        assertEquals("retry", deaths.get(1).get(Symbol.valueOf("queue")));
        assertEquals(Symbol.valueOf("expired"), deaths.get(1).get(Symbol.valueOf("reason")));

        sent.remove("x-opt-deaths");
        assertEquals(
                Map.of(
                        "x-first-death-queue", "orders",
                        "x-first-death-reason", "delivery_limit",
                        "x-first-death-exchange", "",
                        "x-last-death-queue", "orders",
                        "x-last-death-reason", "delivery_limit",
                        "x-last-death-exchange", ""),
                sent,
                "and none of our own");
    }

    @Test
    void rabbitsDeathTellsTheTimeToLiveThatTheProducerGave() throws MalformedMessageException {
        Annotations first = move("q", 1, "expired", 1_000)
                .merged(Annotations.of(Map.of("ttl", new Annotations.Number(0xffff_ffffL))));
        List<Map<?, ?>> deaths = deaths(sent(
                deadLetter(first, move("late", 2, "rejected", 2_000), move("q", 3, "expired", 3_000)),
                Set.of(DeadLetterNames.RABBITMQ)));
        assertEquals(8, deaths.get(0).size());
        assertEquals(UnsignedInteger.MAX_VALUE, deaths.get(0).get(Symbol.valueOf("ttl")));
        assertEquals(UnsignedLong.valueOf(2), deaths.get(0).get(Symbol.valueOf("count")));
        assertEquals(null, deaths.get(1).get(Symbol.valueOf("ttl")));
    }

    @Test
    void rabbitsReasons() throws MalformedMessageException {
        Map<String, String> expected = Map.of(
                "rejected", "rejected",
                "undeliverable-here", "rejected",
                "damaged", "rejected",
                "max-deliveries", "delivery_limit",
                "max-acquisitions", "delivery_limit",
                "overflow", "maxlen",
                "expired", "expired");
        for (Map.Entry<String, String> each : expected.entrySet()) {
            Message message = deadLetter(move("q", 1, each.getKey(), 1));
            assertEquals(each.getValue(), sent(message, ALL).get("x-last-death-reason"), each.getKey());
        }
    }

    @Test
    void artemisSaysWhereItWasLast() throws MalformedMessageException {
        Message message = deadLetter(move("first", 4, "rejected", 1_000), move("orders", 7, "expired", 2_000));
        assertEquals(
                Map.of(
                        "x-opt-ORIG-ADDRESS",
                        "orders",
                        "x-opt-ORIG-QUEUE",
                        "orders",
                        "x-opt-ORIG-MESSAGE-ID",
                        7L,
                        "x-opt-ORIG-ROUTING-TYPE",
                        (byte) 1,
                        "x-opt-ACTUAL-EXPIRY",
                        2_000L),
                sent(message, Set.of(DeadLetterNames.ARTEMIS)));
    }

    @Test
    void artemisTellsATopicFromASubscription() throws MalformedMessageException {
        TreeMap<String, Object> sent =
                sent(deadLetter(move("prices::c.sub", 1, "rejected", 1)), Set.of(DeadLetterNames.ARTEMIS));
        assertEquals("prices", sent.get("x-opt-ORIG-ADDRESS"));
        assertEquals("c.sub", sent.get("x-opt-ORIG-QUEUE"));
        assertEquals((byte) 0, sent.get("x-opt-ORIG-ROUTING-TYPE"));
        assertTrue(!sent.containsKey("x-opt-ACTUAL-EXPIRY"));
    }

    @Test
    void oneThatWentBackHasHadItsDeathsAndIsNoDeadLetter() throws MalformedMessageException {
        Message redriven = body().annotated(Annotations.of(
                Map.of("x-opt-dead-letter-history", new Annotations.Maps(List.of(move("orders", 1, "rejected", 1))))));
        TreeMap<String, Object> sent = sent(redriven, Set.of(DeadLetterNames.ARTEMIS, DeadLetterNames.RABBITMQ));
        assertEquals(1, deaths(sent).size());
        assertTrue(sent.keySet().stream().noneMatch(key -> key.contains("ORIG")));
    }

    @Test
    void whatNeverMovedIsAsItWas() throws MalformedMessageException {
        Message message = body();
        assertSame(message, DeadLetterNames.named(message, ALL));
        Message dead = deadLetter(move("q", 1, "rejected", 1));
        assertSame(dead, DeadLetterNames.named(dead, Set.of(DeadLetterNames.SLUICE)));
    }
}
