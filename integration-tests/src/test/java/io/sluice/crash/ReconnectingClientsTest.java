package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientTool;
import io.sluice.program.BrokerProcess;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSProducer;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Applications that connect again by what their client libraries have for it go on when the primary is killed: what was accepted arrives, and
 * arrives in its order the first time.
 */
@Timeout(300)
final class ReconnectingClientsTest {
    private static final int HALF = 50;
    private static final long WAIT_SECONDS = 120;
    private static final List<String> NODES = List.of("n1", "n2", "n3");

    @TempDir
    Path folder;

    /** Sends and receives numbers by a client library. */
    private interface Application extends AutoCloseable {
        /** Returns when the first half is accepted. */
        void sendFirstHalf() throws Exception;

        /** Sends the second half, over the failure, and receives all. */
        List<Integer> finish() throws Exception;

        @Override
        void close();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static final class Jms implements Application {
        private final JMSContext context;
        private final Queue queue;

        Jms(ClusterProcesses cluster) {
            String nodes = NODES.stream()
                    .map(node -> "amqp://127.0.0.1:" + cluster.ports(node).clients())
                    .collect(Collectors.joining(","));
            context = new JmsConnectionFactory(
                            "failover:(" + nodes
                                    + ")?failover.initialReconnectDelay=20&failover.reconnectDelay=100&failover.useReconnectBackOff=false")
                    .createContext();
            queue = context.createQueue("failover.jms");
        }

        private void send(int from, int to) {
            JMSProducer producer = context.createProducer();
            for (int i = from; i < to; i++) {
                producer.send(queue, String.valueOf(i));
            }
        }

        @Override
        public void sendFirstHalf() {
            send(0, HALF);
        }

        @Override
        public List<Integer> finish() throws Exception {
            send(HALF, 2 * HALF);
            Set<Integer> received = new LinkedHashSet<>();
            try (JMSConsumer consumer = context.createConsumer(queue)) {
                while (received.size() < 2 * HALF) {
                    Message message = consumer.receive(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
                    assertNotNull(message, () -> "after " + received);
                    received.add(Integer.valueOf(message.getBody(String.class)));
                }
            }
            return List.copyOf(received);
        }

        @Override
        public void close() {
            context.close();
        }
    }

    private static final class ProtonJ2 implements Application {
        private static final String QUEUE = "failover.protonj2";
        private final Client client = Client.create();
        private final Connection connection;
        private final Sender sender;

        ProtonJ2(ClusterProcesses cluster) throws ClientException {
            ConnectionOptions options = new ConnectionOptions();
            options.reconnectOptions()
                    .reconnectEnabled(true)
                    .reconnectDelay(20)
                    .maxReconnectDelay(100)
                    .maxReconnectAttempts(-1);
            for (String node : NODES.subList(1, NODES.size())) {
                options.reconnectOptions()
                        .addReconnectLocation("127.0.0.1", cluster.ports(node).clients());
            }
            connection = client.connect("127.0.0.1", cluster.ports(NODES.get(0)).clients(), options);
            sender = connection.openSender(QUEUE);
        }

        private void send(int from, int to) throws Exception {
            for (int i = from; i < to; i++) {
                while (!isAccepted(i)) {
                    // The connection was lost while it was under way.
                }
            }
        }

        private boolean isAccepted(int number) throws Exception {
            try {
                return sender.send(org.apache.qpid.protonj2.client.Message.create(number)
                                .durable(true))
                        .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted();
            } catch (ClientException lost) {
                return false;
            }
        }

        @Override
        public void sendFirstHalf() throws Exception {
            send(0, HALF);
        }

        @Override
        public List<Integer> finish() throws Exception {
            send(HALF, 2 * HALF);
            Set<Integer> received = new LinkedHashSet<>();
            try (Receiver receiver = connection.openReceiver(QUEUE)) {
                while (received.size() < 2 * HALF) {
                    Delivery delivery = receiver.receive(WAIT_SECONDS, TimeUnit.SECONDS);
                    assertNotNull(delivery, () -> "after " + received);
                    received.add((Integer) delivery.message().body());
                }
            }
            return List.copyOf(received);
        }

        @Override
        public void close() {
            client.close();
        }
    }

    private static final class Rhea implements Application {
        private final Process process;
        private final BufferedReader output;

        Rhea(ClusterProcesses cluster) throws IOException, InterruptedException {
            Path program = ClientTool.unpack("rhea");
            ClientTool.need("node and npm", program, "npm", "install", "--no-package-lock", "--no-audit", "--no-fund");
            List<String> command = new ArrayList<>(List.of(
                    "node", program.resolve("failover.js").toString(), "failover.rhea", String.valueOf(2 * HALF)));
            NODES.forEach(node -> command.add(String.valueOf(cluster.ports(node).clients())));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.UTF_8);
        }

        @Override
        public void sendFirstHalf() throws IOException {
            assertEquals("half", output.readLine());
        }

        @Override
        public List<Integer> finish() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            String all = output.readLine();
            assertTrue(all != null && all.startsWith("all ["), all);
            return List.of(all.substring(5, all.length() - 1).split(",")).stream()
                    .map(Integer::valueOf)
                    .toList();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void applications_go_on_when_the_primary_is_killed() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, "", NODES.toArray(String[]::new))) {
            cluster.startAll();
            String primary = cluster.awaitPrimary();
            try (Application jms = new Jms(cluster);
                    Application protonJ2 = new ProtonJ2(cluster);
                    Application rhea = new Rhea(cluster)) {
                List<Application> applications = List.of(jms, protonJ2, rhea);
                for (Application application : applications) {
                    application.sendFirstHalf();
                }
                BrokerProcess killed = cluster.node(primary);
                killed.kill();
                for (Application application : applications) {
                    assertEquals(
                            numbers(0, 2 * HALF),
                            application.finish(),
                            application.getClass().getSimpleName());
                }
            }
        }
    }
}
