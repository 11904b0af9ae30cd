package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.JMSException;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRedirectedException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Three real nodes with three shards: shard 0 is for n1, shard 1 for n2, shard 2 for n3. The names of queues end with their shard. */
@Tag("slow")
@Timeout(600)
final class ShardedClusterTest {
    private static final long WAIT_SECONDS = 120;
    private static final List<String> NODES = List.of("n1", "n2", "n3");
    private static final String CONFIGURATION = """
            shards: 3
            replication: {electionMinMillis: 1500, electionMaxMillis: 3000}
            storage: {minFreeDiskBytes: 0}
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private static Connection connect(ClusterProcesses cluster, Client client, String node) throws ClientException {
        return cluster.connect(client, node, new ConnectionOptions());
    }

    private static void send(Connection connection, String queue, String... bodies) throws Exception {
        Sender sender = connection.openSender(queue);
        sender.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        for (String body : bodies) {
            assertTrue(sender.send(Message.create(body).durable(true))
                    .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
        sender.closeAsync().get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static List<Object> receive(Connection connection, String queue, int count) throws Exception {
        List<Object> bodies = new ArrayList<>();
        Receiver receiver = connection.openReceiver(queue);
        for (int i = 0; i < count; i++) {
            bodies.add(
                    receiver.receive(WAIT_SECONDS, TimeUnit.SECONDS).message().body());
        }
        assertEquals(null, receiver.tryReceive());
        receiver.closeAsync().get(WAIT_SECONDS, TimeUnit.SECONDS);
        return bodies;
    }

    private static void isSentTo(int port, ExecutionException refused) {
        ClientLinkRedirectedException redirect = (ClientLinkRedirectedException) refused.getCause();
        assertEquals("127.0.0.1", redirect.getHostname());
        assertEquals("127.0.0.1", redirect.getNetworkHost());
        assertEquals(port, redirect.getPort());
        assertEquals("amqp", redirect.getScheme());
    }

    private static void whatIsElsewhereIsRedirected(ClusterProcesses cluster, Client client) throws Exception {
        int port = cluster.ports("n2").clients();
        try (Connection connection = connect(cluster, client, "n1")) {
            Sender sender = connection.openSender("q@1");
            isSentTo(
                    port,
                    assertThrows(
                            ExecutionException.class, () -> sender.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS)));
            Receiver receiver = connection.openReceiver("q@1");
            isSentTo(
                    port,
                    assertThrows(
                            ExecutionException.class,
                            () -> receiver.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS)));
            DeliveryState state = connection
                    .send(Message.create("nowhere").durable(true).to("q@1"))
                    .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                    .remoteState();
            assertEquals(DeliveryState.Type.REJECTED, state.getType());
            // The connection is none the worse for it.
            assertTrue(connection
                    .send(Message.create("here").durable(true).to("q@0"))
                    .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
    }

    private static void jmsIsToldSoAndHasItsTemporaryQueue(ClusterProcesses cluster) throws JMSException {
        try (jakarta.jms.Connection connection =
                new JmsConnectionFactory(cluster.node("n1").uri()).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            JMSException refused =
                    assertThrows(JMSException.class, () -> session.createProducer(session.createQueue("q@1")));
            assertTrue(refused.getMessage().contains("whose primary is n2"), refused.getMessage());
            jakarta.jms.TemporaryQueue temporary = session.createTemporaryQueue();
            session.createProducer(temporary).send(session.createTextMessage("x"));
            assertNotNull(session.createConsumer(temporary).receive(TimeUnit.SECONDS.toMillis(WAIT_SECONDS)));
        }
    }

    /** A node that has just given a shard away hears of its next primary when it has opened its folder again. */
    private static String statusWithAllPrimaries(ClusterProcesses cluster) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (true) {
            String status = cluster.run("n1", "cluster", "status", "--json");
            List<String> missing = IntStream.range(0, NODES.size())
                    .mapToObj(shard -> "{\"shard\":" + shard + ",\"primary\":\"" + NODES.get(shard) + "\"")
                    .filter(expected -> !status.contains(expected))
                    .toList();
            if (missing.isEmpty()) {
                return status;
            }
            assertTrue(System.nanoTime() - deadlineNanos < 0, () -> missing + " in " + status);
        }
    }

    private static void administratorsAreTold(ClusterProcesses cluster) throws Exception {
        String status = statusWithAllPrimaries(cluster);
        assertTrue(status.startsWith("{\"primary\":\"n1\""), status);
        String elsewhere = cluster.run("n1", "queue", "show", "q@1");
        assertTrue(elsewhere.contains("whose primary is n2 at 127.0.0.1:"), elsewhere);
        String policy = cluster.run("n2", "policy", "set", "one", "--pattern", "one.*");
        assertTrue(policy.contains("Users and policies are in shard 0, whose primary is n1"), policy);
        String unsaid = cluster.run("n1", "cluster", "transfer", "n2");
        assertTrue(unsaid.contains("say of which, with --shard"), unsaid);
        String notHere = cluster.run("n2", "cluster", "transfer", "n3", "--shard", "0");
        assertTrue(notHere.contains("Shard 0 is n1's: ask that node"), notHere);
    }

    @Test
    void each_node_has_a_shard_and_gets_it_back_when_it_was_away() throws Exception {
        String configuration = CONFIGURATION;
        try (ClusterProcesses cluster = new ClusterProcesses(
                        folder, configuration, "  spreadLeadersMillis: 1000\n", Machines.THIS_ONE, "n1", "n2", "n3");
                Client client = Client.create()) {
            cluster.startAll();
            ShardPrimaries.awaitSpread(cluster, NODES);
            for (int shard = 0; shard < NODES.size(); shard++) {
                try (Connection connection = connect(cluster, client, NODES.get(shard))) {
                    send(connection, "q@" + shard, "1", "2");
                }
            }
            // It knows of that later than the node itself.
            cluster.node("n1").awaitError("n2 is the primary of shard 1");
            whatIsElsewhereIsRedirected(cluster, client);
            jmsIsToldSoAndHasItsTemporaryQueue(cluster);
            administratorsAreTold(cluster);

            try (Connection connection = connect(cluster, client, "n1")) {
                cluster.node("n3").kill();
                String next = ShardPrimaries.await(cluster, 2, List.of("n1", "n2"));
                try (Connection toNext = connect(cluster, client, next)) {
                    send(toNext, "q@2", "3");
                }
                // Who has nothing to do with shard 2 keeps its connection.
                assertEquals(List.of("1", "2", "here"), receive(connection, "q@0", 3));
            }
            cluster.start("n3");
            ShardPrimaries.awaitSpread(cluster, NODES);
            try (Connection connection = connect(cluster, client, "n3")) {
                assertEquals(List.of("1", "2", "3"), receive(connection, "q@2", 3));
            }
            try (Connection connection = connect(cluster, client, "n2")) {
                assertEquals(List.of("1", "2"), receive(connection, "q@1", 2));
            }
            cluster.run("n1", "cluster", "transfer", "n2", "--shard", "0");
            ShardPrimaries.await(cluster, 0, List.of("n2"));
        }
    }

    /** Its folder is empty, so it is another node, of the same name. */
    @Test
    void a_node_that_lost_its_disk_is_replaced() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                        folder, CONFIGURATION, "  spreadLeadersMillis: 1000\n", Machines.THIS_ONE, "n1", "n2", "n3");
                Client client = Client.create()) {
            cluster.startAll();
            ShardPrimaries.awaitSpread(cluster, NODES);
            for (int shard = 0; shard < NODES.size(); shard++) {
                try (Connection connection = connect(cluster, client, NODES.get(shard))) {
                    send(connection, "q@" + shard, "1", "2");
                }
            }
            cluster.node("n3").kill();
            String next = ShardPrimaries.await(cluster, 2, List.of("n1", "n2"));
            String removed = cluster.run("n1", "cluster", "remove", "n3");
            assertTrue(removed.contains("Node 'n3' is no member any more, but cannot be told so"), removed);
            assertTrue(cluster.run("n1", "cluster", "remove", "n3").contains("'n3' is no member of the cluster"));
            delete(folder.resolve("n3"));
            cluster.start("n3", "--join");
            String added = cluster.add(next, "n3");
            ShardPrimaries.awaitSpread(cluster, NODES);
            try (Connection connection = connect(cluster, client, "n3")) {
                assertEquals(List.of("1", "2"), receive(connection, "q@2", 2), added);
            }
            // Its majority is the new node and one of the others.
            cluster.node("n1").kill();
            ShardPrimaries.await(cluster, 0, List.of("n2", "n3"));
            removed = cluster.run("n2", "cluster", "status");
            assertTrue(removed.contains("n3"), removed);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
