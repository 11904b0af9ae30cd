package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.MessageLife;
import io.sluice.broker.MessageLife.LastValue;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Limits;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.queue.Pause;
import io.sluice.broker.shard.QueueChange;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.junit.jupiter.api.Test;

/** What a producer hears of a message that is refused: a condition, a sentence, and the facts for its program (docs/protocol.md). */
class RefusedMessageTest {
    private final TestBroker broker = new TestBroker();
    private final TestPeer peer = TestPeer.begun(broker);
    private int nextId;

    private void accepted(byte[] message) {
        peer.send(0, TestPeer.transfer(0, nextId++), message);
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
    }

    private void acceptedInParts(byte[] message) {
        int most = 60_000;
        for (int at = 0; at < message.length; at += most) {
            int end = Math.min(message.length, at + most);
            Transfer transfer = TestPeer.transfer(0, nextId);
            transfer.setMore(end < message.length);
            peer.pipelined(0, transfer, Arrays.copyOfRange(message, at, end));
        }
        nextId++;
        assertEquals(Accepted.getInstance(), peer.nextOf(Disposition.class).getState());
    }

    /** @param text a part of the sentence */
    private void refused(byte[] message, String text, Map<String, Object> info) {
        assertEquals(info, refused(message, text));
    }

    private Map<String, Object> refused(byte[] message, String text) {
        peer.send(0, TestPeer.transfer(0, nextId++), message);
        Disposition answer = peer.nextOf(Disposition.class);
        assertTrue(answer.getSettled());
        ErrorCondition error =
                assertInstanceOf(Rejected.class, answer.getState()).getError();
        assertEquals("amqp:resource-limit-exceeded", error.getCondition().toString());
        assertTrue(error.getDescription().contains(text), error.getDescription());
        Map<?, ?> info = error.getInfo();
        return info.entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().toString(), Map.Entry::getValue));
    }

    private void attach(QueueDefinition queue) {
        broker.declare(queue);
        peer.attachSender(0, "in", queue.name());
    }

    @Test
    void aQueueWithAllTheMessagesItMayHave() {
        attach(QueueDefinition.named("orders")
                .withLimits(new Limits(2, QueueDefinition.UNLIMITED, Overflow.REJECT, QueueDefinition.UNLIMITED)));
        accepted(TestPeer.message("1"));
        accepted(TestPeer.message("2"));
        refused(
                TestPeer.message("3"),
                "queue 'orders' is full: maxMessages 2, now 2",
                Map.of("queue", "orders", "reason", "maxMessages", "limit", 2L, "current", 2L));
    }

    @Test
    void aQueueWithAllTheBytesItMayHave() {
        attach(QueueDefinition.named("orders")
                .withLimits(new Limits(QueueDefinition.UNLIMITED, 24, Overflow.REJECT, QueueDefinition.UNLIMITED)));
        byte[] message = TestPeer.message("12345678");
        accepted(message);
        refused(
                message,
                "queue 'orders' is full: maxBytes 24, now 16",
                Map.of("queue", "orders", "reason", "maxBytes", "limit", 24L, "current", 16L));
        accepted(TestPeer.message(""));
    }

    @Test
    void aQueueWithAllTheKeysItMayHave() {
        attach(QueueDefinition.named("prices").withLife(MessageLife.PLAIN.withLastValue(new LastValue(1, "k"))));
        accepted(keyed("a"));
        refused(
                keyed("b"),
                "queue 'prices' has all the keys it may have, 1",
                Map.of("queue", "prices", "reason", "lastValueKeys", "limit", 1L, "current", 1L));
        accepted(keyed("a"));
    }

    /** With the application property k. @param key one character */
    private static byte[] keyed(String key) {
        byte[] body = TestPeer.message("x");
        byte[] properties = {0, 0x53, 0x74, (byte) 0xc1, 7, 2, (byte) 0xa1, 1, 'k', (byte) 0xa1, 1, (byte) key.charAt(0)
        };
        return ByteBuffer.allocate(properties.length + body.length)
                .put(properties)
                .put(body)
                .array();
    }

    /** A link to the queue gets no credit; what comes over the anonymous terminus is told. */
    @Test
    void aPausedQueue() {
        broker.mailbox.update(
                "q",
                new QueueChange(is -> is, new Pause(Optional.empty(), Optional.of(true))),
                () -> {},
                new TestBroker.Ignored<>());
        peer.attachSender(0, "in", null);
        refused(TestPeer.messageTo("q", "x"), "queue 'q' is paused", Map.of("queue", "q", "reason", "paused"));
    }

    /** It is not the queue's fault: none is named. */
    @Test
    void aBrokerWithoutMemory() {
        peer.attachSender(0, "in", "q");
        byte[] message = TestPeer.message("x".repeat(8 << 20));
        for (int i = 0; i < 8; i++) {
            acceptedInParts(message);
        }
        Map<String, Object> info = refused(TestPeer.message("x"), "messages take all the memory they may take");
        assertEquals(Set.of("reason", "current"), info.keySet());
        assertEquals("memory", info.get("reason"));
        assertTrue((long) info.get("current") >= broker.status("q").bytes(), info::toString);
    }
}
