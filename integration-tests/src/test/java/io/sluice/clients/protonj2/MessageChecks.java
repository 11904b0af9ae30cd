package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.OutputStreamOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.StreamSender;
import org.apache.qpid.protonj2.client.StreamSenderMessage;
import org.apache.qpid.protonj2.types.Decimal128;
import org.apache.qpid.protonj2.types.Decimal32;
import org.apache.qpid.protonj2.types.Decimal64;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedByte;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.apache.qpid.protonj2.types.UnsignedShort;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Section;

/** Messages on their way. */
final class MessageChecks {
    private MessageChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.SEND_RECEIVE, MessageChecks::sendReceive)
                .can(Feature.SENT_SETTLED, MessageChecks::sentSettled)
                .can(Feature.RECEIVED_SETTLED, MessageChecks::receivedSettled)
                .can(Feature.BODY_DATA, MessageChecks::bodyData)
                .can(Feature.BODY_VALUE, MessageChecks::bodyValue)
                .can(Feature.BODY_SEQUENCE, MessageChecks::bodySequence)
                .can(Feature.PROPERTIES, MessageChecks::properties)
                .can(Feature.LARGE, MessageChecks::large)
                .can(Feature.ABORTED, MessageChecks::aborted)
                .can(Feature.PRIORITY, MessageChecks::priority)
                .can(Feature.TIME_TO_LIVE, MessageChecks::timeToLive)
                .can(Feature.SCHEDULED, MessageChecks::scheduled)
                .can(Feature.GROUPS, MessageChecks::groups);
    }

    private static void sendReceive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address())) {
            String[] bodies = new String[200];
            Arrays.setAll(bodies, i -> "message " + i);
            peer.send(scene.address(), bodies);
            assertEquals(List.of(bodies), Peer.bodies(receiver, bodies.length));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void sentSettled(Scene scene) throws Exception {
        SenderOptions settled = new SenderOptions().deliveryMode(DeliveryMode.AT_MOST_ONCE);
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address(), settled);
                Receiver receiver = peer.receiver(scene.address())) {
            for (String body : List.of("a", "b", "c")) {
                assertTrue(sender.send(Message.create(body).durable(true)).settled());
                assertEquals(body, Peer.body(receiver));
            }
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void receivedSettled(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver =
                        peer.receiver(scene.address(), Peer.oneByOne().deliveryMode(DeliveryMode.AT_MOST_ONCE))) {
            peer.send(scene.address(), "a", "b");
            for (String body : List.of("a", "b")) {
                Delivery delivery = Peer.next(receiver);
                assertEquals(body, delivery.message().body());
                assertTrue(delivery.remoteSettled());
            }
        }
        try (Peer peer = Peer.of(scene)) {
            assertTrue(Peer.empty(peer.receiver(scene.address())));
        }
    }

    /** Sends one message with these sections, and gets the sections that arrive. */
    private static List<Section<?>> sections(Scene scene, Section<?>... sections) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            Message<Object> message = Message.create();
            message.toAdvancedMessage().bodySections(List.of(sections));
            Peer.accepted(sender, message);
            Delivery delivery = Peer.next(receiver);
            Collection<Section<?>> arrived =
                    delivery.message().toAdvancedMessage().bodySections();
            delivery.accept();
            return new ArrayList<>(arrived);
        }
    }

    private static void bodyData(Scene scene) throws Exception {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        List<byte[]> sent = List.of(bytes, new byte[0], new byte[] {7});
        List<Section<?>> arrived = sections(scene, sent.stream().map(Data::new).toArray(Section<?>[]::new));
        assertEquals(sent.size(), arrived.size());
        for (int i = 0; i < sent.size(); i++) {
            assertArrayEquals(sent.get(i), ((Data) arrived.get(i)).getValue());
        }
        assertEquals(1, sections(scene, new Data(bytes)).size());
    }

    private static List<Object> values() {
        return Arrays.asList(
                null,
                true,
                false,
                UnsignedByte.valueOf((byte) 255),
                UnsignedShort.valueOf((short) 65535),
                UnsignedInteger.valueOf(-1),
                UnsignedLong.valueOf(-1L),
                Byte.MIN_VALUE,
                Short.MIN_VALUE,
                Integer.MIN_VALUE,
                Long.MIN_VALUE,
                1.5f,
                0.1,
                Double.NaN,
                new Decimal32(0x12345678),
                new Decimal64(0x123456789ABCDEF0L),
                new Decimal128(1, 2),
                'x',
                new Date(1_700_000_000_123L),
                new UUID(1, 2),
                "ä€𝄞",
                "",
                "x".repeat(70_000),
                Symbol.valueOf("symbol"),
                List.of("one", 2, List.of(3.5, true), Map.of("four", 4L)),
                Map.of("text", "ä€𝄞", "number", 7L, "nested", Map.of("list", List.of(1, 2))),
                new int[] {1, 2, 300},
                new Symbol[] {Symbol.valueOf("a"), Symbol.valueOf("b")});
    }

    private static void bodyValue(Scene scene) throws Exception {
        for (Object value : values()) {
            List<Section<?>> arrived = sections(scene, new AmqpValue<>(value));
            assertEquals(1, arrived.size());
            Object actual = ((AmqpValue<?>) arrived.get(0)).getValue();
            // The client reads a timestamp as the number it is.
            Object expected = value instanceof Date date ? (Object) date.getTime() : value;
            assertTrue(Objects.deepEquals(expected, actual), () -> value + " came as " + actual);
        }
    }

    private static void bodySequence(Scene scene) throws Exception {
        List<Section<?>> arrived =
                sections(scene, new AmqpSequence<>(List.of("one", 2, true)), new AmqpSequence<>(List.of(3L)));
        assertEquals(List.of("one", 2, true), ((AmqpSequence<?>) arrived.get(0)).getValue());
        assertEquals(List.of(3L), ((AmqpSequence<?>) arrived.get(1)).getValue());
        assertEquals(2, arrived.size());
    }

    private static Message<String> withAll(Scene scene) throws Exception {
        Message<String> message = Message.create("with all");
        message.durable(true).priority((byte) 7).timeToLive(600_000);
        message.annotation("x-opt-mine", "kept").annotation("x-opt-number", UnsignedLong.valueOf(7));
        message.messageId("id-1").userId(new byte[] {1, 2}).to(scene.address()).subject("a subject");
        message.replyTo("answers").correlationId(new UUID(1, 2)).contentType("text/plain");
        message.contentEncoding("identity");
        message.absoluteExpiryTime(4_000_000_000_000L).creationTime(1_700_000_000_123L);
        message.groupId("group").groupSequence(7).replyToGroupId("other");
        message.property("text", "ä€𝄞").property("int", -5).property("double", 0.1);
        message.property("flag", true).property("ulong", UnsignedLong.valueOf(3));
        message.footer("x-opt-sum", "abc");
        return message;
    }

    private static void properties(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            Message<String> sent = withAll(scene);
            Peer.accepted(sender, sent);
            Delivery delivery = Peer.next(receiver);
            Message<Object> message = delivery.message();
            assertTrue(message.durable());
            assertEquals(7, message.priority());
            assertTrue(message.timeToLive() > 500_000 && message.timeToLive() <= 600_000);
            assertEquals("kept", message.annotation("x-opt-mine"));
            assertEquals(UnsignedLong.valueOf(7), message.annotation("x-opt-number"));
            assertEquals(
                    sent.toAdvancedMessage().properties().toString(),
                    message.toAdvancedMessage().properties().toString());
            assertEquals(new UUID(1, 2), message.correlationId());
            assertEquals(
                    sent.toAdvancedMessage().applicationProperties().getValue(),
                    message.toAdvancedMessage().applicationProperties().getValue());
            assertEquals("abc", message.footer("x-opt-sum"));
            assertEquals("with all", message.body());
            delivery.accept();
        }
    }

    private static void large(Scene scene) throws Exception {
        byte[] bytes = new byte[10 << 20];
        new Random(1).nextBytes(bytes);
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            Peer.accepted(sender, Message.create(bytes).durable(true));
            assertArrayEquals(bytes, (byte[]) Peer.body(receiver));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void aborted(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                StreamSender sender = peer.connection().openStreamSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            StreamSenderMessage aborted = sender.beginMessage();
            aborted.body(new OutputStreamOptions()).write(new byte[200_000]);
            aborted.abort();
            StreamSenderMessage whole = sender.beginMessage();
            try (OutputStream body = whole.body(new OutputStreamOptions())) {
                body.write(new byte[1_000]);
            }
            whole.complete();
            assertTrue(whole.tracker()
                    .awaitSettlement(Peer.WAIT_SECONDS, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
            assertArrayEquals(new byte[1_000], (byte[]) Peer.body(receiver));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void priority(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            for (int i = 0; i < 20; i++) {
                Peer.accepted(sender, Message.create(i % 10 + "-" + i / 10).priority((byte) (i % 10)));
            }
            List<Object> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                expected.add(9 - i / 2 + "-" + i % 2);
            }
            assertEquals(expected, Peer.bodies(receiver, 20));
        }
    }

    private static void timeToLive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            Peer.accepted(sender, Message.create("short").timeToLive(1));
            Peer.accepted(sender, Message.create("long").timeToLive(600_000));
            for (long until = System.currentTimeMillis() + 10; System.currentTimeMillis() < until; ) {
                Thread.onSpinWait();
            }
            assertEquals("long", Peer.body(receiver));
            assertTrue(Peer.empty(receiver));
        }
    }

    private static void scheduled(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            long begunMillis = System.currentTimeMillis();
            Map<Object, Long> earliestMillis = new HashMap<>(
                    Map.of("now", 0L, "after a while", begunMillis + 300, "at a time", begunMillis + 700));
            Peer.accepted(sender, Message.create("at a time").annotation("x-opt-delivery-time", begunMillis + 700));
            Peer.accepted(sender, Message.create("after a while").annotation("x-opt-delivery-delay", 300));
            Peer.accepted(sender, Message.create("now"));
            while (!earliestMillis.isEmpty()) {
                Object body = Peer.body(receiver);
                assertTrue(System.currentTimeMillis() >= earliestMillis.remove(body), body + " came too early");
            }
        }
    }

    private static void groups(Scene scene) throws Exception {
        String address = "groups." + scene.address();
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene);
                Receiver one = first.receiver(address);
                Receiver two = second.receiver(address);
                Sender sender = first.connection().openSender(address)) {
            one.addCredit(100);
            two.addCredit(100);
            for (int n = 0; n < 20; n++) {
                Peer.accepted(
                        sender, Message.create(n % 5).groupId("group " + n / 5).groupSequence(n % 5));
            }
            GroupOwners owners = new GroupOwners();
            for (Peer peer : List.of(first, second)) {
                // What was given to a consumer before this is answered is there when the answer is.
                peer.receiver(address + ".probe").close();
                Receiver receiver = peer == first ? one : two;
                for (Delivery taken = receiver.tryReceive(); taken != null; taken = receiver.tryReceive()) {
                    owners.took(receiver, taken.message());
                    taken.accept();
                }
            }
            assertEquals(20, owners.count());
        }
    }
}
