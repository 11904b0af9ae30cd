package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is defined at one node of a cluster holds at each, also when another has become the primary: users, policies, exchanges; and so does what the file says of ways. */
@Timeout(300)
final class ClusterDefinitionsTest {
    /** On a busy machine the primary is not to change where nothing is meant to happen. */
    private static final String PATIENT = "replication: {electionMinMillis: 1500, electionMaxMillis: 3000}\n";

    private static final String ROUTES = """
            queues: {diverts: [{name: audit, pattern: "orders.*", to: audit}]}
            topics: {templates: [{pattern: "news", replayMessages: 50}, {pattern: "*"}]}
            """;
    private static final long WAIT_SECONDS = 60;
    private static final int LARGEST_MESSAGE_BYTES = 16 << 20;

    @TempDir
    private Path folder;

    private static void ok(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    private static jakarta.jms.Connection login(BrokerProcess node, String user, String password) throws JMSException {
        jakarta.jms.Connection connection = new JmsConnectionFactory(node.uri()).createConnection(user, password);
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    private static void holdsAtEach(List<BrokerProcess> nodes, String right, String wrong) throws JMSException {
        for (BrokerProcess node : nodes) {
            login(node, "anna", right).close();
            assertThrows(
                    JMSSecurityException.class, () -> login(node, "anna", wrong).close());
        }
    }

    private static void maySendOrdersOnly(BrokerProcess node) throws JMSException {
        try (jakarta.jms.Connection connection = login(node, "anna", "two")) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createProducer(session.createQueue("orders.eu")).send(session.createTextMessage("x"));
            JMSException other = assertThrows(
                    JMSSecurityException.class, () -> session.createProducer(session.createQueue("invoices")));
            assertTrue(other.getMessage().contains("user 'anna' may not send to 'invoices'"), other.getMessage());
            assertThrows(JMSSecurityException.class, () -> session.createConsumer(session.createQueue("orders.eu")));
        }
    }

    private static void takesOneMessage(BrokerProcess node, String queue) throws JMSException {
        try (jakarta.jms.Connection connection = login(node, "anna", "one")) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(session.createQueue(queue));
            producer.send(session.createTextMessage("x"));
            JMSException full = assertThrows(JMSException.class, () -> producer.send(session.createTextMessage("y")));
            assertTrue(full.getMessage().contains("is full"), full.getMessage());
        }
    }

