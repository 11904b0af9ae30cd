package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import io.sluice.program.Certificates;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS with a client certificate for a name, or with a password; nobody comes without either. */
final class QpidJmsTlsTest {
    private static final long WAIT_MILLIS = 20_000;

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static Path server;
    private static Path anna;
    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        certificates = Certificates.in(folder);
        server = certificates.issue("server", "CN=server", "san=dns:localhost,ip:127.0.0.1");
        anna = certificates.issue("anna", "CN=anna,O=Example", "ku=digitalSignature");
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                listen:
                  port: 0
                  also:
                    - {host: 127.0.0.1, port: 0, protocol: amqps}
                  tls:
                    certificates:
                      - file: %s
                        passwordFile: %s
                    clientCertificates: wanted
                    trustFile: %s
                    reloadCheckMillis: 100
                security:
                  anonymous: never
                """.formatted(
                        server, certificates.passwordFile(), certificates.authority()));
        broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop(), () -> String.join("\n", broker.errors()));
    }

    private static String uri(String options) {
        return "amqps://localhost:" + broker.port("amqps") + "?transport.trustStoreLocation=" + certificates.trust()
                + "&transport.trustStorePassword=" + Certificates.PASSWORD + options;
    }

    private static String withKey(Path identity) {
        return "&transport.keyStoreLocation=" + identity + "&transport.keyStorePassword=" + Certificates.PASSWORD;
    }

    private static void roundTrip(Connection connection, String name) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        Queue queue = session.createQueue(name);
        session.createProducer(queue).send(session.createTextMessage("x".repeat(200_000)));
        MessageConsumer consumer = session.createConsumer(queue);
        assertEquals("x".repeat(200_000), ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
    }

    @Test
    void a_user_with_a_password_connects_over_tls() throws JMSException {
        try (Connection connection = new JmsConnectionFactory(uri("")).createConnection("guest", "guest")) {
            connection.start();
            roundTrip(connection, "tls.password");
        }
        // What can only be done where nobody reads along.
        try (Connection connection =
                new JmsConnectionFactory(uri("&amqp.saslMechanisms=PLAIN")).createConnection("guest", "guest")) {
            connection.start();
            roundTrip(connection, "tls.plain");
        }
    }

    @Test
    void a_client_certificate_is_enough() throws JMSException {
        String external = uri(withKey(anna) + "&amqp.saslMechanisms=EXTERNAL");
        try (Connection connection = new JmsConnectionFactory(external).createConnection()) {
            connection.start();
            roundTrip(connection, "tls.external");
        }
        // It is also what the client prefers when it may choose.
        try (Connection connection = new JmsConnectionFactory(uri(withKey(anna))).createConnection()) {
            connection.start();
            roundTrip(connection, "tls.chosen");
        }
    }

    @Test
    void without_certificate_and_password_nobody_comes_in() {
        assertThrows(JMSException.class, () -> {
            try (Connection connection = new JmsConnectionFactory(uri("")).createConnection()) {
                connection.start();
            }
        });
    }

    @Test
    void protonj2_comes_in_by_its_certificate() throws Exception {
        ConnectionOptions options = new ConnectionOptions();
        options.sslOptions()
                .sslEnabled(true)
                .trustStoreLocation(certificates.trust().toString())
                .trustStorePassword(Certificates.PASSWORD)
                .keyStoreLocation(anna.toString())
                .keyStorePassword(Certificates.PASSWORD);
        options.saslOptions().addAllowedMechanism("EXTERNAL");
        try (Client client = Client.create();
                org.apache.qpid.protonj2.client.Connection connection =
                        client.connect("localhost", broker.port("amqps"), options);
                Sender sender = connection.openSender("tls.protonj2");
                Receiver receiver = connection.openReceiver("tls.protonj2")) {
            sender.send(Message.create("hello")).awaitSettlement(20, TimeUnit.SECONDS);
            assertEquals(
                    "hello", receiver.receive(20, TimeUnit.SECONDS).message().body());
        }
    }

    /** A connection lives through it, and only the new certificate's authority convinces the next client. */
    @Test
    void a_renewed_certificate_is_shown_without_a_restart() throws Exception {
        try (Connection open = new JmsConnectionFactory(uri("")).createConnection("guest", "guest")) {
            open.start();
            Path renewed = certificates.issue("renewed", "CN=renewed", "san=dns:localhost,ip:127.0.0.1");
            Files.copy(renewed, server, StandardCopyOption.REPLACE_EXISTING);
            awaitLog("read again");
            try (Connection next = new JmsConnectionFactory(uri("")).createConnection("guest", "guest")) {
                next.start();
                roundTrip(next, "tls.renewed");
            }
            roundTrip(open, "tls.still.open");
        }
    }

    private static void awaitLog(String part) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (broker.errors().stream().noneMatch(line -> line.contains(part))) {
            assertTrue(System.nanoTime() < end, () -> String.join("\n", broker.errors()));
            Thread.sleep(20);
        }
    }

    @Test
    void a_certificate_that_cannot_be_read_is_named_at_the_start() throws Exception {
        Path config = Files.writeString(folder.resolve("broken.yaml"), """
                listen:
                  protocol: amqps
                  tls:
                    certificates:
                      - {file: %s}
                """.formatted(folder.resolve("no-such.pem")));
        BrokerProcess.Ended ended = BrokerProcess.runToEnd(java.util.List.of(
                "--config",
                config.toString(),
                "--data",
                folder.resolve("unused").toString()));
        assertEquals(10, ended.exitCode(), ended.output());
        assertTrue(ended.output().contains("no-such.pem: there is no such file"), ended.output());
        assertTrue(!Files.exists(folder.resolve("unused")), "a broker that does not start leaves nothing behind");
    }
}
