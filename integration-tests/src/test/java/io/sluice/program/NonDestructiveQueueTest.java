package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of last values that JMS consumers read and follow, and find again behind kill -9. */
final class NonDestructiveQueueTest {
    private static final int WAIT_MILLIS = 60_000;

    @TempDir
    Path folder;

    private static void send(Session session, String key, String text) throws Exception {
        MessageProducer producer = session.createProducer(session.createQueue("prices"));
        TextMessage message = session.createTextMessage(text);
        message.setStringProperty("symbol", key);
        producer.send(message);
        producer.close();
    }

    private static String next(MessageConsumer consumer) throws Exception {
        return ((TextMessage) consumer.receive(WAIT_MILLIS)).getText();
    }

    @Test
    void a_table_is_read_and_followed() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - name: prices
                      nonDestructive: true
                      lastValue: true
                      lastValueProperty: symbol
                """);
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                Connection connection =
                        new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port()).createConnection()) {
            connection.start();
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            send(session, "a", "a 1");
            send(session, "b", "b 1");
            send(session, "a", "a 2");
            MessageConsumer consumer = session.createConsumer(session.createQueue("prices"));
            assertEquals("b 1", next(consumer));
            assertEquals("a 2", next(consumer));
            send(session, "b", "b 2");
            assertEquals("b 2", next(consumer));
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                Connection connection =
                        new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port()).createConnection()) {
            connection.start();
            Session session = connection.createSession(Session.AUTO_ACKNOWLEDGE);
            for (int consumers = 0; consumers < 2; consumers++) {
                MessageConsumer consumer = session.createConsumer(session.createQueue("prices"));
                assertEquals("a 2", next(consumer));
                assertEquals("b 2", next(consumer));
                consumer.close();
            }
        }
    }
}
