package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpMessageBuilder;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.message.Message;

/** Messages for the other clients, and from them: the same set whoever sends it. */
public final class VertxExchange {
    private static final Buffer BYTES = Buffer.buffer();
    private static final List<Object> LIST = List.of("one", 2, 3.5, true);
    private static final Map<String, Object> PROPERTIES =
            Map.of("text", "ä€𝄞", "int", 42, "long", 1L << 40, "flag", true, "double", 0.1);

    static {
        for (int i = 0; i < 256; i++) {
            BYTES.appendByte((byte) i);
        }
    }

    private VertxExchange() {}

    private static Map<String, Object> map() {
        Binary bytes = new Binary(new byte[] {0, 1, -1});
        return new HashMap<>(
                Map.of("text", "ä€𝄞", "int", -7, "long", 1L << 40, "flag", true, "double", 0.5, "bytes", bytes));
    }

    private static AmqpMessageBuilder about(String subject) {
        return AmqpMessage.create().subject(subject);
    }

    private static AmqpMessage sequence() {
        Message message = about("sequence").build().unwrap();
        message.setBody(new AmqpSequence(LIST));
        return AmqpMessage.create(message).build();
    }

    private static AmqpMessage properties() {
        Message message = about("properties")
                .withBody("properties")
                .correlationId("correlation-1")
                .replyTo("answers")
                .groupId("group")
                .applicationProperties(new JsonObject(PROPERTIES))
                .build()
                .unwrap();
        message.setGroupSequence(7);
        return AmqpMessage.create(message).build();
    }

    public static void send(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            for (AmqpMessage message : List.of(
                    about("data").withBufferAsBody(BYTES).build(),
                    about("text").withBody("ä€𝄞").build(),
                    about("map").withMapAsBody(map()).build(),
                    about("list").withListAsBody(LIST).build(),
                    sequence(),
                    about("empty").build(),
                    properties(),
                    about("end").withBody("end").build())) {
                peer.accepted(sender, message);
            }
        }
    }

    public static void receive(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address());
            AmqpMessage message = inbox.next();
            while (!message.subject().equals("end")) {
                check(message);
                message.accepted();
                message = inbox.next();
            }
            message.accepted();
        }
    }

    private static void check(AmqpMessage message) {
        switch (message.subject()) {
            case "data" -> assertEquals(BYTES, message.bodyAsBinary());
            case "text" -> assertEquals("ä€𝄞", message.bodyAsString());
            case "map" -> assertEquals(map(), message.bodyAsMap());
            case "list" -> assertEquals(LIST, message.bodyAsList());
            case "sequence" ->
                assertEquals(LIST, ((AmqpSequence) message.unwrap().getBody()).getValue());
            case "empty" -> assertTrue(message.isBodyNull());
            case "properties" -> {
                assertEquals("properties", message.bodyAsString());
                assertEquals("correlation-1", message.correlationId());
                assertEquals("answers", message.replyTo());
                assertEquals("group", message.groupId());
                assertEquals(7, message.groupSequence());
                Map<String, Object> properties =
                        message.unwrap().getApplicationProperties().getValue();
                PROPERTIES.forEach((name, value) -> assertEquals(value, properties.get(name), name));
            }
            default -> throw new IllegalArgumentException(message.subject());
        }
    }
}
