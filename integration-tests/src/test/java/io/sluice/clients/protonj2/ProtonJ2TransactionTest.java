package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Session;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientTransactionRolledBackException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Transactions of protonj2-client, unmodified, against the started program. */
final class ProtonJ2TransactionTest {
    private static final long WAIT_SECONDS = 20;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Client client;
    private Connection connection;
    private Session session;
    private String address;

    @BeforeAll
    static void prepare() {
        client = Client.create();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    @BeforeEach
    void connect(TestInfo test) throws ClientException {
        connection = client.connect("127.0.0.1", broker.port());
        session = connection.openSession();
        address = "protonj2.tx." + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private void fill(String... bodies) throws ClientException {
        try (Sender sender = connection.openSender(address)) {
            for (String body : bodies) {
                sender.send(Message.create(body)).awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private static Receiver receiver(Session of, String from) throws ClientException {
        return of.openReceiver(from, new ReceiverOptions().autoAccept(false).creditWindow(0));
    }

    private static Delivery next(Receiver receiver) throws ClientException {
        receiver.addCredit(1);
        Delivery delivery = receiver.receive(WAIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(delivery, "no delivery in " + WAIT_SECONDS + " s");
        return delivery;
    }

    private static List<Object> drain(Session of, String from) throws Exception {
        List<Object> bodies = new ArrayList<>();
        try (Receiver receiver = receiver(of, from)) {
            receiver.addCredit(100);
            receiver.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
            for (Delivery delivery = receiver.tryReceive(); delivery != null; delivery = receiver.tryReceive()) {
                bodies.add(delivery.message().body());
                delivery.release();
            }
        }
        return bodies;
    }

    @Test
    void a_commit_sends_and_settles() throws Exception {
        fill("1", "2");
        Session seeing = connection.openSession();
        Receiver receiver = receiver(session, address);
        Sender sender = session.openSender(address + ".to");
        session.beginTransaction();
        next(receiver).accept();
        Tracker tracker = sender.send(Message.create("moved"));
        assertTrue(tracker.awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS).remoteSettled());
        assertEquals(DeliveryState.Type.TRANSACTIONAL, tracker.remoteState().getType());
        assertEquals(List.of(), drain(seeing, address + ".to"));
        session.commitTransaction();

        assertEquals(List.of("moved"), drain(seeing, address + ".to"));
        assertEquals(List.of("2"), drain(seeing, address));
    }

    @Test
    void a_rollback_undoes_both() throws Exception {
        fill("1", "2");
        Receiver receiver = receiver(session, address);
        Sender sender = session.openSender(address + ".to");
        session.beginTransaction();
        next(receiver).accept();
        sender.send(Message.create("never"));
        session.rollbackTransaction();

        Delivery again = next(receiver);
        assertEquals("1", again.message().body());
        assertEquals(1, again.message().deliveryCount());
        again.release();
        assertEquals(List.of(), drain(session, address + ".to"));
    }

    @Test
    void every_outcome() throws Exception {
        fill("accepted", "released", "modified");
        Receiver receiver = receiver(session, address);
        session.beginTransaction();
        next(receiver).accept();
        next(receiver).release();
        next(receiver).modified(true, false);
        session.commitTransaction();

        Delivery released = next(receiver);
        assertEquals("released", released.message().body());
        assertEquals(0, released.message().deliveryCount());
        Delivery modified = next(receiver);
        assertEquals("modified", modified.message().body());
        assertEquals(1, modified.message().deliveryCount());
    }

    @Test
    void one_transaction_after_the_other_and_beside_others() throws Exception {
        Session second = connection.openSession();
        Sender one = session.openSender(address);
        Sender two = second.openSender(address);
        for (int i = 0; i < 100; i++) {
            session.beginTransaction();
            second.beginTransaction();
            one.send(Message.create("one " + i));
            two.send(Message.create("two " + i));
            second.rollbackTransaction();
            session.commitTransaction();
        }
        assertEquals(100, drain(second, address).size());
        assertFalse(drain(second, address).contains("two 1"));
    }

    @Test
    void links_that_close_before_the_commit_are_in_it() throws Exception {
        fill("1", "2");
        session.beginTransaction();
        Receiver receiver = receiver(session, address);
        next(receiver).accept();
        receiver.closeAsync().get(WAIT_SECONDS, TimeUnit.SECONDS);
        Sender sender = session.openSender(address + ".to");
        sender.send(Message.create("sent")).awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS);
        sender.closeAsync().get(WAIT_SECONDS, TimeUnit.SECONDS);
        session.commitTransaction();

        assertEquals(List.of("sent"), drain(session, address + ".to"));
        assertEquals(List.of("2"), drain(session, address));
    }

    @Test
    void a_message_that_goes_nowhere_rolls_back() throws Exception {
        Sender anonymous = session.openAnonymousSender();
        session.beginTransaction();
        anonymous.send(Message.create("there").to(address));
        anonymous.send(Message.create("nowhere").to("$nothing"));
        ClientTransactionRolledBackException refused =
                assertThrows(ClientTransactionRolledBackException.class, session::commitTransaction);
        assertTrue(refused.getMessage().contains("$nothing"), refused.getMessage());
        assertEquals(List.of(), drain(session, address));

        session.beginTransaction();
        anonymous.send(Message.create("there").to(address));
        session.commitTransaction();
        assertEquals(List.of("there"), drain(session, address));
    }

    @Test
    void a_connection_that_goes_rolls_back() throws Exception {
        fill("1");
        try (Connection second = client.connect("127.0.0.1", broker.port())) {
            Session doomed = second.openSession();
            doomed.beginTransaction();
            next(receiver(doomed, address)).accept();
            doomed.openSender(address + ".to")
                    .send(Message.create("never"))
                    .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS);
        }
        assertEquals("1", next(receiver(session, address)).message().body());
        assertEquals(List.of(), drain(session, address + ".to"));
        assertNull(receiver(session, address).tryReceive());
    }
}
