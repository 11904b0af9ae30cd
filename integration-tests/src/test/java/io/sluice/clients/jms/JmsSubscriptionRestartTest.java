package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.program.BrokerProcess;
import jakarta.jms.Connection;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What durable subscriptions are worth: the program is killed, and started again over the same folder. */
final class JmsSubscriptionRestartTest {
    private static final long WAIT_MILLIS = 20_000;
    private static final String TOPIC = "restart.prices";

    @TempDir
    Path folder;

    private interface Work {
        void run(Session session) throws JMSException;
    }

    private static void with(BrokerProcess broker, String clientId, Work work) throws JMSException {
        try (Connection connection = new JmsConnectionFactory(broker.uri()).createConnection()) {
            if (clientId != null) {
                connection.setClientID(clientId);
            }
            connection.start();
            work.run(connection.createSession(false, Session.AUTO_ACKNOWLEDGE));
        }
    }

    private static void publish(Session session, String... texts) throws JMSException {
        MessageProducer producer = session.createProducer(session.createTopic(TOPIC));
        for (String text : texts) {
            TextMessage message = session.createTextMessage(text);
            message.setStringProperty("color", text.contains("red") ? "red" : "none");
            producer.send(message);
        }
    }

    private static void assertWaiting(MessageConsumer consumer, String... texts) throws JMSException {
        for (String text : texts) {
            TextMessage message = (TextMessage) consumer.receive(WAIT_MILLIS);
            assertNotNull(message, () -> "no '" + text + "'");
            assertEquals(text, message.getText());
        }
        assertNull(consumer.receiveNoWait());
    }

    @Test
    void subscriptions_and_their_backlog_survive_kill_nine() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            with(broker, "c", session -> {
                Topic topic = session.createTopic(TOPIC);
                session.createDurableConsumer(topic, "all").close();
                session.createDurableConsumer(topic, "red", "color = 'red'", false)
                        .close();
                session.createDurableConsumer(session.createTopic("restart.*"), "pattern")
                        .close();
                session.createDurableConsumer(topic, "gone").close();
                session.unsubscribe("gone");
            });
            with(broker, null, session -> {
                session.createSharedDurableConsumer(session.createTopic(TOPIC), "global")
                        .close();
                publish(session, "red 1", "green 1");
            });
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            with(broker, null, session -> publish(session, "red 2"));
            with(
                    broker,
                    "c",
                    session -> assertWaiting(
                            session.createDurableConsumer(session.createTopic(TOPIC), "all"),
                            "red 1",
                            "green 1",
                            "red 2"));
            assertEquals(0, broker.stop());
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            with(broker, null, session -> publish(session, "green 3"));
            with(broker, "c", session -> {
                Topic topic = session.createTopic(TOPIC);
                assertWaiting(session.createDurableConsumer(topic, "all"), "green 3");
                assertWaiting(session.createDurableConsumer(topic, "red", "color = 'red'", false), "red 1", "red 2");
                assertWaiting(
                        session.createDurableConsumer(session.createTopic("restart.*"), "pattern"),
                        "red 1",
                        "green 1",
                        "red 2",
                        "green 3");
                assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("gone"));
            });
            with(
                    broker,
                    null,
                    session -> assertWaiting(
                            session.createSharedDurableConsumer(session.createTopic(TOPIC), "global"),
                            "red 1",
                            "green 1",
                            "red 2",
                            "green 3"));
        }
    }

    @Test
    void configured_topics_need_no_capability_and_full_subscriptions_do_as_they_are_told() throws Exception {
        Path configuration = folder.resolve("sluice.yaml");
        Files.write(
                configuration,
                List.of(
                        "topics:",
                        "  addresses: [\"events.*\"]",
                        "  templates:",
                        "    - pattern: \"small.*\"",
                        "      maxMessages: 2",
                        "      overflow: reject"));
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", configuration.toString())) {
            with(broker, "c", session -> {
                Topic small = session.createTopic("small.t");
                session.createDurableConsumer(small, "full").close();
                MessageProducer producer = session.createProducer(small);
                producer.send(session.createTextMessage("1"));
                producer.send(session.createTextMessage("2"));
                assertThrows(JMSException.class, () -> producer.send(session.createTextMessage("3")));
                assertWaiting(session.createDurableConsumer(small, "full"), "1", "2");
            });
        }
    }
}
