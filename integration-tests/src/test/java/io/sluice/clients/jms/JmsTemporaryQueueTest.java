package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import jakarta.jms.Connection;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Temporary queues of JMS through Qpid JMS, unmodified, against the started program. */
final class JmsTemporaryQueueTest {
    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private Connection connection;
    private Session session;

    @BeforeEach
    void connect() throws JMSException {
        connection = connection();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
    }

    private static Connection connection() throws JMSException {
        Connection connection = new JmsConnectionFactory(broker.uri()).createConnection("guest", "guest");
        connection.start();
        return connection;
    }

    private static String text(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(WAIT_MILLIS);
        assertNotNull(message, "no message in 20 s");
        return ((TextMessage) message).getText();
    }

    @Test
    void a_request_is_answered_over_a_temporary_queue() throws Exception {
        Queue requests = session.createQueue("temporary.requests");
        try (Connection server = connection()) {
            Session serving = server.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer anonymous = serving.createProducer(null);
            MessageConsumer incoming = serving.createConsumer(requests);
            incoming.setMessageListener(request -> {
                try {
                    TextMessage answer = serving.createTextMessage("re: " + ((TextMessage) request).getText());
                    answer.setJMSCorrelationID(request.getJMSMessageID());
                    anonymous.send(request.getJMSReplyTo(), answer);
                } catch (JMSException e) {
                    throw new IllegalStateException(e);
                }
            });
            TemporaryQueue replies = session.createTemporaryQueue();
            MessageConsumer consumer = session.createConsumer(replies);
            MessageProducer producer = session.createProducer(requests);
            for (String text : List.of("one", "two", "three")) {
                TextMessage request = session.createTextMessage(text);
                request.setJMSReplyTo(replies);
                producer.send(request);
                TextMessage reply = (TextMessage) consumer.receive(WAIT_MILLIS);
                assertNotNull(reply, "no reply in 20 s");
                assertEquals("re: " + text, reply.getText());
                assertEquals(request.getJMSMessageID(), reply.getJMSCorrelationID());
                assertEquals(replies, reply.getJMSDestination());
            }
        }
    }

    @Test
    void every_temporary_queue_has_another_name() throws JMSException {
        assertNotEquals(
                session.createTemporaryQueue().getQueueName(),
                session.createTemporaryQueue().getQueueName());
    }

    @Test
    void a_temporary_queue_of_another_connection_is_not_consumed_from() throws Exception {
        TemporaryQueue queue = session.createTemporaryQueue();
        try (Connection other = connection()) {
            Session spying = other.createSession(false, Session.AUTO_ACKNOWLEDGE);
            // The client itself knows whose it is.
            assertThrows(JMSException.class, () -> spying.createConsumer(queue));
            // And the broker does when the name is all that is known.
            Queue byName = spying.createQueue(queue.getQueueName());
            JMSException refused = assertThrows(JMSException.class, () -> spying.createConsumer(byName));
            assertTrue(refused.getMessage().contains("resource-locked"), refused::getMessage);
            // Sending is what it is for.
            spying.createProducer(byName).send(spying.createTextMessage("from the other"));
        }
        assertEquals("from the other", text(session.createConsumer(queue)));
    }

    @Test
    void it_is_not_deleted_under_its_consumers() throws JMSException {
        TemporaryQueue queue = session.createTemporaryQueue();
        MessageConsumer consumer = session.createConsumer(queue);
        assertThrows(JMSException.class, queue::delete);
        session.createProducer(queue).send(session.createTextMessage("still there"));
        assertEquals("still there", text(consumer));
        consumer.close();
        queue.delete();
    }

    @Test
    void a_deleted_one_is_never_created_again() throws Exception {
        TemporaryQueue queue = session.createTemporaryQueue();
        MessageProducer before = session.createProducer(queue);
        before.send(session.createTextMessage("lost with it"));
        before.close();
        queue.delete();
        try (Connection other = connection()) {
            Session late = other.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue byName = late.createQueue(queue.getQueueName());
            assertThrows(InvalidDestinationException.class, () -> late.createProducer(byName));
            assertThrows(InvalidDestinationException.class, () -> late.createConsumer(byName));
            MessageProducer anonymous = late.createProducer(null);
            TextMessage message = late.createTextMessage("too late");
            JMSException refused = assertThrows(JMSException.class, () -> anonymous.send(byName, message));
            assertTrue(refused.getMessage().contains("not-found"), refused::getMessage);
            assertThrows(InvalidDestinationException.class, () -> late.createConsumer(byName));
        }
    }

    @Test
    void it_goes_with_its_connection() throws Exception {
        TemporaryQueue queue;
        try (Connection owner = connection()) {
            queue = owner.createSession(false, Session.AUTO_ACKNOWLEDGE).createTemporaryQueue();
            session.createProducer(session.createQueue(queue.getQueueName())).send(session.createTextMessage("x"));
        }
        Queue byName = session.createQueue(queue.getQueueName());
        assertThrows(InvalidDestinationException.class, () -> session.createProducer(byName));
    }

    @Test
    void many_requests_side_by_side_in_the_simplified_api() {
        try (JMSContext context = new JmsConnectionFactory("guest", "guest", broker.uri()).createContext()) {
            for (int i = 0; i < 50; i++) {
                TemporaryQueue queue = context.createTemporaryQueue();
                context.createProducer().send(queue, "m" + i);
                try (JMSConsumer consumer = context.createConsumer(queue)) {
                    assertEquals("m" + i, consumer.receiveBody(String.class, WAIT_MILLIS));
                    assertNull(consumer.receiveNoWait());
                }
                assertDeleted(queue);
            }
        }
    }

    private static void assertDeleted(TemporaryQueue queue) {
        try {
            queue.delete();
        } catch (JMSException e) {
            throw new AssertionError(e);
        }
    }
}
