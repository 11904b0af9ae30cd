package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.crash.ShardPrimaries.Host;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRedirectedException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRedirectedException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Virtual hosts in a cluster of real nodes, each replicated by itself; and clients that are sent to another node. */
@Timeout(300)
final class ClusterHostsTest {
    private static final long WAIT_SECONDS = 120;
    private static final List<String> NODES = List.of("n1", "n2", "n3");
    private static final String DEFAULT = "";
    private static final String CONFIGURATION = """
            replication: {electionMinMillis: 3000, electionMaxMillis: 6000}
            storage: {minFreeDiskBytes: 0}
            """;
    private static final String HOSTS = """
            virtualHosts:
              - {name: blue, queues: {autoCreate: ["tmp.*", "crash*", "tx.*"], declared: [{name: orders}]}}
              - {name: green, users: [anna]}
            """;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /** Any of these nodes, and again where it is told so. */
    private static Connection connect(ClusterProcesses cluster, String host, List<String> nodes) throws JMSException {
        String uris = nodes.stream()
                .map(node -> "amqp://" + cluster.address(node) + (host.isEmpty() ? "" : "?amqp.vhost=" + host))
                .collect(Collectors.joining(","));
        JmsConnectionFactory factory = new JmsConnectionFactory(
                "failover:(" + uris + ")?failover.reconnectDelay=50&failover.useReconnectBackOff=false");
        Connection connection = factory.createConnection();
        connection.start();
        return connection;
    }

    private static void login(ClusterProcesses cluster, String node, String host, String user) throws JMSException {
        try (Connection connection = new JmsConnectionFactory("amqp://" + cluster.address(node) + "?amqp.vhost=" + host)
                .createConnection(user, "secret")) {
            connection.start();
        }
    }

    private static void send(Connection connection, String queue, String body) throws JMSException {
        Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        producer.send(session.createTextMessage(body));
        session.close();
    }

    /** What is there, and nothing else. */
    private static void has(
            ClusterProcesses cluster, String host, List<String> nodes, String queue, List<String> bodies)
            throws JMSException {
        try (Connection connection = connect(cluster, host, nodes)) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
            List<String> got = new ArrayList<>();
            while (got.size() < bodies.size()) {
                Message message = consumer.receive(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
                assertNotNull(message, () -> "only " + got + " of '" + host + "'");
                got.add(((TextMessage) message).getText());
            }
            assertEquals(bodies, got);
            assertNull(consumer.receiveNoWait());
        }
    }

    private static List<String> others(String node) {
        return NODES.stream().filter(other -> !other.equals(node)).toList();
    }

    private static void administratorsSeeThem(ClusterProcesses cluster, String primary) throws Exception {
        String status = cluster.run(primary, "cluster", "status", "--json");
        for (String part : List.of("\"shard\":0,", "\"virtualHost\":\"blue\",\"shard\":0,")) {
            assertTrue(status.contains("{" + part + "\"primary\":\"" + primary + "\""), status);
        }
        String table = cluster.run(primary, "cluster", "status");
        assertTrue(table.contains("green"), table);
        String refused = cluster.run(primary + "/blue", "cluster", "transfer", "n2");
        assertTrue(refused.contains("nodes are changed at the default host"), refused);
        String notAdmitted = cluster.run(primary + "/green", "queue", "list");
        assertTrue(notAdmitted.contains("may not use the virtual host 'green'"), notAdmitted);
    }

