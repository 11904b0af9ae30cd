package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Rejected;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that knows nothing of us, over a socket. */
@Timeout(120)
class ClientsTest {
    private static final VirtualClock CLOCK = VirtualClock.atNow();

    @RegisterExtension
    static final SluiceExtension SLUICE =
            new SluiceExtension(SluiceBroker.builder().clock(CLOCK).user("anna", "secret"));

    private final Client client = Client.create();

    @AfterEach
    void closeConnections() {
        client.close();
    }

    private Connection connect(SluiceBroker broker) throws ClientException {
        return client.connect(broker.host(), broker.port());
    }

    @Test
    void whatIsSentIsReceived(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        send(connection, "orders", Message.create("hello").messageId("1").subject("greeting"));
        TestQueue orders = broker.queue("orders");
        assertEquals(1, orders.messages());

        Receiver receiver = connection.openReceiver("orders", manual());
        Delivery delivery = receive(receiver);
        assertEquals("hello", delivery.message().body());
        assertEquals("1", delivery.message().messageId());
        assertEquals("greeting", delivery.message().subject());
        assertEquals(1, orders.messages());
        assertEquals(1, orders.unsettled());
        assertEquals(1, orders.consumers());
        delivery.accept();
        receiver.close();
        assertEquals(0, orders.messages());
        assertEquals(0, orders.consumers());
    }

