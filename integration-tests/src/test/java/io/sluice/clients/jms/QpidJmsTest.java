package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.StreamMessage;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Random;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A JMS application through Qpid JMS, unmodified, against the started program. Queues are the subject; topics come later. */
final class QpidJmsTest {
    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private Connection connection;
    private Session session;
    private Queue queue;

    @BeforeEach
    void connect(TestInfo test) throws JMSException {
        connection = factory("").createConnection("guest", "guest");
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        queue = session.createQueue("jms." + test.getTestMethod().orElseThrow().getName());
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
    }

    private static ConnectionFactory factory(String options) {
        return new JmsConnectionFactory(broker.uri() + options);
    }

    @Test
    void a_message_goes_in_and_comes_out() throws JMSException {
        session.createProducer(queue).send(session.createTextMessage("hello"));

        Message received = session.createConsumer(queue).receive(WAIT_MILLIS);

        assertEquals("hello", ((TextMessage) received).getText());
        assertFalse(received.getJMSRedelivered());
        assertEquals(DeliveryMode.PERSISTENT, received.getJMSDeliveryMode());
        assertEquals(queue, received.getJMSDestination());
        assertNull(session.createConsumer(queue).receiveNoWait());
    }

    @Test
    void every_kind_of_body_and_property_arrives_as_it_was() throws JMSException {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        BytesMessage bytesMessage = session.createBytesMessage();
        bytesMessage.writeBytes(bytes);
        MapMessage map = session.createMapMessage();
        map.setString("text", "ä€𝄞");
        map.setLong("number", Long.MIN_VALUE);
        StreamMessage stream = session.createStreamMessage();
        stream.writeInt(7);
        stream.writeString("x");
        ObjectMessage object = session.createObjectMessage(new ArrayList<>(List.of(1, 2, 3)));
        TextMessage text = session.createTextMessage("with properties");
        text.setJMSCorrelationID("correlation");
        text.setJMSType("type");
        text.setJMSReplyTo(queue);
        text.setIntProperty("int", 42);
        text.setBooleanProperty("boolean", true);
        text.setDoubleProperty("double", 0.1);
        try (MessageProducer producer = session.createProducer(queue)) {
            for (Message message : List.of(bytesMessage, map, stream, object, text)) {
                producer.send(message);
            }
        }

        MessageConsumer consumer = session.createConsumer(queue);
        BytesMessage gotBytes = (BytesMessage) consumer.receive(WAIT_MILLIS);
        byte[] body = new byte[(int) gotBytes.getBodyLength()];
        gotBytes.readBytes(body);
        assertArrayEquals(bytes, body);
        MapMessage gotMap = (MapMessage) consumer.receive(WAIT_MILLIS);
        assertEquals("ä€𝄞", gotMap.getString("text"));
        assertEquals(Long.MIN_VALUE, gotMap.getLong("number"));
        StreamMessage gotStream = (StreamMessage) consumer.receive(WAIT_MILLIS);
        assertEquals(7, gotStream.readInt());
        assertEquals("x", gotStream.readString());
        assertNotNull(consumer.receive(WAIT_MILLIS));
        TextMessage gotText = (TextMessage) consumer.receive(WAIT_MILLIS);
        assertEquals("correlation", gotText.getJMSCorrelationID());
        assertEquals("type", gotText.getJMSType());
        assertEquals(queue, gotText.getJMSReplyTo());
        assertEquals(42, gotText.getIntProperty("int"));
        assertTrue(gotText.getBooleanProperty("boolean"));
        assertEquals(0.1, gotText.getDoubleProperty("double"));
    }

