package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.clients.Scene;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageEOFException;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;

/** Messages for the other clients, and from them: the same set whoever sends it. */
public final class JmsExchange {
    private static final byte[] BYTES = new byte[256];
    private static final byte[] FEW_BYTES = {0, 1, -1};
    /** Beside bytes. */
    private static final Map<String, Object> MAP =
            Map.of("text", "ä€𝄞", "int", -7, "long", 1L << 40, "flag", true, "double", 0.5);

    private static final Map<String, Object> PROPERTIES =
            Map.of("text", "ä€𝄞", "int", 42, "long", 1L << 40, "flag", true, "double", 0.1);

    static {
        for (int i = 0; i < BYTES.length; i++) {
            BYTES[i] = (byte) i;
        }
    }

    private JmsExchange() {}

    public static void send(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()))) {
            for (Message message : messages(peer)) {
                producer.send(message);
            }
        }
    }

    private static Message about(String subject, Message message) throws JMSException {
        message.setJMSType(subject);
        return message;
    }

    private static List<Message> messages(JmsPeer peer) throws JMSException {
        Session session = peer.session();
        BytesMessage data = session.createBytesMessage();
        data.writeBytes(BYTES);
        MapMessage map = session.createMapMessage();
        for (Map.Entry<String, Object> entry : MAP.entrySet()) {
            map.setObject(entry.getKey(), entry.getValue());
        }
        map.setBytes("bytes", FEW_BYTES);
        ObjectMessage list = session.createObjectMessage();
        list.setBooleanProperty("JMS_AMQP_TYPED_ENCODING", true);
        list.setObject(new ArrayList<>(List.of("one", 2, 3.5, true)));
        StreamMessage sequence = session.createStreamMessage();
        for (Object item : List.of("one", 2, 3.5, true)) {
            sequence.writeObject(item);
        }
        TextMessage properties = session.createTextMessage("properties");
        properties.setJMSCorrelationID("correlation-1");
        properties.setJMSReplyTo(peer.queue("answers"));
        properties.setStringProperty("JMSXGroupID", "group");
        properties.setIntProperty("JMSXGroupSeq", 7);
        for (Map.Entry<String, Object> property : PROPERTIES.entrySet()) {
            properties.setObjectProperty(property.getKey(), property.getValue());
        }
        return List.of(
                about("data", data),
                about("text", session.createTextMessage("ä€𝄞")),
                about("map", map),
                about("list", list),
                about("sequence", sequence),
                about("empty", session.createTextMessage()),
                about("properties", properties),
                about("end", session.createTextMessage("end")));
    }

    public static void receive(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageConsumer consumer = peer.consumer(scene.address())) {
            for (Message message = JmsPeer.next(consumer);
                    !message.getJMSType().equals("end");
                    message = JmsPeer.next(consumer)) {
                check(peer, message);
            }
        }
    }

    private static void check(JmsPeer peer, Message message) throws JMSException {
        switch (message.getJMSType()) {
            case "data" -> {
                byte[] body = new byte[BYTES.length];
                assertEquals(BYTES.length, ((BytesMessage) message).getBodyLength());
                ((BytesMessage) message).readBytes(body);
                assertArrayEquals(BYTES, body);
            }
            case "text" -> assertEquals("ä€𝄞", ((TextMessage) message).getText());
            case "map" -> map(message);
            case "list", "sequence" -> list(message);
            case "empty" -> assertNothing(message);
            case "properties" -> properties(peer, (TextMessage) message);
            default -> throw new IllegalArgumentException(message.getJMSType());
        }
    }

    /** A map is a map message where JMS sent it, and an object where others did. */
    private static void map(Message message) throws JMSException {
        if (message instanceof ObjectMessage object) {
            Map<?, ?> map = (Map<?, ?>) object.getObject();
            assertEquals(6, map.size());
            assertEquals(new Binary(FEW_BYTES), map.get("bytes"));
            MAP.forEach((name, value) -> assertEquals(value, map.get(name), name));
            return;
        }
        MapMessage map = (MapMessage) message;
        assertArrayEquals(FEW_BYTES, map.getBytes("bytes"));
        for (Map.Entry<String, Object> entry : MAP.entrySet()) {
            assertEquals(entry.getValue(), map.getObject(entry.getKey()));
        }
    }

    /** A list is an object where JMS sent it, and a stream where others did. */
    private static void list(Message message) throws JMSException {
        if (message instanceof ObjectMessage object) {
            assertEquals(List.of("one", 2, 3.5, true), object.getObject());
            return;
        }
        StreamMessage stream = (StreamMessage) message;
        for (Object item : List.of("one", 2, 3.5, true)) {
            assertEquals(item, stream.readObject());
        }
        assertThrows(MessageEOFException.class, stream::readObject);
    }

    /** Null is a text message; a message without a body section is one of no bytes. */
    private static void assertNothing(Message message) throws JMSException {
        if (message instanceof BytesMessage bytes) {
            assertEquals(0, bytes.getBodyLength());
        } else {
            assertNull(((TextMessage) message).getText());
        }
    }

    private static void properties(JmsPeer peer, TextMessage message) throws JMSException {
        assertEquals("properties", message.getText());
        assertEquals("correlation-1", message.getJMSCorrelationID());
        assertEquals(peer.queue("answers"), message.getJMSReplyTo());
        assertEquals("group", message.getStringProperty("JMSXGroupID"));
        assertEquals(7, message.getIntProperty("JMSXGroupSeq"));
        for (Map.Entry<String, Object> property : PROPERTIES.entrySet()) {
            assertEquals(property.getValue(), message.getObjectProperty(property.getKey()), property.getKey());
        }
    }
}
