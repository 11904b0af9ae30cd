package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.FrameClient;
import io.sluice.program.ReachableBroker;
import io.sluice.program.ResumingClient;
import io.sluice.program.SignedMessage;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import jakarta.jms.TemporaryQueue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A primary is killed once, in the middle of several things that have nothing to do with each other. Each test finds one of them at the next
 * primary, or at the other node, which hands its clients through.
 */
@Timeout(300)
final class NextPrimaryTest {
    private static final long WAIT_SECONDS = 120;
    private static final List<String> NODES = List.of("n1", "n2", "n3");
    /** On a busy machine the primary is not to change where nothing is meant to happen. */
    private static final String PATIENT = "replication: {electionMinMillis: 1500, electionMaxMillis: 3000}\n";

    /** Nobody is sent away who comes before there is another. */
    private static final String HOSPITABLE = "  handThroughWaitMillis: 120000\n";

    private static final int COMMITS = 30;

    @TempDir
    private static Path folder;

    private static final MovingClients MOVERS = new MovingClients();
    /** Of the receiver that had done the first of two messages, and the primary never heard of it. */
    private static final Map<Binary, Object> RECEIVED = new HashMap<>();

    /** One at each node that was left, while none of them was the primary. */
    private static final List<Connection> EARLY = new ArrayList<>();

    private static Binary secondReceived;
    private static ClusterProcesses cluster;
    private static Client client;
    private static String primary;
    private static String backup;

    @BeforeAll
    static void aPrimaryIsKilled() throws Exception {
        client = Client.create();
        cluster = new ClusterProcesses(folder, PATIENT, HOSPITABLE, Machines.THIS_ONE, NODES.toArray(String[]::new));
        cluster.startAll();
        String killed = cluster.awaitPrimary();
        for (String node : NODES) {
            cluster.awaitBackup(node);
        }
        cluster.run(killed, "queue", "create", "signed", "--dead-letter-queue", "signed.dead");
        MovingClients.fill(client, cluster);
        int port = cluster.ports(killed).clients();
        try (ResumingClient sender = new ResumingClient(port, "sender");
                ResumingClient other = new ResumingClient(port, "other");
                ResumingClient receiver = new ResumingClient(port, "receiver");
                FrameClient signer = new FrameClient(port, "signer");
                FrameClient reader = new FrameClient(port, "reader")) {
            sends(sender);
            receives(other, receiver);
            SignedMessage.send(signer, "signed");
            SignedMessage.reject(reader, SignedMessage.isFirstOf(reader, "signed", 0));
            SignedMessage.isFirstOf(reader, "signed.dead", 1);
            CountDownLatch enough = new CountDownLatch(COMMITS);
            long seed = Long.getLong("sim.seed", System.nanoTime());
            System.out.println("transactions under way: -Dsim.seed=" + seed);
            MOVERS.start(client, cluster, 0, new Random(seed), enough);
            assertTrue(enough.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> "too few: " + cluster.errors());
            cluster.node(killed).kill();
            for (String left : NODES) {
                if (!left.equals(killed)) {
                    EARLY.add(client.connect(
                            "127.0.0.1",
                            cluster.ports(left).clients(),
                            new ConnectionOptions().openTimeout(WAIT_SECONDS, TimeUnit.SECONDS)));
                }
            }
        }
        primary = cluster.awaitPrimary(killed);
        cluster.stopClients();
        MOVERS.awaitEnd();
        backup = NODES.stream()
                .filter(node -> !node.equals(killed) && !node.equals(primary))
                .findFirst()
                .orElseThrow();
    }

    @AfterAll
    static void end() {
        client.close();
        cluster.close();
    }

    /** Its sender never heard of what became of what it sent; the first it had settled itself. */
    private static void sends(ResumingClient sender) throws Exception {
        assertNull(sender.attachSender("sent", null));
        for (int tag = 0; tag < 3; tag++) {
            assertEquals(Accepted.getInstance(), sender.transfer(tag, tag, false));
        }
        sender.settles(0);
        // When this is answered, that is in the journal before it.
        sender.transfer(3, 3, false);
    }

    private static void receives(ResumingClient sender, ResumingClient receiver) throws Exception {
        sender.attachSender("received", null);
        for (int tag = 0; tag < 2; tag++) {
            sender.transfer(tag, tag, false);
        }
        receiver.attachReceiver("received", null);
        RECEIVED.put(receiver.next().getDeliveryTag(), Accepted.getInstance());
        secondReceived = receiver.next().getDeliveryTag();
        RECEIVED.put(secondReceived, null);
    }

    private static Connection connect() throws ClientException {
        return cluster.connect(client, primary, new ConnectionOptions());
    }

    /** All that is there. */
    private static List<Object> drain(String queue) throws Exception {
        List<Object> bodies = new ArrayList<>();
        try (Connection connection = connect();
                Receiver receiver = connection.openReceiver(queue, new ReceiverOptions().creditWindow(0))) {
            receiver.addCredit(100);
            receiver.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
            for (var delivery = receiver.tryReceive(); delivery != null; delivery = receiver.tryReceive()) {
                bodies.add(delivery.message().body());
            }
        }
        return bodies;
    }

