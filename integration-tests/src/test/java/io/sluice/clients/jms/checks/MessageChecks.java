package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.BytesMessage;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedByte;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.UnsignedShort;

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
                .can(Feature.PRIORITY, MessageChecks::priority)
                .can(Feature.TIME_TO_LIVE, MessageChecks::timeToLive)
                .can(Feature.SCHEDULED, MessageChecks::scheduled)
                .can(Feature.GROUPS, MessageChecks::groups);
    }

    private static void sendReceive(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            String[] texts = new String[200];
            Arrays.setAll(texts, i -> "message " + i);
            peer.send(scene.address(), texts);
            MessageConsumer consumer = peer.consumer(scene.address());
            assertEquals(List.of(texts), JmsPeer.texts(consumer, texts.length));
            assertTrue(JmsPeer.empty(consumer));
        }
    }

    private static void sentSettled(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "jms.presettlePolicy.presettleProducers=true")) {
            MessageConsumer consumer = peer.consumer(scene.address());
            for (String text : List.of("a", "b", "c")) {
                peer.send(scene.address(), text);
                assertEquals(text, JmsPeer.text(consumer));
            }
            assertTrue(JmsPeer.empty(consumer));
        }
    }

    private static void receivedSettled(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "jms.presettlePolicy.presettleConsumers=true")) {
            peer.send(scene.address(), "a", "b");
            assertEquals(List.of("a", "b"), JmsPeer.texts(peer.consumer(scene.address()), 2));
        }
        try (JmsPeer peer = JmsPeer.of(scene)) {
            assertTrue(JmsPeer.empty(peer.consumer(scene.address())));
        }
    }

    /** Sends a message and gets it back. */
    private static Message roundTrip(JmsPeer peer, Scene scene, Message message) throws JMSException {
        try (MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()));
                MessageConsumer consumer = peer.consumer(scene.address())) {
            producer.send(message);
            return JmsPeer.next(consumer);
        }
    }

    private static void bodyData(Scene scene) throws JMSException {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        bytes(scene, bytes);
        bytes(scene, new byte[0]);
    }

    private static void bytes(Scene scene, byte[] bytes) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            BytesMessage message = peer.session().createBytesMessage();
            message.writeBytes(bytes);
            BytesMessage received = (BytesMessage) roundTrip(peer, scene, message);
            assertEquals(bytes.length, received.getBodyLength());
            byte[] body = new byte[bytes.length];
            received.readBytes(body);
            assertArrayEquals(bytes, body);
        }
    }

    private static void bodyValue(Scene scene) throws JMSException {
        ArrayList<Object> values = new ArrayList<>(List.of(
                true,
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
                'x',
                new Date(1_700_000_000_123L),
                new UUID(1, 2),
                "ä€𝄞",
                Symbol.valueOf("symbol"),
                List.of("one", 2),
                Map.of("text", "ä€𝄞", "number", 7L)));
        List<Serializable> bodies = List.of("ä€𝄞", values, new HashMap<>(Map.of("values", values)));
        try (JmsPeer peer = JmsPeer.of(scene)) {
            for (Serializable body : bodies) {
                ObjectMessage message = peer.session().createObjectMessage();
                message.setBooleanProperty("JMS_AMQP_TYPED_ENCODING", true);
                message.setObject(body);
                assertEquals(body, ((ObjectMessage) roundTrip(peer, scene, message)).getObject());
            }
            TextMessage none = peer.session().createTextMessage();
            assertEquals(null, ((TextMessage) roundTrip(peer, scene, none)).getText());
        }
    }

    private static void bodySequence(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            StreamMessage message = peer.session().createStreamMessage();
            message.writeString("one");
            message.writeInt(2);
            message.writeBytes(new byte[] {3, 4});
            message.writeObject(null);
            StreamMessage received = (StreamMessage) roundTrip(peer, scene, message);
            assertEquals("one", received.readString());
            assertEquals(2, received.readInt());
            byte[] bytes = new byte[2];
            assertEquals(2, received.readBytes(bytes));
            assertArrayEquals(new byte[] {3, 4}, bytes);
            assertEquals(-1, received.readBytes(bytes));
            assertEquals(null, received.readObject());
        }
    }

    private static void properties(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            TextMessage message = peer.session().createTextMessage("with all");
            message.setJMSCorrelationID("correlation-1");
            message.setJMSType("a type");
            message.setJMSReplyTo(peer.session().createTopic("answers"));
            message.setStringProperty("JMSXGroupID", "group");
            message.setIntProperty("JMSXGroupSeq", 7);
            Map<String, Object> properties = new TreeMap<>(Map.of(
                    "text", "ä€𝄞", "int", -5, "long", 1L << 40, "double", 0.1, "float", 1.5f, "flag", true, "byte",
                    (byte) 1, "short", (short) 2));
            for (Map.Entry<String, Object> property : properties.entrySet()) {
                message.setObjectProperty(property.getKey(), property.getValue());
            }
            Message received = roundTrip(peer, scene, message);
            assertEquals("with all", received.getBody(String.class));
            assertEquals(message.getJMSMessageID(), received.getJMSMessageID());
            assertEquals(message.getJMSTimestamp(), received.getJMSTimestamp());
            assertEquals(peer.queue(scene.address()), received.getJMSDestination());
            assertEquals("correlation-1", received.getJMSCorrelationID());
            assertEquals("a type", received.getJMSType());
            assertEquals(peer.session().createTopic("answers"), received.getJMSReplyTo());
            assertEquals("group", received.getStringProperty("JMSXGroupID"));
            assertEquals(7, received.getIntProperty("JMSXGroupSeq"));
            for (Map.Entry<String, Object> property : properties.entrySet()) {
                assertEquals(property.getValue(), received.getObjectProperty(property.getKey()));
            }
        }
    }

    private static void large(Scene scene) throws JMSException {
        byte[] bytes = new byte[10 << 20];
        new Random(1).nextBytes(bytes);
        bytes(scene, bytes);
    }

    private static void priority(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()))) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                TextMessage message = peer.session().createTextMessage(i % 10 + "-" + i / 10);
                producer.send(message, DeliveryMode.PERSISTENT, i % 10, 0);
                expected.add(9 - i / 2 + "-" + i % 2);
            }
            assertEquals(expected, JmsPeer.texts(peer.consumer(scene.address()), 20));
        }
    }

    private static void timeToLive(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()))) {
            TextMessage brief = peer.session().createTextMessage("short");
            producer.send(brief, DeliveryMode.PERSISTENT, 4, 1);
            producer.send(peer.session().createTextMessage("long"), DeliveryMode.PERSISTENT, 4, 600_000);
            while (System.currentTimeMillis() <= brief.getJMSExpiration()) {
                Thread.onSpinWait();
            }
            MessageConsumer consumer = peer.consumer(scene.address());
            Message received = JmsPeer.next(consumer);
            assertEquals("long", received.getBody(String.class));
            assertTrue(received.getJMSExpiration() > System.currentTimeMillis() + 500_000);
            assertTrue(JmsPeer.empty(consumer));
        }
    }

    private static void scheduled(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()))) {
            producer.setDeliveryDelay(700);
            TextMessage later = peer.session().createTextMessage("later");
            producer.send(later);
            producer.setDeliveryDelay(0);
            producer.send(peer.session().createTextMessage("now"));
            Map<String, Long> earliestMillis = new HashMap<>(Map.of("now", 0L, "later", later.getJMSDeliveryTime()));
            MessageConsumer consumer = peer.consumer(scene.address());
            while (!earliestMillis.isEmpty()) {
                String text = JmsPeer.texts(consumer, 1).get(0);
                assertTrue(System.currentTimeMillis() >= earliestMillis.remove(text), text + " came too early");
            }
        }
    }

    private static void groups(Scene scene) throws JMSException {
        String queue = "groups." + scene.address();
        try (JmsPeer first = JmsPeer.of(scene);
                JmsPeer second = JmsPeer.of(scene);
                MessageProducer producer = first.session().createProducer(first.queue(queue))) {
            List<MessageConsumer> consumers = List.of(first.consumer(queue), second.consumer(queue));
            // Consumers are there, with credit, when what is asked after them has been answered.
            assertTrue(JmsPeer.empty(first.consumer(queue + ".probe"))
                    && JmsPeer.empty(second.consumer(queue + ".probe")));
            for (int n = 0; n < 20; n++) {
                TextMessage message = first.session().createTextMessage(String.valueOf(n % 5));
                message.setStringProperty("JMSXGroupID", "group " + n / 5);
                producer.send(message);
            }
            Map<String, String> taken = new TreeMap<>();
            for (MessageConsumer consumer : consumers) {
                Map<String, String> mine = new HashMap<>();
                for (Message message = consumer.receiveNoWait(); message != null; message = consumer.receiveNoWait()) {
                    mine.merge(message.getStringProperty("JMSXGroupID"), message.getBody(String.class), String::concat);
                }
                mine.keySet().forEach(group -> assertTrue(!taken.containsKey(group), group + " went to two"));
                taken.putAll(mine);
            }
            assertEquals(Map.of("group 0", "01234", "group 1", "01234", "group 2", "01234", "group 3", "01234"), taken);
        }
    }
}