    @Test
    void higherPrioritiesFirstAndFifoWithin(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        broker.queue("orders", QueueOptions::priority);
        Sender sender = connection.openSender("orders");
        List<Tracker> sent = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            sent.add(sender.send(Message.create(i).priority((byte) (i % 3))));
        }
        for (Tracker tracker : sent) {
            tracker.awaitAccepted();
        }
        Receiver receiver = connection.openReceiver("orders");
        List<Object> received = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            received.add(receive(receiver).message().body());
        }
        List<Object> expected = new ArrayList<>();
        for (int priority = 2; priority >= 0; priority--) {
            for (int i = priority; i < 30; i += 3) {
                expected.add(i);
            }
        }
        assertEquals(expected, received);
    }

    /** An hour of waiting in no time. */
    @Test
    void timeToLiveEndsWhenTheClockIsMoved(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        TestQueue orders = broker.queue("orders", q -> q.expireTo("expired"));
        send(connection, "orders", Message.create("late").timeToLive(3_600_000));
        CLOCK.advance(Duration.ofMinutes(59));
        assertEquals(1, orders.messages());
        CLOCK.advance(Duration.ofMinutes(2));
        assertEquals(0, orders.messages());

        Message<?> expired = receive(connection.openReceiver("expired")).message();
        assertEquals("late", expired.body());
        assertEquals("orders", expired.annotation("x-opt-dead-letter-queue"));
        assertEquals("expired", expired.annotation("x-opt-dead-letter-reason"));
        // What this client makes of a header without one.
        assertEquals(0xffff_ffffL, expired.timeToLive());
    }

    /** By time to live, by absolute-expiry-time, by the queue's maximum, and while it was scheduled. */
    @Test
    void whatExpiresSaysWhereWhenAndHowOftenItHadFailed(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        broker.queue("orders", q -> q.expireTo("expired").maxTtl(Duration.ofMinutes(10)));
        Receiver receiver = connection.openReceiver("orders", manual().creditWindow(0));
        send(connection, "orders", Message.create("ttl").timeToLive(60_000));
        receiver.addCredit(1);
        receive(receiver).modified(true, false);
        receiver.close();
        CLOCK.advance(Duration.ofMinutes(1));
        long expiredAt = CLOCK.millis();
        send(connection, "orders", Message.create("absolute").absoluteExpiryTime(CLOCK.millis() + 60_000));
        Message<String> scheduled = Message.create("scheduled");
        send(connection, "orders", scheduled.timeToLive(90_000).annotation("x-opt-delivery-delay", 120_000));
        send(connection, "orders", Message.create("maximum"));
        CLOCK.advance(Duration.ofMinutes(1));
        CLOCK.advance(Duration.ofMinutes(1));
        assertEquals(1, broker.queue("orders").messages());
        CLOCK.advance(Duration.ofMinutes(8));
        assertEquals(0, broker.queue("orders").messages());

        Receiver late = connection.openReceiver("expired");
        Message<?> first = receive(late).message();
        assertEquals("ttl", first.body());
        assertEquals("orders", first.annotation("x-opt-dead-letter-queue"));
        assertEquals("expired", first.annotation("x-opt-dead-letter-reason"));
        assertEquals(expiredAt, first.annotation("x-opt-dead-letter-time"));
        assertEquals(1L, first.annotation("x-opt-dead-letter-delivery-count"));
        for (String body : List.of("absolute", "scheduled", "maximum")) {
            Message<?> message = receive(late).message();
            assertEquals(body, message.body());
            assertEquals("expired", message.annotation("x-opt-dead-letter-reason"));
            assertEquals(0L, message.annotation("x-opt-dead-letter-delivery-count"));
        }
    }

    @Test
    void aRejectedMessageSaysWhy(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        broker.queue("orders", q -> q.deadLetterTo("dead"));
        send(connection, "orders", Message.create("bad").annotation("x-mine", "kept"));
        receive(connection.openReceiver("orders", manual())).reject("app:broken", "line 7");

        Message<?> dead = receive(connection.openReceiver("dead")).message();
        assertEquals("rejected", dead.annotation("x-opt-dead-letter-reason"));
        assertEquals("app:broken", dead.annotation("x-opt-dead-letter-condition"));
        assertEquals("line 7", dead.annotation("x-opt-dead-letter-description"));
        assertEquals("kept", dead.annotation("x-mine"));
    }

    @Test
    void whatIsLeftOfATimeToLiveIsSent(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        send(connection, "orders", Message.create("soon").timeToLive(60_000));
        CLOCK.advance(Duration.ofSeconds(45));
        assertEquals(
                15_000, receive(connection.openReceiver("orders")).message().timeToLive());
    }

    @Test
    void whatFailsTooOftenIsADeadLetter(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        TestQueue orders = broker.queue("orders", q -> q.deadLetterTo("dead").maxDeliveries(3));
        send(connection, "orders", Message.create("poison"));
        Receiver receiver = connection.openReceiver("orders", manual());
        for (int failures = 0; failures < 3; failures++) {
            Delivery delivery = receive(receiver);
            assertEquals(failures, delivery.message().deliveryCount());
            delivery.modified(true, false);
        }
        Delivery dead = receive(connection.openReceiver("dead"));
        assertEquals("poison", dead.message().body());
        assertEquals("max-deliveries", dead.message().annotation("x-opt-dead-letter-reason"));
        assertEquals(0, orders.messages());
    }

    @Test
    void aFullQueueSaysSo(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        broker.queue("orders", q -> q.maxMessages(1).rejectWhenFull());
        Sender sender = connection.openSender("orders");
        sender.send(Message.create("fits")).awaitAccepted();
        Tracker tooMuch = sender.send(Message.create("does not")).awaitSettlement();
        Rejected why = assertInstanceOf(Rejected.class, tooMuch.remoteState());
        assertEquals("amqp:resource-limit-exceeded", why.getCondition());
        assertEquals("queue 'orders' is full: maxMessages 1, now 1", why.getDescription());
        assertEquals(Map.of("queue", "orders", "reason", "maxMessages", "limit", 1L, "current", 1L), why.getInfo());
    }

    @Test
    void purgeAndReset(SluiceBroker broker) throws ClientException {
        Connection connection = connect(broker);
        for (int i = 0; i < 5; i++) {
            send(connection, "orders", Message.create(i));
        }
        Receiver receiver = connection.openReceiver("orders", manual().creditWindow(0));
        receiver.addCredit(1);
        receive(receiver);
        TestQueue orders = broker.queue("orders");
        assertEquals(4, orders.purge());
        assertEquals(1, orders.messages());
        broker.reset();
        assertThrows(ClientException.class, () -> receiver.receive());
        send(connection, "orders", Message.create("again"));
        assertEquals(List.of("orders"), broker.queues());
    }

    @Test
    void usersAndTheirPasswords(SluiceBroker broker) throws ClientException {
        for (String[] user : new String[][] {{"guest", "guest"}, {"anna", "secret"}}) {
            assertNotNull(connect(broker, user[0], user[1]).openSender("orders"));
        }
        assertThrows(ClientException.class, () -> connect(broker, "anna", "wrong"));
        assertThrows(ClientException.class, () -> connect(broker, "nobody", "secret"));
    }

    @Test
    void nobodyWithoutCredentialsWhereTheyAreRequired() throws ClientException {
        try (SluiceBroker strict = SluiceBroker.builder()
                .credentialsRequired()
                .user("anna", "secret")
                .start()) {
            Connection anonymous = connect(strict);
            assertThrows(ExecutionException.class, () -> anonymous.openFuture().get());
            assertThrows(ClientException.class, () -> connect(strict, "guest", "guest"));
            assertNotNull(connect(strict, "anna", "secret").openSender("orders"));
        }
    }

    private Connection connect(SluiceBroker broker, String user, String password) throws ClientException {
        ConnectionOptions options = new ConnectionOptions().user(user).password(password);
        Connection connection = client.connect(broker.host(), broker.port(), options);
        try {
            connection.openFuture().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new ClientException("not connected", e);
        }
        return connection;
    }

    @Test
    void aClosedBrokerTakesItsConnectionsWithIt() throws Exception {
        SluiceBroker broker = SluiceBroker.start();
        Connection connection = connect(broker);
        Sender sender = connection.openSender("orders");
        sender.openFuture().get();
        broker.close();
        assertThrows(
                ClientException.class,
                () -> sender.send(Message.create("nobody there")).awaitSettlement(30, TimeUnit.SECONDS));
    }

    private static ReceiverOptions manual() {
        return new ReceiverOptions().autoAccept(false);
    }

    private static void send(Connection connection, String queue, Message<?> message) throws ClientException {
        Sender sender = connection.openSender(queue);
        assertTrue(sender.send(message).awaitAccepted(30, TimeUnit.SECONDS).remoteSettled());
        sender.close();
    }

    private static Delivery receive(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(30, TimeUnit.SECONDS);
        assertNotNull(delivery, "nothing came within 30 s");
        return delivery;
    }
}