    @Test
    void each_host_has_its_own_at_every_node_and_loses_nothing_with_a_primary() throws Exception {
        try (ClusterProcesses cluster =
                        new ClusterProcesses(folder, CONFIGURATION + HOSTS, NODES.toArray(new String[0]));
                HostLoad load = new HostLoad(cluster, "blue", NODES)) {
            cluster.startAll();
            String killed = ShardPrimaries.await(cluster, 0, NODES);
            assertEquals(killed, ShardPrimaries.await(cluster, new Host("blue"), List.of(killed)));
            ShardPrimaries.await(cluster, new Host("green"), List.of(killed));
            for (String node : NODES) {
                for (String host : List.of(DEFAULT, "blue")) {
                    try (Connection connection = connect(cluster, host, List.of(node))) {
                        send(connection, "orders", host + node);
                    }
                }
            }
            administratorsSeeThem(cluster, killed);
            String added = cluster.runWith("secret\n", killed + "/blue", "user", "add", "berta");

            load.during(() -> {
                cluster.node(killed).kill();
                ShardPrimaries.await(
                        cluster, new Host("blue"), List.of(ShardPrimaries.await(cluster, 0, others(killed))));
            });
            String next = ShardPrimaries.await(cluster, 0, others(killed));
            has(cluster, "blue", others(killed), "orders", List.of("bluen1", "bluen2", "bluen3"));
            for (String node : others(killed)) {
                login(cluster, node, "blue", "berta");
                assertThrows(JMSSecurityException.class, () -> login(cluster, node, "127.0.0.1", "berta"), added);
            }
            has(cluster, DEFAULT, others(killed), "orders", NODES);

            cluster.start(killed);
            try (Connection stays = connect(cluster, "blue", NODES)) {
                send(stays, "tmp.1", "before");
                cluster.run(next, "cluster", "transfer", killed);
                ShardPrimaries.await(cluster, 0, List.of(killed));
                ShardPrimaries.await(cluster, new Host("blue"), List.of(killed));
                ShardPrimaries.await(cluster, new Host("green"), List.of(killed));
                send(stays, "tmp.1", "behind");
            }
            has(cluster, "blue", others(killed), "tmp.1", List.of("before", "behind"));
            load.nothingIsLost();
        }
    }

    @Tag("slow")
    @Test
    void a_cluster_gets_hosts_later_and_a_node_that_comes_then_gets_them_too() throws Exception {
        String[] names = {"n1", "n2", "n3", "n4"};
        try (ClusterProcesses cluster = new ClusterProcesses(folder, CONFIGURATION, names)) {
            for (String node : NODES) {
                cluster.start(node);
            }
            String first = cluster.awaitPrimary();
            try (Connection connection = connect(cluster, DEFAULT, List.of(first))) {
                send(connection, "q", "before");
            }
            for (String node : NODES) {
                assertEquals(0, cluster.node(node).stop());
            }
            Path file = folder.resolve("cluster.yaml");
            // The fourth is no founder of what begins now.
            String three = Files.readString(file).replaceAll("(?m)^    - \\{name: n4.*\n", "");
            String four = Files.readString(file);
            Files.writeString(file, HOSTS + three);
            for (String node : NODES) {
                cluster.start(node);
            }
            String second = ShardPrimaries.await(cluster, 0, NODES);
            ShardPrimaries.await(cluster, new Host("blue"), List.of(second));
            try (Connection connection = connect(cluster, "blue", NODES)) {
                send(connection, "orders", "of blue");
            }
            has(cluster, DEFAULT, NODES, "q", List.of("before"));

            Files.writeString(file, HOSTS + four);
            cluster.start("n4", "--join");
            String added = cluster.add(second, "n4");
            cluster.run(second, "cluster", "transfer", "n4");
            ShardPrimaries.await(cluster, 0, List.of("n4"));
            ShardPrimaries.await(cluster, new Host("blue"), List.of("n4"));
            has(cluster, "blue", List.of("n4"), "orders", List.of("of blue"));
            String status = cluster.run("n4", "cluster", "status", "--json");
            assertTrue(status.contains("{\"virtualHost\":\"green\",\"shard\":0,\"primary\":\"n4\""), added + status);
        }
    }

