package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.TestQueue;
import io.sluice.testkit.VirtualClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code setDeliveryDelay} of Qpid JMS, against a broker whose time stands still until it is moved. */
final class JmsDeliveryDelayTest {
    private static final long WAIT_MILLIS = 20_000;

    private final VirtualClock clock = VirtualClock.atNow();
    private final SluiceBroker broker = SluiceBroker.builder().clock(clock).start();
    private Connection connection;
    private Session session;

    @BeforeEach
    void connect() throws JMSException {
        connection = new JmsConnectionFactory(broker.uri().toString()).createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
        broker.close();
    }

    private String received(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(WAIT_MILLIS);
        return message == null ? null : ((TextMessage) message).getText();
    }

    @Test
    void delayed_messages_arrive_when_their_time_has_come() throws JMSException {
        TestQueue queue = broker.queue("later");
        MessageProducer producer = session.createProducer(session.createQueue("later"));
        producer.setDeliveryDelay(Duration.ofHours(2).toMillis());
        producer.send(session.createTextMessage("second"));
        producer.setDeliveryDelay(Duration.ofHours(1).toMillis());
        producer.send(session.createTextMessage("first"));
        producer.setDeliveryDelay(0);
        producer.send(session.createTextMessage("now"));
        MessageConsumer consumer = session.createConsumer(session.createQueue("later"));

        assertEquals("now", received(consumer));
        assertEquals(2, queue.scheduled());
        assertNull(consumer.receiveNoWait());
        // The client adds the delay to its own clock, which has gone on since ours stopped.
        clock.advance(Duration.ofMinutes(90));
        assertEquals("first", received(consumer));
        assertEquals(1, queue.scheduled());
        clock.advance(Duration.ofHours(1));
        assertEquals("second", received(consumer));
    }

    @Test
    void an_anonymous_producer_may_delay_too() throws JMSException {
        MessageProducer producer = session.createProducer(null);
        producer.setDeliveryDelay(Duration.ofHours(1).toMillis());
        producer.send(session.createQueue("anonymous"), session.createTextMessage("later"));
        assertEquals(1, broker.queue("anonymous").scheduled());

        clock.advance(Duration.ofHours(2));
        assertEquals("later", received(session.createConsumer(session.createQueue("anonymous"))));
    }
}
