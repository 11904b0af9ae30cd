package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.clients.Scene;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;

/** A started connection and a session of it. */
final class JmsPeer implements AutoCloseable {
    static final long WAIT_MILLIS = 20_000;

    private final Connection connection;
    private final Session session;

    private JmsPeer(Connection connection, int acknowledgeMode) throws JMSException {
        this.connection = connection;
        try {
            connection.start();
            session = connection.createSession(acknowledgeMode == Session.SESSION_TRANSACTED, acknowledgeMode);
        } catch (JMSException refused) {
            connection.close();
            throw refused;
        }
    }

    static JmsPeer of(Scene scene) throws JMSException {
        return of(scene, "");
    }

    /** @param options of the URI, such as {@code jms.prefetchPolicy.all=0} */
    static JmsPeer of(Scene scene, String options) throws JMSException {
        return of(scene, options, Session.AUTO_ACKNOWLEDGE);
    }

    static JmsPeer of(Scene scene, String options, int acknowledgeMode) throws JMSException {
        String uri = "amqp://127.0.0.1:" + scene.port() + "?" + options;
        return new JmsPeer(new JmsConnectionFactory(uri).createConnection(), acknowledgeMode);
    }

    static JmsPeer named(Scene scene, String clientId) throws JMSException {
        return of(scene, "jms.clientID=" + clientId);
    }

    static JmsPeer connected(String uri, String user, String password) throws JMSException {
        return new JmsPeer(new JmsConnectionFactory(uri).createConnection(user, password), Session.AUTO_ACKNOWLEDGE);
    }

    Connection connection() {
        return connection;
    }

    Session session() {
        return session;
    }

    Queue queue(String name) throws JMSException {
        return session.createQueue(name);
    }

    MessageConsumer consumer(String queue) throws JMSException {
        return session.createConsumer(queue(queue));
    }

    /** Waits until the broker has seen what this connection asked for before, the credit of its consumers too. */
    void await(Scene scene) throws JMSException {
        consumer(scene.address("probe")).close();
    }

    void send(String queue, String... texts) throws JMSException {
        send(queue(queue), texts);
    }

    void send(Destination destination, String... texts) throws JMSException {
        try (MessageProducer producer = session.createProducer(destination)) {
            for (String text : texts) {
                TextMessage message = session.createTextMessage(text);
                message.setStringProperty("colour", text);
                producer.send(message, DeliveryMode.PERSISTENT, Message.DEFAULT_PRIORITY, 0);
            }
        }
    }

    static Message next(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(WAIT_MILLIS);
        assertNotNull(message, "no message in " + WAIT_MILLIS + " ms");
        return message;
    }

    static String text(MessageConsumer consumer) throws JMSException {
        return next(consumer).getBody(String.class);
    }

    static List<String> texts(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(text(consumer));
        }
        return texts;
    }

    /** Whether the broker has nothing for it: the client drains. */
    static boolean empty(MessageConsumer consumer) throws JMSException {
        return consumer.receiveNoWait() == null;
    }

    @Override
    public void close() throws JMSException {
        connection.close();
    }
}