    @Test
    void higher_priorities_come_first_and_each_in_order() throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            for (int i = 0; i < 30; i++) {
                producer.send(
                        session.createTextMessage("p" + i % 10 + "-" + i / 10), DeliveryMode.PERSISTENT, i % 10, 0);
            }
        }

        List<String> received = new ArrayList<>();
        MessageConsumer consumer = session.createConsumer(queue);
        for (int i = 0; i < 30; i++) {
            received.add(((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        }

        List<String> expected = new ArrayList<>();
        for (int priority = 9; priority >= 0; priority--) {
            for (int n = 0; n < 3; n++) {
                expected.add("p" + priority + "-" + n);
            }
        }
        assertEquals(expected, received);
    }

    @Test
    void a_message_whose_time_is_over_is_not_delivered() throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            Message shortLived = session.createTextMessage("short");
            producer.send(shortLived, DeliveryMode.PERSISTENT, 4, 1);
            producer.send(session.createTextMessage("long"), DeliveryMode.PERSISTENT, 4, 600_000);
            while (System.currentTimeMillis() <= shortLived.getJMSExpiration()) {
                Thread.onSpinWait();
            }
        }

        Message received = session.createConsumer(queue).receive(WAIT_MILLIS);

        assertEquals("long", ((TextMessage) received).getText());
        assertTrue(received.getJMSExpiration() > 0);
    }

    @Test
    void recover_delivers_again_with_the_count_raised() throws JMSException {
        Session client = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        client.createProducer(queue).send(client.createTextMessage("again"));
        MessageConsumer consumer = client.createConsumer(queue);
        Message first = consumer.receive(WAIT_MILLIS);
        assertEquals(1, first.getIntProperty("JMSXDeliveryCount"));

        client.recover();

        Message second = consumer.receive(WAIT_MILLIS);
        assertTrue(second.getJMSRedelivered());
        assertEquals(2, second.getIntProperty("JMSXDeliveryCount"));
        second.acknowledge();
        client.close();
        assertNull(session.createConsumer(queue).receiveNoWait());
    }

    @Test
    void an_unacknowledged_message_comes_back_when_the_connection_goes() throws JMSException {
        try (Connection other = factory("").createConnection()) {
            other.start();
            Session client = other.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            client.createProducer(queue).send(client.createTextMessage("mine"));
            assertNotNull(client.createConsumer(queue).receive(WAIT_MILLIS));
        }

        Message received = session.createConsumer(queue).receive(WAIT_MILLIS);

        assertEquals("mine", ((TextMessage) received).getText());
        assertTrue(received.getJMSRedelivered());
    }

    @Test
    void a_browser_sees_the_messages_and_leaves_them() throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            for (int i = 0; i < 10; i++) {
                producer.send(session.createTextMessage("m" + i));
            }
        }

        for (int round = 0; round < 2; round++) {
            try (QueueBrowser browser = session.createBrowser(queue)) {
                assertEquals(10, count(browser.getEnumeration()));
            }
        }

        MessageConsumer consumer = session.createConsumer(queue);
        for (int i = 0; i < 10; i++) {
            assertEquals("m" + i, ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        }
    }

    private static int count(Enumeration<?> messages) {
        int count = 0;
        while (messages.hasMoreElements()) {
            assertNotNull(messages.nextElement());
            count++;
        }
        return count;
    }

    @Test
    void an_anonymous_producer_sends_to_many_queues() throws JMSException {
        try (MessageProducer producer = session.createProducer(null)) {
            for (int i = 0; i < 3; i++) {
                producer.send(session.createQueue(queue.getQueueName() + i), session.createTextMessage("to " + i));
            }
        }

        for (int i = 0; i < 3; i++) {
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue.getQueueName() + i));
            assertEquals("to " + i, ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        }
    }

    @Test
    void competing_consumers_share_the_messages() throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            for (int i = 0; i < 40; i++) {
                producer.send(session.createTextMessage("m" + i));
            }
        }
        List<String> received = new ArrayList<>();
        try (Connection other = factory("?jms.prefetchPolicy.all=5").createConnection()) {
            other.start();
            Session a = other.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Session b = other.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer first = a.createConsumer(queue);
            MessageConsumer second = b.createConsumer(queue);
            // Each holds a few it has not been asked for; what one lacks, the other has.
            for (int i = 0; i < 10; i++) {
                received.add(((TextMessage) first.receive(WAIT_MILLIS)).getText());
                received.add(((TextMessage) second.receive(WAIT_MILLIS)).getText());
            }
            a.close();
            while (received.size() < 40) {
                received.add(((TextMessage) second.receive(WAIT_MILLIS)).getText());
            }
        }

        Collections.sort(received);
        assertEquals(40, received.size());
        assertEquals(40, received.stream().distinct().count());
    }

    @Test
    void poison_ends_in_the_dead_letter_queue_with_its_reason() throws JMSException {
        try (Connection other =
                factory("?jms.redeliveryPolicy.maxRedeliveries=2").createConnection()) {
            other.start();
            Session client = other.createSession(false, Session.CLIENT_ACKNOWLEDGE);
            client.createProducer(queue).send(client.createTextMessage("poison"));
            MessageConsumer consumer = client.createConsumer(queue);
            for (int i = 0; i < 3; i++) {
                assertNotNull(consumer.receive(WAIT_MILLIS), "delivery " + i);
                client.recover();
            }
            assertNull(consumer.receive(200));
        }

        Message dead = session.createConsumer(session.createQueue("DLQ")).receive(WAIT_MILLIS);

        assertEquals("poison", ((TextMessage) dead).getText());
    }

    @Test
    void a_large_message_of_many_frames_arrives_whole() throws JMSException {
        byte[] bytes = new byte[10 << 20];
        new Random(2).nextBytes(bytes);
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(bytes);
        session.createProducer(queue).send(message);

        BytesMessage received = (BytesMessage) session.createConsumer(queue).receive(WAIT_MILLIS);

        byte[] body = new byte[(int) received.getBodyLength()];
        received.readBytes(body);
        assertArrayEquals(bytes, body);
    }

    @Test
    void a_wrong_password_is_a_security_exception() {
        assertThrows(
                JMSSecurityException.class,
                () -> factory("").createConnection("guest", "wrong").start());
    }

    @Test
    void what_a_consumer_only_got_ahead_is_not_counted() throws JMSException {
        try (MessageProducer producer = session.createProducer(queue)) {
            for (int i = 0; i < 20; i++) {
                producer.send(session.createTextMessage(String.valueOf(i)));
            }
        }
        // More consumers than failed deliveries make a dead letter.
        for (int i = 0; i < 20; i++) {
            try (MessageConsumer consumer = session.createConsumer(queue)) {
                Message message = consumer.receive(WAIT_MILLIS);
                assertEquals(String.valueOf(i), ((TextMessage) message).getText());
                assertEquals(1, message.getIntProperty("JMSXDeliveryCount"));
            }
        }
    }
}
