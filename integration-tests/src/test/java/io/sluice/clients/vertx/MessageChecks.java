package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/** Messages on their way. */
final class MessageChecks {
    private MessageChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.SEND_RECEIVE, MessageChecks::sendReceive)
                .can(Feature.RECEIVED_SETTLED, MessageChecks::receivedSettled)
                .can(Feature.BODY_DATA, MessageChecks::bodyData)
                .can(Feature.BODY_VALUE, MessageChecks::bodyValue)
                .can(Feature.BODY_SEQUENCE, MessageChecks::bodySequence)
                .can(Feature.PROPERTIES, MessageChecks::properties)
                .can(Feature.LARGE, MessageChecks::large)
                .can(Feature.PRIORITY, MessageChecks::priority)
                .can(Feature.TIME_TO_LIVE, MessageChecks::timeToLive)
                .can(Feature.SCHEDULED, MessageChecks::scheduled)
                .can(Feature.GROUPS, MessageChecks::groups);
    }

    static AmqpMessage text(String body) {
        return AmqpMessage.create().withBody(body).durable(true).build();
    }

    private static void sendReceive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            String[] bodies = new String[200];
            Arrays.setAll(bodies, i -> "message " + i);
            peer.send(scene.address(), bodies);
            Peer.Inbox inbox = peer.inbox(scene.address());
            assertEquals(List.of(bodies), inbox.bodies(bodies.length));
            assertTrue(inbox.empty());
        }
    }

    private static void receivedSettled(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            Peer.Inbox inbox = peer.inbox(scene.address(), new AmqpReceiverOptions().setQos("AT_MOST_ONCE"));
            assertEquals("a", inbox.next().bodyAsString());
            assertEquals("b", inbox.next().bodyAsString());
        }
        try (Peer peer = Peer.of(scene)) {
            assertTrue(peer.inbox(scene.address()).empty());
        }
    }

    /** Sends a message and gets it back. */
    private static AmqpMessage roundTrip(Scene scene, AmqpMessage message) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address());
            peer.accepted(peer.sender(scene.address()), message);
            AmqpMessage received = inbox.next();
            received.accepted();
            assertTrue(inbox.empty());
            return received;
        }
    }

    private static void bodyData(Scene scene) throws Exception {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        Buffer buffer = Buffer.buffer(bytes);
        AmqpMessage message = AmqpMessage.create().withBufferAsBody(buffer).build();
        assertEquals(buffer, roundTrip(scene, message).bodyAsBinary());
    }

    private static void bodyValue(Scene scene) throws Exception {
        Instant time = Instant.ofEpochMilli(1_700_000_000_123L);
        UUID uuid = new UUID(1, 2);
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            for (AmqpMessage message : List.of(
                    AmqpMessage.create().build(),
                    AmqpMessage.create().withBooleanAsBody(true).build(),
                    AmqpMessage.create().withByteAsBody(Byte.MIN_VALUE).build(),
                    AmqpMessage.create().withShortAsBody(Short.MIN_VALUE).build(),
                    AmqpMessage.create().withIntegerAsBody(Integer.MIN_VALUE).build(),
                    AmqpMessage.create().withLongAsBody(Long.MIN_VALUE).build(),
                    AmqpMessage.create().withFloatAsBody(1.5f).build(),
                    AmqpMessage.create().withDoubleAsBody(0.1).build(),
                    AmqpMessage.create().withCharAsBody('€').build(),
                    AmqpMessage.create().withInstantAsBody(time).build(),
                    AmqpMessage.create().withUuidAsBody(uuid).build(),
                    AmqpMessage.create().withBody("ä€𝄞").build(),
                    AmqpMessage.create().withSymbolAsBody("symbol").build(),
                    AmqpMessage.create().withListAsBody(List.of("one", 2, true)).build(),
                    AmqpMessage.create()
                            .withMapAsBody(Map.of("text", "x", "n", 7L))
                            .build())) {
                peer.accepted(sender, message);
            }
            Peer.Inbox inbox = peer.inbox(scene.address());
            assertTrue(inbox.next().isBodyNull());
            assertTrue(inbox.next().bodyAsBoolean());
            assertEquals(Byte.MIN_VALUE, inbox.next().bodyAsByte());
            assertEquals(Short.MIN_VALUE, inbox.next().bodyAsShort());
            assertEquals(Integer.MIN_VALUE, inbox.next().bodyAsInteger());
            assertEquals(Long.MIN_VALUE, inbox.next().bodyAsLong());
            assertEquals(1.5f, inbox.next().bodyAsFloat());
            assertEquals(0.1, inbox.next().bodyAsDouble());
            assertEquals('€', inbox.next().bodyAsChar());
            assertEquals(time, inbox.next().bodyAsTimestamp());
            assertEquals(uuid, inbox.next().bodyAsUUID());
            assertEquals("ä€𝄞", inbox.next().bodyAsString());
            assertEquals("symbol", inbox.next().bodyAsSymbol());
            assertEquals(List.of("one", 2, true), inbox.next().bodyAsList());
            assertEquals(Map.of("text", "x", "n", 7L), inbox.next().bodyAsMap());
        }
    }

    private static void bodySequence(Scene scene) throws Exception {
        Message message = Message.Factory.create();
        message.setBody(new AmqpSequence(List.of("one", 2, true)));
        AmqpMessage received = roundTrip(scene, AmqpMessage.create(message).build());
        assertEquals(List.of("one", 2, true), ((AmqpSequence) received.unwrap().getBody()).getValue());
    }

    private static Message withAll(Scene scene) {
        Message message = AmqpMessage.create()
                .withBody("with all")
                .durable(true)
                .priority((short) 7)
                .id("id-1")
                .address(scene.address())
                .subject("a subject")
                .replyTo("answers")
                .correlationId("correlation-1")
                .contentType("text/plain")
                .contentEncoding("identity")
                .expiryTime(4_000_000_000_000L)
                .creationTime(1_700_000_000_123L)
                .groupId("group")
                .replyToGroupId("other")
                .build()
                .unwrap();
        message.setGroupSequence(7);
        message.setUserId(new byte[] {1, 2});
        message.setMessageAnnotations(new MessageAnnotations(new HashMap<>(Map.of(
                Symbol.valueOf("x-opt-mine"), "kept", Symbol.valueOf("x-opt-number"), UnsignedLong.valueOf(7)))));
        message.setApplicationProperties(new ApplicationProperties(
                Map.of("text", "ä€𝄞", "int", -5, "double", 0.1, "flag", true, "ulong", UnsignedLong.valueOf(3))));
        message.setFooter(new Footer(Map.of("x-opt-sum", "abc")));
        return message;
    }

    private static void properties(Scene scene) throws Exception {
        Message sent = withAll(scene);
        Message received = roundTrip(scene, AmqpMessage.create(sent).build()).unwrap();
        assertTrue(received.isDurable());
        assertEquals(7, received.getPriority());
        assertEquals(
                sent.getMessageAnnotations().getValue(),
                received.getMessageAnnotations().getValue());
        assertEquals(sent.getProperties().toString(), received.getProperties().toString());
        assertEquals(
                sent.getApplicationProperties().getValue(),
                received.getApplicationProperties().getValue());
        assertEquals("abc", received.getFooter().getValue().values().iterator().next());
    }

    private static void large(Scene scene) throws Exception {
        byte[] bytes = new byte[10 << 20];
        new Random(1).nextBytes(bytes);
        Buffer buffer = Buffer.buffer(bytes);
        AmqpMessage message =
                AmqpMessage.create().withBufferAsBody(buffer).durable(true).build();
        assertEquals(buffer, roundTrip(scene, message).bodyAsBinary());
    }

    private static void priority(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                AmqpMessage message = AmqpMessage.create()
                        .withBody(i % 10 + "-" + i / 10)
                        .priority((short) (i % 10))
                        .build();
                peer.accepted(sender, message);
                expected.add(9 - i / 2 + "-" + i % 2);
            }
            assertEquals(expected, peer.inbox(scene.address()).bodies(20));
        }
    }

    private static void timeToLive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            peer.accepted(sender, AmqpMessage.create().withBody("short").ttl(1).build());
            peer.accepted(
                    sender, AmqpMessage.create().withBody("long").ttl(600_000).build());
            for (long until = System.currentTimeMillis() + 10; System.currentTimeMillis() < until; ) {
                Thread.onSpinWait();
            }
            Peer.Inbox inbox = peer.inbox(scene.address());
            assertEquals("long", inbox.body());
            assertTrue(inbox.empty());
        }
    }

    private static AmqpMessage annotated(String body, String annotation, Object value) {
        Message message = text(body).unwrap();
        message.setMessageAnnotations(new MessageAnnotations(new HashMap<>(Map.of(Symbol.valueOf(annotation), value))));
        return AmqpMessage.create(message).build();
    }

    private static void scheduled(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            long begunMillis = System.currentTimeMillis();
            Map<String, Long> earliestMillis = new HashMap<>(
                    Map.of("now", 0L, "after a while", begunMillis + 300, "at a time", begunMillis + 700));
            peer.accepted(sender, annotated("at a time", "x-opt-delivery-time", begunMillis + 700));
            peer.accepted(sender, annotated("after a while", "x-opt-delivery-delay", 300));
            peer.accepted(sender, text("now"));
            Peer.Inbox inbox = peer.inbox(scene.address());
            while (!earliestMillis.isEmpty()) {
                String body = inbox.body();
                assertTrue(System.currentTimeMillis() >= earliestMillis.remove(body), body + " came too early");
            }
        }
    }

    private static void groups(Scene scene) throws Exception {
        String address = "groups." + scene.address();
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            AmqpReceiverOptions many = new AmqpReceiverOptions().setMaxBufferedMessages(100);
            List<Peer> peers = List.of(first, second);
            List<Peer.Inbox> inboxes = new ArrayList<>();
            for (Peer peer : peers) {
                inboxes.add(peer.inbox(address, new AmqpReceiverOptions(many)));
                inboxes.get(inboxes.size() - 1).fetch(100);
                peer.inbox(address + ".probe");
            }
            AmqpSender sender = first.sender(address);
            for (int n = 0; n < 20; n++) {
                Message message = text(String.valueOf(n % 5)).unwrap();
                message.setGroupId("group " + n / 5);
                message.setGroupSequence(n % 5);
                first.accepted(sender, AmqpMessage.create(message).build());
            }
            Map<String, String> taken = new TreeMap<>();
            for (int i = 0; i < 2; i++) {
                // What was given to this consumer before this is answered is there when the answer is.
                peers.get(i).inbox(address + ".probe");
                Map<String, String> mine = new HashMap<>();
                while (inboxes.get(i).arrived() > 0) {
                    AmqpMessage message = inboxes.get(i).take();
                    mine.merge(message.groupId(), message.bodyAsString(), String::concat);
                    message.accepted();
                }
                mine.keySet().forEach(group -> assertTrue(!taken.containsKey(group), group + " went to two"));
                taken.putAll(mine);
            }
            assertEquals(Map.of("group 0", "01234", "group 1", "01234", "group 2", "01234", "group 3", "01234"), taken);
        }
    }
}
