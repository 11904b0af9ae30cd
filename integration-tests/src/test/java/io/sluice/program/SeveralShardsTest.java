package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker whose queues are spread over four shards. By the hash, orders and hello are in shard 2, invoices and DLQ in 1, a in 3. */
final class SeveralShardsTest {
    private static final long WAIT_MILLIS = 60_000;
    private static final int STORAGE_EXIT = 11;

    @TempDir
    Path folder;

    private Path data;
    private Path config;

    @BeforeEach
    void configure() throws Exception {
        data = folder.resolve("data");
        config = configuration("four", 4, "");
    }

    private Path configuration(String name, int shards, String queues) throws Exception {
        return Files.writeString(folder.resolve(name + ".yaml"), """
                shards: %d
                eventLoops: 2
                queues: {%s}
                amqp: {largeMessageBytes: 65536}
                storage: {segmentBytes: 1048576, journalBudgetBytes: 8388608, journalMaxBytes: 33554432, minFreeDiskBytes: 0}
                """.formatted(shards, queues));
    }

    private record Ended(int exitCode, String output, String errors) {}

    private static Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors);
    }

    private BrokerProcess start() throws Exception {
        return BrokerProcess.start(data, "--config", config.toString());
    }

    private static Connection connect(BrokerProcess broker) throws JMSException {
        JmsConnectionFactory factory = new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port());
        factory.setClientID("several-shards");
        Connection connection = factory.createConnection();
        connection.start();
        return connection;
    }

    private static void send(Session session, String queue, String... bodies) throws JMSException {
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        producer.setDeliveryMode(DeliveryMode.PERSISTENT);
        for (String body : bodies) {
            producer.send(session.createTextMessage(body));
        }
        producer.close();
    }

    private static List<String> receive(Session session, String queue, int count) throws JMSException {
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(body(consumer.receive(WAIT_MILLIS)));
        }
        assertNull(consumer.receiveNoWait(), queue);
        consumer.close();
        return bodies;
    }

    private static String body(Message message) throws JMSException {
        return message == null ? "none" : ((TextMessage) message).getText();
    }

    @Test
    void queues_topics_and_transactions_survive_kill_nine_and_a_stop() throws Exception {
        String large = "large ".repeat(50_000);
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Session session = connection.createSession();
            Topic topic = session.createTopic("events.new");
            session.createDurableConsumer(topic, "subscription").close();
            session.createProducer(topic).send(session.createTextMessage("event"));
            send(session, "orders", "1", "2");
            send(session, "invoices", "1");
            send(session, "a", large);
            // Over the anonymous terminus, which finds the shard of each message.
            MessageProducer anonymous = session.createProducer(null);
            anonymous.send(session.createQueue("hello"), session.createTextMessage("1"));
            anonymous.send(session.createQueue("a"), session.createTextMessage(large));

            Session transacted = connection.createSession(Session.SESSION_TRANSACTED);
            send(transacted, "orders", "3");
            send(transacted, "hello", "2");
            transacted.commit();
            assertThrows(JMSException.class, () -> {
                send(transacted, "orders", "never");
                send(transacted, "invoices", "never");
                transacted.commit();
            });
            transacted.close();

            JMSException pattern =
                    assertThrows(JMSException.class, () -> session.createConsumer(session.createTopic("events.*")));
            assertTrue(pattern.getMessage().contains("several shards"), pattern.getMessage());
            broker.kill();
        }
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Session session = connection.createSession();
            assertEquals(List.of("1", "2", "3"), receive(session, "orders", 3));
            assertEquals(List.of("1"), receive(session, "invoices", 1));
            assertEquals(List.of("1", "2"), receive(session, "hello", 2));
            MessageConsumer subscriber =
                    session.createDurableConsumer(session.createTopic("events.new"), "subscription");
            assertEquals("event", body(subscriber.receive(WAIT_MILLIS)));
            subscriber.close();
            assertEquals(0, broker.stop());
        }
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Session session = connection.createSession();
            assertEquals(List.of(large, large), receive(session, "a", 2));
            // Which shard has it shows only by asking them.
            session.unsubscribe("subscription");
            assertThrows(JMSException.class, () -> session.unsubscribe("subscription"));
        }
    }

    @Test
    void dead_letters_stay_in_their_shard_under_a_name_of_its_own() throws Exception {
        try (BrokerProcess broker = start();
                Client client = Client.create();
                org.apache.qpid.protonj2.client.Connection connection = client.connect("127.0.0.1", broker.port())) {
            for (String queue : List.of("orders", "invoices")) {
                connection
                        .send(org.apache.qpid.protonj2.client.Message.create("from " + queue)
                                .durable(true)
                                .to(queue))
                        .awaitAccepted(60, TimeUnit.SECONDS);
                Receiver receiver = connection.openReceiver(queue, new ReceiverOptions().autoAccept(false));
                receiver.receive(60, TimeUnit.SECONDS).reject("test", "rejected");
                receiver.closeAsync().get(60, TimeUnit.SECONDS);
            }
            broker.kill();
        }
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Ended shown = run("queue", "show", "orders", "--json", "--url", "amqp://127.0.0.1:" + broker.port());
            assertTrue(shown.output().contains("\"shard\":2"), shown.output());
            assertEquals(
                    0,
                    run("queue", "redrive", "DLQ@2", "--url", "amqp://127.0.0.1:" + broker.port())
                            .exitCode());
            Ended moved = run("queue", "move", "orders", "invoices", "--url", "amqp://127.0.0.1:" + broker.port());
            assertTrue(moved.errors().contains("are of different shards"), moved.errors());
            Session session = connection.createSession();
            assertEquals(List.of("from orders"), receive(session, "orders", 1));
            assertEquals(List.of("from invoices"), receive(session, "DLQ", 1));
        }
    }

    @Test
    void another_number_or_placement_is_refused_and_an_export_goes_over_to_another_number() throws Exception {
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Session session = connection.createSession();
            send(session, "orders", "1", "2");
            send(session, "invoices", "3");
            broker.kill();
        }
        assertRefused(
                configuration("two", 2, ""),
                "Data folder " + data + " has 4 shards, but the configuration asks for 2: set shards to 4");
        assertRefused(
                configuration("placed", 4, "placement: [{pattern: \"ord*\", shard: 0}]"),
                "Queue 'orders' in " + data + " is in shard 2, where queues.placement does not put it any more");

        String from = data.toString();
        Path export = folder.resolve("export");
        Ended verified = run("storage", "verify", "--data", from, "--config", config.toString());
        assertEquals(0, verified.exitCode(), verified.errors());
        assertTrue(verified.output().contains("shard 2\nqueue orders: 2 messages\n"), verified.output());
        Ended exported = run("storage", "export", export.toString(), "--data", from);
        assertEquals(0, exported.exitCode(), exported.errors());

        data = folder.resolve("three");
        config = configuration("three", 3, "");
        Ended imported =
                run("storage", "import", export.toString(), "--data", data.toString(), "--config", config.toString());
        assertEquals(0, imported.exitCode(), imported.errors());
        assertTrue(imported.output().contains("3 messages of 2 queues imported"), imported.output());
        try (BrokerProcess broker = start();
                Connection connection = connect(broker)) {
            Session session = connection.createSession();
            assertEquals(List.of("1", "2"), receive(session, "orders", 2));
            assertEquals(List.of("3"), receive(session, "invoices", 1));
        }
    }

    private void assertRefused(Path configuration, String why) throws Exception {
        BrokerProcess.Ended ended = BrokerProcess.runToEnd(
                List.of("--data", data.toString(), "--config", configuration.toString(), "--port", "0"));
        assertEquals(STORAGE_EXIT, ended.exitCode());
        assertTrue(ended.output().contains(why), ended.output());
    }
}
