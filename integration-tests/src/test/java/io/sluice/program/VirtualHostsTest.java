package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker with virtual hosts, chosen by Qpid JMS and by the command line. */
final class VirtualHostsTest {
    private static final long WAIT_MILLIS = 60_000;
    private static final String DEFAULT = "";

    @TempDir
    Path folder;

    private Path config;

    @BeforeEach
    void configure() throws Exception {
        config = Files.writeString(folder.resolve("hosts.yaml"), """
                metrics: {prometheus: true, port: 0}
                virtualHosts:
                  - name: blue
                    hostNames: [blue.example.com]
                    queues:
                      autoCreate: ["tmp.*"]
                      declared: [{name: orders}]
                  - {name: green, users: [anna]}
                """);
    }

    private BrokerProcess start() throws Exception {
        return BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    private static Connection connect(BrokerProcess broker, String host) throws JMSException {
        String option = host.isEmpty() ? "" : "?amqp.vhost=" + host;
        JmsConnectionFactory factory = new JmsConnectionFactory("amqp://127.0.0.1:" + broker.port() + option);
        factory.setClientID("virtual-hosts");
        Connection connection = factory.createConnection();
        try {
            connection.start();
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    private static void send(BrokerProcess broker, String host, String queue, String body) throws JMSException {
        try (Connection connection = connect(broker, host)) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            producer.send(session.createTextMessage(body));
        }
    }

    private static void takes(BrokerProcess broker, String host, String queue, String body) throws JMSException {
        try (Connection connection = connect(broker, host)) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            assertEquals(body, ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
            assertNull(consumer.receiveNoWait(), "another in " + queue + " of '" + host + "'");
        }
    }

    private record Ended(int exitCode, String output) {}

    private static Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    @Test
    void each_has_queues_of_its_own_that_outlive_kill_9() throws Exception {
        try (BrokerProcess broker = start()) {
            send(broker, DEFAULT, "orders", "for all");
            send(broker, "blue", "orders", "for blue");
            send(broker, "blue.example.com", "orders", "for blue, by its other name");
            JMSException unknown = assertThrows(JMSException.class, () -> send(broker, "blue", "nothing", "x"));
            assertTrue(unknown.getMessage().contains("'nothing'"), unknown.getMessage());
            broker.kill();
        }
        try (BrokerProcess broker = start()) {
            takes(broker, DEFAULT, "orders", "for all");
            try (Connection connection = connect(broker, "BLUE")) {
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer consumer = session.createConsumer(session.createQueue("orders"));
                assertEquals("for blue", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
                assertEquals("for blue, by its other name", ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
            }
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void operators_name_one_in_the_url() throws Exception {
        try (BrokerProcess broker = start()) {
            String url = "amqp://127.0.0.1:" + broker.port();
            assertEquals(
                    0, run("queue", "create", "tmp.1", "--url", url + "/blue").exitCode());
            Ended blue = run("queue", "list", "--json", "--url", url + "/blue");
            assertTrue(blue.output().contains("\"tmp.1\"") && blue.output().contains("\"orders\""), blue.output());
            Ended none = run("queue", "list", "--json", "--url", url);
            assertTrue(!none.output().contains("tmp.1"), none.output());

            Ended wrong = run("queue", "list", "--url", url + "/blu");
            assertEquals(1, wrong.exitCode(), wrong.output());
            assertTrue(wrong.output().contains("there is no virtual host 'blu'"), wrong.output());

            Ended refused = run("queue", "list", "--url", url + "/green");
            assertEquals(1, refused.exitCode(), refused.output());
            assertTrue(
                    refused.output().contains("user 'anonymous' may not use the virtual host 'green'"),
                    refused.output());
            String figures = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(MetricsTest.metrics(broker)).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            for (String host : List.of("/", "blue", "green")) {
                assertTrue(
                        figures.lines()
                                .anyMatch(line -> line.startsWith("sluice_shard_messages")
                                        && line.contains("virtual_host=\"" + host + "\"")),
                        host + ": " + figures);
            }
        }
    }

    @Test
    void what_a_host_had_that_is_taken_out_of_the_configuration_is_left() throws Exception {
        try (BrokerProcess broker = start()) {
            send(broker, "blue", "orders", "kept");
            assertEquals(0, broker.stop());
        }
        String whole = Files.readString(config);
        Files.writeString(config, "virtualHosts: []\n");
        try (BrokerProcess broker = start()) {
            broker.awaitError("is of no virtual host of the configuration");
            assertEquals(0, broker.stop());
        }
        Files.writeString(config, whole);
        try (BrokerProcess broker = start()) {
            takes(broker, "blue", "orders", "kept");
        }
    }
}
