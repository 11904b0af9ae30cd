package io.sluice.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.SluiceExtension;
import io.sluice.testkit.VirtualClock;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.time.Duration;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the README shows, compiled and run. */
final class TestkitExampleTest {
    /** One broker for the class, injected where asked for, emptied between tests. */
    @RegisterExtension
    static final SluiceExtension SLUICE = new SluiceExtension();

    @Test
    void the_example_of_the_readme() throws JMSException {
        try (SluiceBroker broker = SluiceBroker.start();
                Connection connection = new JmsConnectionFactory(broker.uri()).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            Queue queue = session.createQueue("orders");
            session.createProducer(queue).send(session.createTextMessage("hello"));
            assertEquals("hello", session.createConsumer(queue).receive(5_000).getBody(String.class));
        }
    }

    @Test
    void an_injected_broker(SluiceBroker broker) throws JMSException {
        try (Connection connection = new JmsConnectionFactory(broker.uri()).createConnection()) {
            Session session = connection.createSession();
            session.createProducer(session.createQueue("orders")).send(session.createTextMessage("one"));
        }
        assertEquals(1, broker.queue("orders").messages());
    }

    @Test
    void an_hour_passes_at_once() throws JMSException {
        VirtualClock clock = VirtualClock.atNow();
        try (SluiceBroker broker = SluiceBroker.builder().clock(clock).start();
                Connection connection = new JmsConnectionFactory(broker.uri()).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            Queue queue = session.createQueue("offers");
            var producer = session.createProducer(queue);
            producer.setTimeToLive(Duration.ofMinutes(30).toMillis());
            producer.send(session.createTextMessage("for half an hour"));
            assertEquals(1, broker.queue("offers").messages());

            clock.advance(Duration.ofHours(1));

            assertEquals(0, broker.queue("offers").messages());
            assertNull(session.createConsumer(queue).receiveNoWait());
        }
    }
}
