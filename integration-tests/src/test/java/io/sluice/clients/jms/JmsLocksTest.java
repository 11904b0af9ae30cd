package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.TestQueue;
import io.sluice.testkit.VirtualClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Consumers that hang, that stand by, and whose locks run out, as a JMS application sees them. */
final class JmsLocksTest {
    private static final long WAIT_MILLIS = 20_000;

    private final VirtualClock clock = VirtualClock.atNow();
    private final SluiceBroker broker = SluiceBroker.builder().clock(clock).start();
    private Connection connection;

    @BeforeEach
    void connect() throws JMSException {
        connection = new JmsConnectionFactory(broker.uri().toString()).createConnection();
        connection.start();
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    private MessageConsumer consumer(String queue) throws JMSException {
        Session own = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        return own.createConsumer(own.createQueue(queue));
    }

    private void send(String queue, String... texts) throws JMSException {
        try (Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            for (String text : texts) {
                session.createProducer(session.createQueue(queue)).send(session.createTextMessage(text));
            }
        }
    }

    private static TextMessage receive(MessageConsumer consumer) throws JMSException {
        TextMessage message = (TextMessage) consumer.receive(WAIT_MILLIS);
        assertNotNull(message);
        return message;
    }

    @Test
    void what_a_hanging_consumer_has_goes_to_another_one_and_its_late_acknowledgement_changes_nothing()
            throws JMSException {
        TestQueue queue = broker.queue("q", q -> q.lock(Duration.ofSeconds(30)));
        MessageConsumer hanging = consumer("q");
        send("q", "one", "two");
        Message first = receive(hanging);
        clock.advance(Duration.ofSeconds(29));
        MessageConsumer other = consumer("q");
        // Answered when the broker has heard of the other's credit, or what goes back would be the first one's again.
        send("elsewhere", "nothing");
        clock.advance(Duration.ofSeconds(1));
        TextMessage again = receive(other);
        assertEquals("one", again.getText());
        assertTrue(again.getJMSRedelivered());
        assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
        assertEquals("two", receive(other).getText());
        first.acknowledge();
        // What is sent behind it on the same connection is answered when that was heard.
        send("q", "three");
        assertEquals(3, queue.messages());
        assertEquals("three", receive(other).getText(), "the one that hung comes behind the other");
        again.acknowledge();
        send("q", "four");

        assertEquals(1, queue.messages());
    }

    @Test
    void one_consumer_gets_everything_until_it_is_gone() throws JMSException {
        broker.queue("single", q -> q.singleActiveConsumer());
        MessageConsumer one = consumer("single");
        MessageConsumer other = consumer("single");
        send("single", "1", "2", "3");
        assertEquals("1", receive(one).getText());
        assertEquals("2", receive(one).getText());
        assertNull(other.receiveNoWait());
        receive(one).acknowledge();
        send("single", "4");
        TextMessage fourth = receive(one);
        assertEquals("4", fourth.getText());
        fourth.acknowledge();
        one.close();
        send("single", "5");

        assertEquals("5", receive(other).getText());
    }
}