    @Test
    void where_a_node_serves_its_clients_itself_those_of_a_host_are_sent_to_the_one_that_has_it() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                        folder,
                        CONFIGURATION + HOSTS + "shards: 2\n",
                        "  spreadLeadersMillis: 1000\n",
                        Machines.THIS_ONE,
                        "n1",
                        "n2");
                Client client = Client.create()) {
            cluster.startAll();
            ShardPrimaries.awaitSpread(cluster, List.of("n1", "n2"));
            // The other one knows of it later than the node itself.
            cluster.node("n1").awaitError("n2 is the primary of shard 1");
            linksAreSentTo(cluster, client, "n2", "n1", "q@1");
            ShardPrimaries.await(cluster, new Host("blue"), List.of("n1"));
            cluster.node("n2").awaitError("n1 is the primary of shard 0");
            isSentTo(cluster, client, "n1", "n2", "blue", new ConnectionOptions().virtualHost("blue"));
            try (Connection follows = connect(cluster, "blue", List.of("n2"))) {
                send(follows, "orders", "sent to n2");
            }
            has(cluster, "blue", List.of("n1"), "orders", List.of("sent to n2"));
        }
    }

    /** Not its connection: that is none the worse for it. */
    private static void linksAreSentTo(
            ClusterProcesses cluster, Client client, String there, String from, String address) throws Exception {
        int port;
        try (org.apache.qpid.protonj2.client.Connection connection =
                cluster.connect(client, from, new ConnectionOptions())) {
            Sender sender = connection.openSender(address);
            port = isSentTo(cluster, there, sender.openFuture());
            Receiver receiver = connection.openReceiver(address);
            assertEquals(port, isSentTo(cluster, there, receiver.openFuture()));
            isAccepted(connection, "q@0");
        }
        try (org.apache.qpid.protonj2.client.Connection connection = client.connect("127.0.0.1", port)) {
            isAccepted(connection, address);
        }
    }

    private static int isSentTo(ClusterProcesses cluster, String there, Future<?> link) {
        ExecutionException refused =
                assertThrows(ExecutionException.class, () -> link.get(WAIT_SECONDS, TimeUnit.SECONDS));
        ClientLinkRedirectedException redirect =
                assertInstanceOf(ClientLinkRedirectedException.class, refused.getCause());
        assertEquals("127.0.0.1", redirect.getNetworkHost());
        assertEquals(cluster.ports(there).clients(), redirect.getPort());
        assertEquals("amqp", redirect.getScheme());
        return redirect.getPort();
    }

    private static void isAccepted(org.apache.qpid.protonj2.client.Connection connection, String address)
            throws Exception {
        assertTrue(connection
                .openSender(address)
                .send(org.apache.qpid.protonj2.client.Message.create("x").durable(true))
                .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted());
    }

    private static void isSentTo(
            ClusterProcesses cluster,
            Client client,
            String there,
            String from,
            String hostname,
            ConnectionOptions options)
            throws Exception {
        CompletableFuture<ClientException> end = new CompletableFuture<>();
        options.disconnectedHandler((ended, event) -> end.complete(event.failureCause()));
        org.apache.qpid.protonj2.client.Connection connection = cluster.connect(client, from, options);
        ClientConnectionRedirectedException redirect =
                assertInstanceOf(ClientConnectionRedirectedException.class, end.get(WAIT_SECONDS, TimeUnit.SECONDS));
        assertEquals(hostname, redirect.getHostname());
        assertEquals("127.0.0.1", redirect.getNetworkHost());
        assertEquals(cluster.ports(there).clients(), redirect.getPort());
        assertEquals("amqp", redirect.getScheme());
        connection.close();
    }

    @Test
    void a_backup_may_send_its_clients_to_the_primary_in_place_of_handing_them_through() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(
                        folder, CONFIGURATION, "  routing: redirect\n", Machines.THIS_ONE, "n1", "n2");
                Client client = Client.create()) {
            cluster.startAll();
            String first = cluster.awaitPrimary();
            String second = first.equals("n1") ? "n2" : "n1";
            cluster.awaitBackup(second);
            isSentTo(cluster, client, first, second, "127.0.0.1", new ConnectionOptions());
            try (Connection follows = connect(cluster, DEFAULT, List.of(second))) {
                send(follows, "q", "1");
                cluster.run(first, "cluster", "transfer", second);
                cluster.awaitPrimary(first);
                send(follows, "q", "2");
            }
            isSentTo(cluster, client, second, first, "127.0.0.1", new ConnectionOptions());
            has(cluster, DEFAULT, List.of(first), "q", List.of("1", "2"));
        }
    }
}
