package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MapMessage;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.ObjectMessage;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import java.util.Map;
import java.util.TreeMap;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A JMS application that manages the started program: map messages to {@code $management}, answers into a temporary queue. */
final class JmsManagementTest {
    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private Connection connection;
    private Session session;
    private MessageProducer requests;
    private TemporaryQueue replyTo;
    private MessageConsumer answers;

    @BeforeEach
    void connect() throws JMSException {
        connection = new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port()).createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        requests = session.createProducer(session.createQueue("$management"));
        replyTo = session.createTemporaryQueue();
        answers = session.createConsumer(replyTo);
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
    }

    private Message ask(int status, String operation, String queue, Map<String, Object> body) throws JMSException {
        MapMessage request = session.createMapMessage();
        for (Map.Entry<String, Object> entry : body.entrySet()) {
            request.setObject(entry.getKey(), entry.getValue());
        }
        request.setStringProperty("operation", operation);
        request.setStringProperty("type", "queue");
        request.setStringProperty("name", queue);
        request.setJMSReplyTo(replyTo);
        requests.send(request);
        Message answer = answers.receive(WAIT_MILLIS);
        assertNotNull(answer, "no answer");
        assertEquals(request.getJMSMessageID(), answer.getJMSCorrelationID());
        assertEquals(
                status,
                answer.getIntProperty("statusCode"),
                () -> String.valueOf(property(answer, "statusDescription")));
        return answer;
    }

    private static Object property(Message message, String name) {
        try {
            return message.getObjectProperty(name);
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, Object> map(Message answer) throws JMSException {
        Map<?, ?> body = assertInstanceOf(
                Map.class, assertInstanceOf(ObjectMessage.class, answer).getObject());
        Map<String, Object> named = new TreeMap<>();
        body.forEach((key, value) -> named.put(String.valueOf(key), value));
        return named;
    }

    @Test
    void a_queue_is_created_used_read_and_deleted() throws JMSException {
        Map<String, Object> created = map(ask(201, "CREATE", "jms.managed", Map.of("maxMessages", 2L)));
        assertEquals("jms.managed", created.get("name"));

        MessageProducer producer = session.createProducer(session.createQueue("jms.managed"));
        producer.send(session.createTextMessage("a"));
        Map<String, Object> read = map(ask(200, "READ", "jms.managed", Map.of()));
        assertEquals(2L, read.get("maxMessages"));
        assertEquals(1L, read.get("messages"));
        producer.close();

        Message refused = ask(409, "DELETE", "jms.managed", Map.of("ifEmpty", true));
        assertTrue(refused.getStringProperty("statusDescription").contains("jms.managed"));
        ask(204, "DELETE", "jms.managed", Map.of());
        ask(404, "READ", "jms.managed", Map.of());
    }

    @Test
    void what_is_wrong_is_named() throws JMSException {
        Message answer = ask(400, "CREATE", "jms.wrong", Map.of("maxMesages", 2L));
        assertTrue(
                answer.getStringProperty("statusDescription").contains("maxMesages"),
                answer.getStringProperty("statusDescription"));
        ask(404, "READ", "jms.wrong", Map.of());
    }
}
