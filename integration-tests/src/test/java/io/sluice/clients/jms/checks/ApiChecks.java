package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.CompletionListener;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;

/** What JMS has beyond AMQP. */
final class ApiChecks {
    private static final int SHORT_SESSIONS = 2_000;

    private ApiChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.JMS_MESSAGES, ApiChecks::messages)
                .can(Feature.JMS_ACKNOWLEDGE, ApiChecks::acknowledgeModes)
                .can(Feature.JMS_RECOVER, ApiChecks::recover)
                .can(Feature.JMS_LISTENER, ApiChecks::listeners)
                .can(Feature.JMS_CONTEXT, ApiChecks::context)
                .can(Feature.JMS_SHORT_SESSIONS, ApiChecks::shortSessions)
                .can(Feature.JMS_POISON, ApiChecks::poison);
    }

    private static void messages(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()));
                MessageConsumer consumer = peer.consumer(scene.address())) {
            Session session = peer.session();
            producer.send(session.createMessage());
            assertTrue(JmsPeer.next(consumer).isBodyAssignableTo(String.class));
            producer.send(session.createTextMessage("ä€𝄞"));
            assertEquals("ä€𝄞", ((TextMessage) JmsPeer.next(consumer)).getText());
            MapMessage map = session.createMapMessage();
            map.setString("text", "ä€𝄞");
            map.setLong("long", Long.MIN_VALUE);
            map.setBytes("bytes", new byte[] {0, 1, -1});
            producer.send(map);
            MapMessage gotMap = (MapMessage) JmsPeer.next(consumer);
            assertEquals("ä€𝄞", gotMap.getString("text"));
            assertEquals(Long.MIN_VALUE, gotMap.getLong("long"));
            assertEquals(List.of((byte) 0, (byte) 1, (byte) -1), boxed(gotMap.getBytes("bytes")));
            producer.send(session.createObjectMessage(new ArrayList<>(List.of(1, 2, 3))));
            assertEquals(List.of(1, 2, 3), ((ObjectMessage) JmsPeer.next(consumer)).getObject());
            StreamMessage stream = session.createStreamMessage();
            stream.writeChar('x');
            stream.writeDouble(0.1);
            producer.send(stream);
            StreamMessage gotStream = (StreamMessage) JmsPeer.next(consumer);
            assertEquals('x', gotStream.readChar());
            assertEquals(0.1, gotStream.readDouble());
        }
    }

    private static List<Byte> boxed(byte[] bytes) {
        List<Byte> boxed = new ArrayList<>();
        for (byte one : bytes) {
            boxed.add(one);
        }
        return boxed;
    }

    private static void acknowledgeModes(Scene scene) throws JMSException {
        List<Integer> modes = List.of(
                Session.AUTO_ACKNOWLEDGE,
                Session.DUPS_OK_ACKNOWLEDGE,
                Session.CLIENT_ACKNOWLEDGE,
                OutcomeChecks.INDIVIDUAL_ACKNOWLEDGE);
        for (int mode : modes) {
            try (JmsPeer peer = JmsPeer.of(scene, "", mode)) {
                peer.send(scene.address(), "a", "b", "c");
                MessageConsumer consumer = peer.consumer(scene.address());
                Message first = JmsPeer.next(consumer);
                JmsPeer.next(consumer);
                JmsPeer.next(consumer);
                // What this acknowledges differs: nothing that was not yet, all three, the first.
                first.acknowledge();
            }
            try (JmsPeer peer = JmsPeer.of(scene)) {
                MessageConsumer consumer = peer.consumer(scene.address());
                if (mode == OutcomeChecks.INDIVIDUAL_ACKNOWLEDGE) {
                    assertEquals(List.of("b", "c"), JmsPeer.texts(consumer, 2));
                }
                assertTrue(JmsPeer.empty(consumer), "left behind by mode " + mode);
            }
        }
    }

    private static void recover(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "", Session.CLIENT_ACKNOWLEDGE)) {
            peer.send(scene.address(), "a", "b", "c");
            MessageConsumer consumer = peer.consumer(scene.address());
            assertEquals(List.of("a", "b"), JmsPeer.texts(consumer, 2));
            peer.session().recover();
            for (String text : List.of("a", "b")) {
                Message again = JmsPeer.next(consumer);
                assertEquals(text, again.getBody(String.class));
                assertTrue(again.getJMSRedelivered());
                assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
            }
            Message last = JmsPeer.next(consumer);
            assertEquals("c", last.getBody(String.class));
            last.acknowledge();
            assertNull(consumer.receiveNoWait());
        }
    }

    private static void listeners(Scene scene) throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<String> completed = new LinkedBlockingQueue<>();
        CompletionListener listener = new CompletionListener() {
            @Override
            public void onCompletion(Message message) {
                completed.add("completed");
            }

            @Override
            public void onException(Message message, Exception exception) {
                completed.add(exception.toString());
            }
        };
        try (JmsPeer peer = JmsPeer.of(scene);
                JmsPeer other = JmsPeer.of(scene);
                MessageConsumer consumer = peer.consumer(scene.address());
                MessageProducer producer = other.session().createProducer(other.queue(scene.address()))) {
            consumer.setMessageListener(message -> {
                try {
                    heard.add(message.getBody(String.class));
                } catch (JMSException e) {
                    heard.add(e.toString());
                }
            });
            for (String text : List.of("a", "b", "c")) {
                producer.send(other.session().createTextMessage(text), listener);
            }
            for (String text : List.of("a", "b", "c")) {
                assertEquals(text, heard.poll(JmsPeer.WAIT_MILLIS, TimeUnit.MILLISECONDS));
                assertEquals("completed", completed.poll(JmsPeer.WAIT_MILLIS, TimeUnit.MILLISECONDS));
            }
        }
    }

    private static void context(Scene scene) {
        JmsConnectionFactory factory = new JmsConnectionFactory("amqp://127.0.0.1:" + scene.port());
        try (JMSContext context = factory.createContext(JMSContext.AUTO_ACKNOWLEDGE)) {
            context.createProducer()
                    .setPriority(7)
                    .setProperty("colour", "red")
                    .setJMSType("a type")
                    .send(context.createQueue(scene.address()), "hello");
            try (JMSConsumer consumer = context.createConsumer(context.createQueue(scene.address()))) {
                assertEquals("hello", consumer.receiveBody(String.class, JmsPeer.WAIT_MILLIS));
                assertNull(consumer.receiveNoWait());
            }
        }
    }

    private static void shortSessions(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            for (int i = 0; i < SHORT_SESSIONS; i++) {
                try (Session session = peer.connection().createSession(false, Session.AUTO_ACKNOWLEDGE)) {
                    if (i % 2 == 0) {
                        session.createProducer(session.createQueue(scene.address()))
                                .send(session.createTextMessage("m" + i));
                    } else {
                        MessageConsumer consumer = session.createConsumer(session.createQueue(scene.address()));
                        assertEquals("m" + (i - 1), JmsPeer.text(consumer));
                    }
                }
            }
            assertTrue(JmsPeer.empty(peer.consumer(scene.address())));
        }
    }

    private static void poison(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "jms.redeliveryPolicy.maxRedeliveries=2", Session.CLIENT_ACKNOWLEDGE)) {
            peer.send(scene.address(), scene.address());
            MessageConsumer consumer = peer.consumer(scene.address());
            for (int i = 0; i < 3; i++) {
                JmsPeer.next(consumer);
                peer.session().recover();
            }
            assertTrue(JmsPeer.empty(consumer));
        }
        try (JmsPeer peer = JmsPeer.of(scene)) {
            MessageConsumer dead = peer.consumer("DLQ");
            String text = JmsPeer.text(dead);
            while (!text.equals(scene.address())) {
                text = JmsPeer.text(dead);
            }
        }
    }
}
