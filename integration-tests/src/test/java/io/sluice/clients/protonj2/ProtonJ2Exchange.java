package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.clients.Scene;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Binary;
import org.apache.qpid.protonj2.types.messaging.AmqpSequence;
import org.apache.qpid.protonj2.types.messaging.AmqpValue;
import org.apache.qpid.protonj2.types.messaging.Data;
import org.apache.qpid.protonj2.types.messaging.Section;

/** Messages for the other clients, and from them: the same set whoever sends it. */
public final class ProtonJ2Exchange {
    private static final byte[] BYTES = new byte[256];
    private static final byte[] FEW_BYTES = {0, 1, -1};
    private static final List<Object> LIST = List.of("one", 2, 3.5, true);
    private static final Map<String, Object> PROPERTIES =
            Map.of("text", "ä€𝄞", "int", 42, "long", 1L << 40, "flag", true, "double", 0.1);

    static {
        for (int i = 0; i < BYTES.length; i++) {
            BYTES[i] = (byte) i;
        }
    }

    private ProtonJ2Exchange() {}

    private static Map<String, Object> map() {
        return new HashMap<>(
                Map.of("text", "ä€𝄞", "int", -7, "long", 1L << 40, "flag", true, "double", 0.5, "bytes", binary()));
    }

    private static Binary binary() {
        return new Binary(FEW_BYTES);
    }

    private static Message<Object> about(String subject, Section<?> body) throws ClientException {
        Message<Object> message = Message.create();
        message.subject(subject).toAdvancedMessage().addBodySection(body);
        return message;
    }

    public static void send(Scene scene) throws Exception {
        Message<Object> properties = about("properties", new AmqpValue<>("properties"));
        properties.correlationId("correlation-1").replyTo("answers").groupId("group");
        properties.groupSequence(7);
        for (Map.Entry<String, Object> property : PROPERTIES.entrySet()) {
            properties.property(property.getKey(), property.getValue());
        }
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address())) {
            Peer.accepted(sender, about("data", new Data(BYTES)));
            Peer.accepted(sender, about("text", new AmqpValue<>("ä€𝄞")));
            Peer.accepted(sender, about("map", new AmqpValue<>(map())));
            Peer.accepted(sender, about("list", new AmqpValue<>(LIST)));
            Peer.accepted(sender, about("sequence", new AmqpSequence<>(LIST)));
            Peer.accepted(sender, about("empty", new AmqpValue<>(null)));
            Peer.accepted(sender, properties);
            Peer.accepted(sender, about("end", new AmqpValue<>("end")));
        }
    }

    public static void receive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address())) {
            boolean end = false;
            while (!end) {
                Delivery delivery = Peer.next(receiver);
                Message<Object> message = delivery.message();
                end = message.subject().equals("end");
                if (!end) {
                    // A message of nothing may come without a body section.
                    Collection<Section<?>> sections =
                            message.toAdvancedMessage().bodySections();
                    Section<?> body = sections.isEmpty()
                            ? new AmqpValue<>(null)
                            : sections.iterator().next();
                    check(message, body);
                }
                delivery.accept();
            }
        }
    }

    private static void check(Message<Object> message, Section<?> body) throws ClientException {
        switch (message.subject()) {
            case "data" ->
                assertArrayEquals(BYTES, assertInstanceOf(Data.class, body).getValue());
            case "text" -> assertEquals("ä€𝄞", value(body));
            case "map" -> assertEquals(map(), value(body));
            case "list" -> assertEquals(LIST, value(body));
            case "sequence" ->
                assertEquals(LIST, assertInstanceOf(AmqpSequence.class, body).getValue());
            case "empty" -> assertNull(value(body));
            case "properties" -> {
                assertEquals("properties", value(body));
                assertEquals("correlation-1", message.correlationId());
                assertEquals("answers", message.replyTo());
                assertEquals("group", message.groupId());
                assertEquals(7, message.groupSequence());
                for (Map.Entry<String, Object> property : PROPERTIES.entrySet()) {
                    assertEquals(property.getValue(), message.property(property.getKey()), property.getKey());
                }
            }
            default -> throw new IllegalArgumentException(message.subject());
        }
    }

    private static Object value(Section<?> body) {
        return assertInstanceOf(AmqpValue.class, body).getValue();
    }
}
