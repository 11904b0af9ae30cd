package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.Backoff;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Modified;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** When a message comes back, and what is written on it. */
class Section3_4_5_ComebackTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);

    private void declare(MessageLife life) {
        broker.declare(QueueDefinition.named("life")
                .withDeadLetter(new DeadLetter(Optional.of("dead"), Optional.empty(), 9))
                .withLife(life));
    }

    /** Publishes one message and receives it. */
    private Message received(String queue) {
        peer.attachSender(0, "in", queue);
        peer.send(0, TestPeer.transfer(0, 0), TestPeer.message("m"));
        peer.transfers();
        peer.attachReceiver(1, "out", queue);
        return more(0);
    }

    private Message more(int delivered) {
        peer.send(0, TestPeer.credit(1, delivered, 10));
        List<TestPeer.Frame> frames = peer.transfers();
        return frames.isEmpty() ? null : decode(frames.get(0));
    }

    private static Message decode(TestPeer.Frame frame) {
        Message message = Message.Factory.create();
        message.decode(frame.payload(), 0, frame.payload().length);
        return message;
    }

    private static Object annotation(Message message, String key) {
        return message.getMessageAnnotations() == null
                ? null
                : message.getMessageAnnotations().getValue().get(Symbol.valueOf(key));
    }

    private void settle(int id, DeliveryState state) {
        peer.send(0, TestPeer.disposition(Role.RECEIVER, id, id, true, state));
    }

    private void advance(long millis) {
        broker.nowMillis += millis;
        broker.mailbox.tick();
        broker.run();
    }

    private static Modified modified(boolean failed, Map<Symbol, Object> annotations) {
        Modified modified = new Modified();
        modified.setDeliveryFailed(failed);
        modified.setMessageAnnotations(annotations);
        return modified;
    }

    @Test
    void aFailedDeliveryWaitsAsItsQueueSays() {
        declare(MessageLife.PLAIN.withBackoff(Backoff.fixed(500)));
        received("life");
        settle(0, modified(true, null));
        assertNull(more(1));
        advance(499);
        assertEquals(List.of(), peer.transfers());
        advance(1);

        assertEquals(1, decode(peer.transfers().get(0)).getDeliveryCount());
    }

    @Test
    void theConsumersAnnotationsSayWhenInEveryTypeThatHasATime() {
        List<Map<Symbol, Object>> wishes = List.of(
                Map.of(Symbol.valueOf("x-opt-delivery-delay"), 100),
                Map.of(Symbol.valueOf("x-opt-delivery-delay"), UnsignedInteger.valueOf(100)),
                Map.of(Symbol.valueOf("x-opt-delivery-time"), broker.nowMillis + 1_000),
                Map.of(Symbol.valueOf("x-opt-delivery-time"), new Date(broker.nowMillis + 10_000)));
        received("q");
        for (int i = 0; i < wishes.size(); i++) {
            settle(i, modified(i % 2 == 0, wishes.get(i)));
            assertNull(more(i + 1), () -> wishes + " is not for at once");
            assertEquals(1, broker.status("q").scheduled());
            advance(i < 2 ? 100 : 9_000);
            assertEquals(1, peer.transfers().size());
        }
    }

    @Test
    void anAnnotationThatSaysNoTimeIsAnAnnotation() {
        received("q");
        settle(0, modified(false, Map.of(Symbol.valueOf("x-opt-delivery-delay"), "soon")));

        Message again = more(1);
        assertEquals("soon", annotation(again, "x-opt-delivery-delay"));
    }

    @Test
    void aDeferredMessageIsParkedAndSaysSoToNobody() {
        declare(MessageLife.PLAIN.withStamped(true));
        Message first = received("life");
        assertEquals(1L, annotation(first, "x-opt-sequence-number"));
        assertEquals(new Date(broker.nowMillis), annotation(first, "x-opt-enqueued-time"));
        Modified defer =
                modified(false, Map.of(Symbol.valueOf("x-opt-defer"), true, Symbol.valueOf("x-opt-why"), "not yet"));
        defer.setUndeliverableHere(true);
        settle(0, defer);
        assertNull(more(1));
        advance(1L << 40);
        assertEquals(List.of(), peer.transfers());
        assertEquals(1, broker.status("life").scheduled());

        broker.mailbox.release("life", 1, () -> {}, new TestBroker.Ignored<>());
        broker.run();
        Message again = decode(peer.transfers().get(0));
        assertEquals("not yet", annotation(again, "x-opt-why"));
        assertNull(annotation(again, "x-opt-defer"));
        assertEquals(0, again.getDeliveryCount());
    }

    @Test
    void aRejectedMessageKeepsAllThatIsSaidAndItsHistory() {
        declare(MessageLife.PLAIN);
        received("life");
        ErrorCondition error = new ErrorCondition(Symbol.valueOf("app:bad"), "no such order");
        error.setInfo(Map.of(Symbol.valueOf("line"), 7));
        Rejected rejected = new Rejected();
        rejected.setError(error);
        settle(0, rejected);
        peer.attachReceiver(2, "dead", "dead");
        peer.send(0, TestPeer.credit(2, 0, 1));
        Message dead = decode(peer.transfers().get(0));

        assertEquals("app:bad", annotation(dead, "x-opt-dead-letter-condition"));
        assertEquals("no such order", annotation(dead, "x-opt-dead-letter-description"));
        assertEquals(Map.of(Symbol.valueOf("line"), 7), annotation(dead, "x-opt-dead-letter-info"));
        assertEquals(1L, annotation(dead, "x-opt-dead-letter-sequence"));
        Map<Symbol, Object> move = Map.of(
                Symbol.valueOf("queue"),
                "life",
                Symbol.valueOf("sequence"),
                1L,
                Symbol.valueOf("reason"),
                "rejected",
                Symbol.valueOf("time"),
                new Date(broker.nowMillis),
                Symbol.valueOf("delivery-count"),
                0L);
        assertEquals(List.of(move), annotation(dead, "x-opt-dead-letter-history"));
    }

    @Test
    void acquisitionsCountWhatTheConsumerSawAndNothingElse() {
        declare(MessageLife.PLAIN.withMaxAcquisitions(3));
        received("life");
        settle(0, Released.getInstance());
        Message again = more(1);
        assertEquals(1L, annotation(again, "x-opt-acquired-count"));
        assertEquals(0, again.getDeliveryCount());
        peer.writable = false;
        settle(1, Released.getInstance());
        // The next transfer may not be written any more when the link goes: it counts for nothing.
        peer.send(0, TestPeer.detach(1, true));
        peer.writable = true;
        peer.nextOf(Detach.class);
        peer.attachReceiver(1, "out2", "life");
        peer.send(0, TestPeer.credit(1, 0, 1));

        Message last = decode(peer.transfers().get(0));
        assertEquals(2L, annotation(last, "x-opt-acquired-count"));
        assertFalse(last.isFirstAcquirer());
    }

    @Test
    void aNewValueReplacesTheOldOneByItsProperty() {
        declare(MessageLife.PLAIN.withLastValue(LastValue.ON));
        peer.attachSender(0, "in", "life");
        int id = 0;
        for (String value : List.of("eur 1", "usd 1", "eur 2", "none")) {
            peer.send(0, TestPeer.transfer(0, id++), valued(value));
        }
        peer.transfers();
        peer.attachReceiver(1, "out", "life");
        peer.send(0, TestPeer.credit(1, 0, 10));

        assertEquals(
                List.of("usd 1", "eur 2", "none"),
                peer.transfers().stream()
                        .map(frame -> decode(frame)
                                .getApplicationProperties()
                                .getValue()
                                .get("text"))
                        .toList());
        settle(0, Accepted.getInstance());
        assertEquals(2, broker.status("life").messages());
    }

    private static byte[] valued(String text) {
        Message message = Message.Factory.create();
        message.setApplicationProperties(new ApplicationProperties(
                text.equals("none")
                        ? Map.of("text", text)
                        : Map.of("text", text, "_AMQ_LVQ_NAME", text.substring(0, 3))));
        byte[] buffer = new byte[500];
        return java.util.Arrays.copyOf(buffer, message.encode(buffer, 0, buffer.length));
    }
}
