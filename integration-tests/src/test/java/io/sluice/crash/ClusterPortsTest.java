package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.program.Certificates;
import io.sluice.program.FreePorts;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnection;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with a port for TLS beside the main one: who came to that one is told of those of the other nodes. */
@Timeout(300)
final class ClusterPortsTest {
    private static final long WAIT_SECONDS = 120;
    private static final String[] NODES = {"n1", "n2", "n3"};
    private static final String CONFIGURATION = """
            replication: {electionMinMillis: 1500, electionMaxMillis: 3000}
            storage: {minFreeDiskBytes: 0}
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private final Map<String, Integer> withTls = new LinkedHashMap<>();
    private Certificates certificates;

    /** On one machine the ports differ, so each node says where it is reached, and has a file of its own when it starts. */
    private void startAll(ClusterProcesses cluster) throws Exception {
        certificates = Certificates.in(Files.createDirectory(folder.resolve("tls")));
        Path identity = certificates.issue("server", "CN=server", "san=ip:127.0.0.1");
        Path file = folder.resolve("cluster.yaml");
        String text = Files.readString(file);
        for (String node : NODES) {
            int port = FreePorts.take();
            withTls.put(node, port);
            String entry = "handThroughPort: " + cluster.ports(node).handThrough();
            text = text.replace(entry, entry + ", clients: [{host: 127.0.0.1, port: " + port + ", protocol: amqps}]");
        }
        for (String node : NODES) {
            Files.writeString(file, """
                    listen:
                      also: [{host: 127.0.0.1, port: %d, protocol: amqps}]
                      tls: {certificates: [{file: %s, passwordFile: %s}]}
                    """.formatted(withTls.get(node), identity, certificates.passwordFile()) + text);
            cluster.start(node);
        }
    }

    /** To this node, and again where it is told so. */
    private Connection connect(String node) throws JMSException {
        Connection connection = new JmsConnectionFactory("failover:(amqps://127.0.0.1:" + withTls.get(node)
                        + "?transport.trustStoreLocation=" + certificates.trust() + "&transport.trustStorePassword="
                        + Certificates.PASSWORD + ")?failover.reconnectDelay=50&failover.useReconnectBackOff=false")
                .createConnection();
        connection.start();
        return connection;
    }

    /** The node it has come to, by TLS. */
    private String node(Connection connection) {
        URI there = ((JmsConnection) connection).getConnectedURI();
        assertEquals("amqps", there.getScheme());
        return withTls.keySet().stream()
                .filter(node -> withTls.get(node) == there.getPort())
                .findFirst()
                .orElseThrow(() -> new AssertionError(there + " is none of " + withTls));
    }

    @Test
    void a_client_with_tls_is_sent_to_the_primary_by_tls_and_finds_the_next_one_that_it_was_told_of() throws Exception {
        try (ClusterProcesses cluster =
                new ClusterProcesses(folder, CONFIGURATION, "  routing: redirect\n", Machines.THIS_ONE, NODES)) {
            startAll(cluster);
            String primary = cluster.awaitPrimary();
            String backup = List.of(NODES).stream()
                    .filter(node -> !node.equals(primary))
                    .findFirst()
                    .orElseThrow();
            cluster.awaitBackup(backup);
            try (Connection sent = connect(backup)) {
                assertEquals(primary, node(sent));
            }
            try (Connection knowsOne = connect(primary)) {
                Session session = knowsOne.createSession(false, Session.AUTO_ACKNOWLEDGE);
                Queue queue = session.createQueue("q");
                MessageProducer producer = session.createProducer(queue);
                producer.send(session.createTextMessage("before"));
                cluster.node(primary).kill();
                producer.send(session.createTextMessage("behind"));
                assertNotEquals(primary, node(knowsOne));
                MessageConsumer consumer = session.createConsumer(queue);
                for (String body : List.of("before", "behind")) {
                    TextMessage message = (TextMessage) consumer.receive(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
                    assertNotNull(message, body);
                    assertEquals(body, message.getText());
                }
            }
        }
    }
}
