package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testkit.QueueOptions;
import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.TestQueue;
import io.sluice.testkit.VirtualClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of messages that Qpid JMS gives back, and of last values, while time stands still. */
final class JmsRetryTest {
    private static final long WAIT_MILLIS = 20_000;
    /** Qpid JMS: each message is acknowledged by itself, with the outcome its property names. */
    private static final int INDIVIDUAL_ACKNOWLEDGE = 101;

    private static final int MODIFIED_FAILED = 4;

    private final VirtualClock clock = VirtualClock.atNow();
    private final SluiceBroker broker = SluiceBroker.builder().clock(clock).start();
    private Connection connection;
    private Session session;

    @BeforeEach
    void connect() throws JMSException {
        connection = new JmsConnectionFactory(broker.uri() + "?jms.prefetchPolicy.all=0").createConnection();
        connection.start();
        session = connection.createSession(false, INDIVIDUAL_ACKNOWLEDGE);
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
        broker.close();
    }

    private void send(String queue, String... texts) throws JMSException {
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        for (String text : texts) {
            producer.send(session.createTextMessage(text));
        }
        producer.close();
    }

    private static String text(Message message) throws JMSException {
        assertNotNull(message, "nothing came within " + WAIT_MILLIS + " ms");
        return ((TextMessage) message).getText();
    }

    private static void fail(Message message) throws JMSException {
        message.setIntProperty("JMS_AMQP_ACK_TYPE", MODIFIED_FAILED);
        message.acknowledge();
    }

    @Test
    void a_failed_message_waits_and_comes_back_redelivered_in_its_place() throws JMSException {
        TestQueue queue = broker.queue("jobs", q -> q.retryAfter(Duration.ofHours(1)));
        send("jobs", "first", "second", "third");
        MessageConsumer consumer = session.createConsumer(session.createQueue("jobs"));
        Message first = consumer.receive(WAIT_MILLIS);
        assertEquals("first", text(first));
        fail(first);
        Message second = consumer.receive(WAIT_MILLIS);
        assertEquals("second", text(second));
        assertEquals(1, queue.scheduled());
        second.acknowledge();
        clock.advance(Duration.ofHours(1));
        Message again = consumer.receive(WAIT_MILLIS);
        assertEquals("first", text(again), "before the third");
        assertTrue(again.getJMSRedelivered());
        assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
        again.acknowledge();

        assertEquals("third", text(consumer.receive(WAIT_MILLIS)));
    }

    private void sendInGroup(String queue, String... texts) throws JMSException {
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        for (String text : texts) {
            Message message = session.createTextMessage(text);
            message.setStringProperty("JMSXGroupID", text.substring(0, 1));
            producer.send(message);
        }
        producer.close();
    }

    @Test
    void a_message_of_a_group_that_waits_is_overtaken_and_comes_back_before_the_rest() throws JMSException {
        broker.queue("jobs", q -> q.retryAfter(Duration.ofHours(1)));
        sendInGroup("jobs", "a1", "a2", "a3");
        MessageConsumer consumer = session.createConsumer(session.createQueue("jobs"));
        fail(consumer.receive(WAIT_MILLIS));
        Message second = consumer.receive(WAIT_MILLIS);
        assertEquals("a2", text(second));
        Session own = connection.createSession(false, INDIVIDUAL_ACKNOWLEDGE);
        MessageConsumer other = own.createConsumer(own.createQueue("jobs"));
        clock.advance(Duration.ofHours(1));
        assertNull(other.receiveNoWait(), "the group is with the first consumer while that has a message of it");
        assertEquals("a1", text(consumer.receive(WAIT_MILLIS)));
        assertEquals("a3", text(consumer.receive(WAIT_MILLIS)));
    }

    @Test
    void without_a_wait_a_failed_message_of_a_group_is_overtaken_by_none_of_it() throws JMSException {
        broker.queue("jobs");
        sendInGroup("jobs", "a1", "a2");
        MessageConsumer consumer = session.createConsumer(session.createQueue("jobs"));
        for (int failure = 0; failure < 3; failure++) {
            Message first = consumer.receive(WAIT_MILLIS);
            assertEquals("a1", text(first));
            assertEquals(failure + 1, first.getIntProperty("JMSXDeliveryCount"));
            fail(first);
        }
        Message last = consumer.receive(WAIT_MILLIS);
        assertEquals("a1", text(last));
        last.acknowledge();
        assertEquals("a2", text(consumer.receive(WAIT_MILLIS)));
    }

    @Test
    void the_client_that_gives_up_at_its_own_maximum_leaves_a_dead_letter() throws JMSException {
        TestQueue jobs = broker.queue("jobs", q -> q.deadLetterTo("dead"));
        connection.close();
        connection =
                new JmsConnectionFactory(broker.uri() + "?jms.redeliveryPolicy.maxRedeliveries=1").createConnection();
        connection.start();
        session = connection.createSession(false, INDIVIDUAL_ACKNOWLEDGE);
        send("jobs", "poison");
        List<Message> seen = new CopyOnWriteArrayList<>();
        Session listening = connection.createSession(false, INDIVIDUAL_ACKNOWLEDGE);
        listening.createConsumer(listening.createQueue("jobs")).setMessageListener(message -> {
            seen.add(message);
            try {
                fail(message);
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        });

        Message dead = session.createConsumer(session.createQueue("dead")).receive(WAIT_MILLIS);
        assertEquals("poison", text(dead), "one consumer and none other: it does not sit in the queue");
        assertEquals(2, seen.size(), "the third time the client refused it");
        assertEquals(0, jobs.messages());
    }

    @Test
    void a_browser_sees_the_current_value_of_each_key() throws JMSException {
        broker.queue("prices", QueueOptions::lastValue);
        Queue prices = session.createQueue("prices");
        MessageProducer producer = session.createProducer(prices);
        for (String price : List.of("eur 1", "usd 1", "eur 2")) {
            Message message = session.createTextMessage(price);
            message.setStringProperty("_AMQ_LVQ_NAME", price.substring(0, 3));
            producer.send(message);
        }
        assertEquals(List.of("usd 1", "eur 2"), browse(prices));
        assertEquals(List.of("usd 1", "eur 2"), browse(prices), "to look changes nothing");
        Message message = session.createTextMessage("usd 2");
        message.setStringProperty("_AMQ_LVQ_NAME", "usd");
        producer.send(message);

        assertEquals(List.of("eur 2", "usd 2"), browse(prices));
    }

    @SuppressWarnings("unchecked")
    private List<String> browse(Queue queue) throws JMSException {
        try (QueueBrowser browser = session.createBrowser(queue)) {
            List<Message> messages = Collections.list(browser.getEnumeration());
            List<String> texts = new java.util.ArrayList<>();
            for (Message each : messages) {
                texts.add(text(each));
            }
            return texts;
        }
    }

    @Test
    void a_ring_keeps_the_newest() throws JMSException {
        TestQueue ring = broker.queue("ring", q -> q.fifo().maxMessages(3).dropHeadWhenFull());
        send("ring", "1", "2", "3", "4", "5");

        assertEquals(3, ring.messages());
        assertEquals(List.of("3", "4", "5"), browse(session.createQueue("ring")));
    }
}
