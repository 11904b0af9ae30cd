package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** AMQP over WebSocket, with and without TLS. */
final class QpidJmsWebSocketTest {
    private static final long WAIT_MILLIS = 20_000;

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        certificates = Certificates.in(folder);
        Path server = certificates.issue("server", "CN=server", "san=dns:localhost,ip:127.0.0.1");
        Path config =
                Files.writeString(folder.resolve("sluice.yaml"), """
                listen:
                  port: 0
                  protocol: amqpws
                  also:
                    - {host: 127.0.0.1, port: 0, protocol: amqpwss}
                    - {host: 127.0.0.1, port: 0, protocol: any}
                  webSocketCompression: true
                  tls:
                    certificates:
                      - file: %s
                        passwordFile: %s
                security:
                  anonymous: never
                """.formatted(server, certificates.passwordFile()));
        broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop(), () -> String.join("\n", broker.errors()));
    }

    private static String uri(String scheme, String protocol) {
        String trust = "&transport.trustStoreLocation=" + certificates.trust() + "&transport.trustStorePassword="
                + Certificates.PASSWORD;
        return scheme + "://localhost:" + broker.port(protocol) + "/amqp?jms.prefetchPolicy.all=10"
                + (scheme.endsWith("s") && !scheme.equals("amqpws") ? trust : "");
    }

    /** Also where a port takes all of them. */
    @ParameterizedTest
    @CsvSource({"amqpws, amqpws", "amqpwss, amqpwss", "amqp, any", "amqps, any", "amqpws, any", "amqpwss, any"})
    void messages_small_and_large_go_through(String scheme, String protocol) throws JMSException {
        try (Connection connection =
                new JmsConnectionFactory(uri(scheme, protocol)).createConnection("guest", "guest")) {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Queue queue = session.createQueue("ws");
            MessageConsumer consumer = session.createConsumer(queue);
            for (int size : new int[] {1, 1000, 100_000, 3_000_000}) {
                session.createProducer(queue).send(session.createTextMessage("x".repeat(size)));
                assertEquals("x".repeat(size), ((TextMessage) consumer.receive(WAIT_MILLIS)).getText());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"amqpws, false", "amqpws, true", "any, true"})
    void protonj2_speaks_over_web_socket(String protocol, boolean compression) throws Exception {
        ConnectionOptions options = new ConnectionOptions().user("guest").password("guest");
        options.transportOptions().useWebSockets(true).webSocketPath("/").webSocketCompression(compression);
        try (Client client = Client.create();
                org.apache.qpid.protonj2.client.Connection connection =
                        client.connect("localhost", broker.port(protocol), options);
                Sender sender = connection.openSender("ws.protonj2");
                Receiver receiver = connection.openReceiver("ws.protonj2")) {
            sender.send(Message.create("y".repeat(200_000))).awaitSettlement(20, TimeUnit.SECONDS);
            assertEquals(
                    "y".repeat(200_000),
                    receiver.receive(20, TimeUnit.SECONDS).message().body());
        }
    }
}