    @Test
    void who_came_to_either_node_before_there_was_a_primary_is_served() throws Exception {
        assertEquals(2, EARLY.size());
        for (Connection connection : EARLY) {
            connection.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
            Sender sender = connection.openSender("early");
            sender.send(org.apache.qpid.protonj2.client.Message.create("m"))
                    .awaitAccepted(WAIT_SECONDS, TimeUnit.SECONDS);
        }
        assertEquals(List.of("m", "m"), drain("early"));
    }

    @Test
    void what_was_accepted_of_a_link_is_known_when_it_is_resumed_and_not_stored_twice() throws Exception {
        Map<Binary, Object> unsettled = new HashMap<>();
        for (int tag = 0; tag < 5; tag++) {
            unsettled.put(ResumingClient.tag(tag), null);
        }
        Map<Binary, Object> known = new HashMap<>();
        for (int tag = 1; tag < 4; tag++) {
            known.put(ResumingClient.tag(tag), Accepted.getInstance());
        }
        try (ResumingClient sender = new ResumingClient(cluster.ports(primary).clients(), "sender")) {
            assertEquals(known, sender.attachSender("sent", unsettled));
            for (int tag = 1; tag < 5; tag++) {
                assertEquals(
                        Accepted.getInstance(),
                        sender.transfer(tag - 1, tag, known.containsKey(ResumingClient.tag(tag))));
            }
        }
        assertEquals(List.of("m0", "m1", "m2", "m3", "m4"), drain("sent"));
    }

    @Test
    void what_the_receiver_of_a_link_had_done_is_not_delivered_again() throws Exception {
        try (ResumingClient receiver = new ResumingClient(cluster.ports(backup).clients(), "receiver")) {
            assertEquals(
                    RECEIVED.keySet(),
                    receiver.attachReceiver("received", RECEIVED).keySet());
            for (int i = 0; i < 2; i++) {
                Transfer resumed = receiver.next();
                assertTrue(resumed.getResume());
                boolean done = !resumed.getDeliveryTag().equals(secondReceived);
                assertEquals(done, resumed.getSettled());
                assertEquals(done, resumed.getState() instanceof Accepted);
            }
        }
        try (Connection connection = connect();
                Receiver next = connection.openReceiver("received", new ReceiverOptions().creditWindow(0))) {
            // When its connection is lost at the primary, too.
            next.addCredit(10);
            assertEquals(
                    "m1", next.receive(WAIT_SECONDS, TimeUnit.SECONDS).message().body());
            next.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
            assertNull(next.tryReceive());
        }
    }

    @Test
    void the_bare_message_is_the_same_and_so_it_is_when_it_is_redriven() throws Exception {
        try (FrameClient signer = new FrameClient(cluster.ports(backup).clients(), "signer")) {
            SignedMessage.isFirstOf(signer, "signed.dead", 0);
            signer.endInOrder();
        }
        String moved = cluster.run(primary, "queue", "redrive", "signed.dead");
        assertTrue(moved.startsWith("1 message"), moved);
        try (FrameClient signer = new FrameClient(cluster.ports(primary).clients(), "signer")) {
            SignedMessage.isFirstOf(signer, "signed", 0);
        }
    }

    @Test
    void a_transaction_is_whole_or_absent() throws Exception {
        MOVERS.check(client, new ReachableBroker() {
            @Override
            public Connection connect(Client its) throws ClientException {
                return NextPrimaryTest.connect();
            }

            @Override
            public boolean isAlive() {
                return true;
            }

            @Override
            public List<String> errors() {
                return cluster.errors();
            }
        });
    }

    private static JMSContext jms(String node) {
        return new JmsConnectionFactory("amqp://" + cluster.address(node)).createContext();
    }

    private static Message receive(JMSConsumer consumer) {
        Message message = consumer.receive(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        assertNotNull(message);
        return message;
    }

    /** The temporary queue for the reply is at the primary, wherever the two are connected. */
    private static void asksAndIsAnswered(String requests, JMSContext requester, JMSContext responder)
            throws Exception {
        TemporaryQueue replies = requester.createTemporaryQueue();
        JMSConsumer reply = requester.createConsumer(replies);
        Message question = requester.createTextMessage("who is there?");
        question.setJMSReplyTo(replies);
        requester.createProducer().send(requester.createQueue(requests), question);

        Message request = receive(responder.createConsumer(responder.createQueue(requests)));
        Message answer = responder.createTextMessage("it is me");
        answer.setJMSCorrelationID(request.getJMSMessageID());
        responder.createProducer().send(request.getJMSReplyTo(), answer);

        Message heard = receive(reply);
        assertEquals("it is me", heard.getBody(String.class));
        assertEquals(question.getJMSMessageID(), heard.getJMSCorrelationID());
    }

    @Test
    void requester_and_responder_meet_from_different_nodes() throws Exception {
        try (JMSContext one = jms(primary);
                JMSContext other = jms(backup)) {
            asksAndIsAnswered("requests.1", one, other);
            asksAndIsAnswered("requests.2", other, one);
        }
    }
}