    private static void send(Connection connection, SenderOptions options, String address, String body)
            throws Exception {
        try (Sender sender = connection.openSender(address, options)) {
            assertTrue(sender.send(Message.create(body).durable(true))
                    .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
    }

    private static void sendEachWay(ClusterProcesses cluster, Client client, String node, String body)
            throws Exception {
        SenderOptions toTopic = new SenderOptions();
        toTopic.targetOptions().capabilities("topic");
        try (Connection connection = cluster.connect(client, node, new ConnectionOptions())) {
            send(connection, new SenderOptions(), "/exchanges/x/o.eu", body);
            send(connection, new SenderOptions(), "orders.eu", body);
            send(connection, toTopic, "news", body);
        }
    }

    private static List<Object> receive(Receiver receiver, int count) throws Exception {
        List<Object> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery delivery = receiver.receive(WAIT_SECONDS, TimeUnit.SECONDS);
            bodies.add(delivery == null ? "nothing" : delivery.message().body());
        }
        receiver.close();
        return bodies;
    }

    /** Also those that were sent while the node that was killed was the primary. */
    private static void messagesGoTheSameWaysAtEach(ClusterProcesses cluster, Client client) throws Exception {
        List<Object> sent = new ArrayList<>(List.of("before"));
        for (String node : List.of("n1", "n2", "n3")) {
            String bindings = cluster.run(node, "exchange", "bindings", "x", "--json");
            assertTrue(bindings.contains("\"identity\":\"x/queue/bound/o.*\""), bindings);
            sendEachWay(cluster, client, node, node);
            sent.add(node);
            ReceiverOptions all = new ReceiverOptions().properties(Map.of("x-opt-replay-last", 50));
            all.sourceOptions().capabilities("topic");
            try (Connection connection = cluster.connect(client, node, new ConnectionOptions())) {
                assertEquals(sent, receive(connection.openReceiver("news", all), sent.size()), "replayed at " + node);
            }
        }
        try (Connection connection = cluster.connect(client, "n1", new ConnectionOptions())) {
            // So much that it is refused before it has come as a whole: then the link says why, not the message's
            // outcome.
            Exception refused = assertThrows(
                    Exception.class,
                    () -> send(connection, new SenderOptions(), "bound", "x".repeat(2 * LARGEST_MESSAGE_BYTES)));
            assertTrue(
                    refused.toString().contains("is larger than its max-message-size, " + LARGEST_MESSAGE_BYTES),
                    refused::toString);
            for (String queue : List.of("bound", "orders.eu", "audit")) {
                assertEquals(sent, receive(connection.openReceiver(queue), sent.size()), queue);
            }
        }
    }

    @Test
    void definitions_are_the_same_at_each_node_and_after_a_change_of_primary() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, PATIENT, "n1", "n2")) {
            cluster.startAll();
            String first = cluster.awaitPrimary();
            String second = first.equals("n1") ? "n2" : "n1";
            cluster.awaitBackup(second);
            List<BrokerProcess> nodes = List.of(cluster.node("n1"), cluster.node("n2"));
            String backup = cluster.node(second).uri();
            ok("one\n", "user", "add", "anna", "--url", backup);
            holdsAtEach(nodes, "one", "two");
            ok("", "policy", "set", "one", "--pattern", "one.*", "--set", "maxMessages=1", "--url", backup);
            ok("", "cluster", "transfer", second, "--url", backup);
            cluster.awaitPrimary(first);
            holdsAtEach(nodes, "one", "two");
            for (BrokerProcess node : nodes) {
                takesOneMessage(node, "one." + node.port());
            }
            ok("two\n", "user", "update", "anna", "--password", "--url", backup);
            holdsAtEach(nodes, "two", "one");
            ok("", "user", "update", "anna", "--send", "orders.*", "--create", "orders.*", "--url", backup);
            for (BrokerProcess node : nodes) {
                maySendOrdersOnly(node);
            }
            ok("", "user", "remove", "anna", "--url", cluster.node(first).uri());
            for (BrokerProcess node : nodes) {
                assertThrows(
                        JMSSecurityException.class,
                        () -> login(node, "anna", "two").close());
            }
        }
    }

    @Test
    void definitions_outlive_the_primary_that_was_told_of_them() throws Exception {
        try (ClusterProcesses cluster = new ClusterProcesses(folder, PATIENT + ROUTES, "n1", "n2", "n3");
                Client client = Client.create()) {
            cluster.startAll();
            String killed = cluster.awaitPrimary();
            for (String name : List.of("n1", "n2", "n3")) {
                cluster.awaitBackup(name);
            }
            String url = cluster.node(killed).uri();
            ok("one\n", "user", "add", "anna", "--url", url);
            ok("", "policy", "set", "one", "--pattern", "one.*", "--set", "maxMessages=1", "--url", url);
            ok("", "exchange", "create", "x", "--kind", "topic", "--url", url);
            ok("", "queue", "create", "bound", "--url", url);
            ok("", "exchange", "bind", "x", "bound", "--key", "o.*", "--url", url);
            sendEachWay(cluster, client, killed, "before");
            cluster.node(killed).kill();
            String next = cluster.awaitPrimary(killed);
            takesOneMessage(cluster.node(next), "one.next");
            ok(
                    "",
                    "user",
                    "update",
                    "anna",
                    "--send",
                    "orders.*",
                    "--create",
                    "orders.*",
                    "--url",
                    cluster.node(next).uri());
            ok(
                    "two\n",
                    "user",
                    "update",
                    "anna",
                    "--password",
                    "--url",
                    cluster.node(next).uri());
            cluster.start(killed);
            cluster.awaitBackup(killed);
            List<BrokerProcess> nodes = List.of(cluster.node("n1"), cluster.node("n2"), cluster.node("n3"));
            holdsAtEach(nodes, "two", "one");
            messagesGoTheSameWaysAtEach(cluster, client);
            ok("", "cluster", "transfer", killed, "--url", cluster.node(next).uri());
            cluster.awaitPrimary(next);
            holdsAtEach(nodes, "two", "one");
            maySendOrdersOnly(cluster.node(killed));
        }
    }
}
