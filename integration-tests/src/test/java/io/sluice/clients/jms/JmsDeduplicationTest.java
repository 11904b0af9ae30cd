package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.testkit.QueueOptions;
import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.TestQueue;
import io.sluice.testkit.VirtualClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.policy.JmsMessageIDPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages that a JMS application sends again. */
final class JmsDeduplicationTest {
    private static final long WAIT_MILLIS = 20_000;

    private final VirtualClock clock = VirtualClock.atNow();
    private final SluiceBroker broker = SluiceBroker.builder().clock(clock).start();

    @AfterEach
    void stop() {
        broker.close();
    }

    /** Message ids as JMS makes them, but the same each time. */
    private static final class SameIds implements JmsMessageIDPolicy {
        @Override
        public JmsMessageIDPolicy copy() {
            return this;
        }

        @Override
        public org.apache.qpid.jms.message.JmsMessageIDBuilder getMessageIDBuilder(
                org.apache.qpid.jms.JmsSession session, org.apache.qpid.jms.JmsDestination destination) {
            return (producerId, sequence) -> "ID:always";
        }
    }

    private Connection connect(JmsConnectionFactory factory) throws JMSException {
        Connection connection = factory.createConnection();
        connection.start();
        return connection;
    }

    private JmsConnectionFactory factory() {
        return new JmsConnectionFactory(broker.uri().toString());
    }

    @Test
    void equal_message_ids_are_stored_once() throws JMSException {
        TestQueue queue = broker.queue("once", QueueOptions::deduplicate);
        JmsConnectionFactory factory = factory();
        factory.setMessageIDPolicy(new SameIds());
        try (Connection connection = connect(factory)) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue("once"));
            producer.send(session.createTextMessage("first"));
            producer.send(session.createTextMessage("copy"));
            assertEquals(1, queue.messages());
            assertEquals(1, queue.duplicates());
            MessageConsumer consumer = session.createConsumer(session.createQueue("once"));
            assertEquals("first", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
            assertNull(consumer.receiveNoWait());

            producer.send(session.createTextMessage("copy of what was consumed"));
            assertEquals(0, queue.messages());
            clock.advance(Duration.ofMinutes(10));
            producer.send(session.createTextMessage("after the window"));
            assertEquals("after the window", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        }
    }

    @Test
    void equal_properties_are_stored_once() throws JMSException {
        TestQueue queue = broker.queue("orders", q -> q.deduplicateBy("order"));
        try (Connection connection = connect(factory())) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue("orders"));
            for (int i = 0; i < 6; i++) {
                TextMessage message = session.createTextMessage("order " + i);
                message.setIntProperty("order", i / 2);
                message.setIntProperty("other", i);
                producer.send(message);
            }
            producer.send(session.createTextMessage("without"));
            producer.send(session.createTextMessage("without"));
        }

        assertEquals(3 + 2, queue.messages());
        assertEquals(3, queue.duplicates());
    }
}
