package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Logging in where no password may travel as it is: whatever Qpid JMS does here is SCRAM. */
final class QpidJmsLoginTest {
    private static final long WAIT_MILLIS = 20_000;

    @TempDir
    static Path folder;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                listen: {port: 0}
                security:
                  anonymous: never
                  plain: never
                """);
        broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop(), () -> String.join("\n", broker.errors()));
    }

    private static Connection connect(String options, String user, String password) throws JMSException {
        Connection connection = new JmsConnectionFactory(broker.uri() + options).createConnection(user, password);
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?amqp.saslMechanisms=SCRAM-SHA-512", "?amqp.saslMechanisms=SCRAM-SHA-256"})
    void scram_is_used_and_a_message_goes_through(String options) throws JMSException {
        try (Connection connection = connect(options, "guest", "guest")) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("login");
            session.createProducer(queue).send(session.createTextMessage("hello"));
            MessageConsumer consumer = session.createConsumer(queue);
            assertEquals("hello", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
        }
    }

    @Test
    void a_wrong_password_and_a_wrong_user_fail_alike() {
        String wrongPassword = assertThrows(JMSSecurityException.class, () -> connect("", "guest", "Guest"))
                .getMessage();
        String wrongUser = assertThrows(JMSSecurityException.class, () -> connect("", "gast", "guest"))
                .getMessage();
        assertEquals(wrongPassword, wrongUser);
    }

    @Test
    void plain_is_not_offered() {
        JMSException refused =
                assertThrows(JMSException.class, () -> connect("?amqp.saslMechanisms=PLAIN", "guest", "guest"));
        assertTrue(refused.getMessage().contains("SCRAM-SHA-512"), refused.getMessage());
    }
}
