package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages that come back, seen by a client that knows nothing of us, while time stands still. */
@Timeout(120)
class RetryClientsTest {
    private static final VirtualClock CLOCK = VirtualClock.atNow();

    @RegisterExtension
    static final SluiceExtension SLUICE =
            new SluiceExtension(SluiceBroker.builder().clock(CLOCK));

    private final Client client = Client.create();

    @AfterEach
    void closeConnections() {
        client.close();
    }

    private static void send(Connection connection, String queue, Message<?> message) throws ClientException {
        try (Sender sender = connection.openSender(queue)) {
            assertTrue(sender.send(message).awaitAccepted(30, TimeUnit.SECONDS).remoteSettled());
        }
    }

    private static Delivery receive(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(30, TimeUnit.SECONDS);
        assertNotNull(delivery, "nothing came within 30 s");
        return delivery;
    }

    /** A drain is answered behind all that there is. */
    private static void expectNothing(Receiver receiver) throws Exception {
        receiver.addCredit(1);
        receiver.drain().get(30, TimeUnit.SECONDS);
        assertNull(receiver.tryReceive());
    }

    private static Receiver open(Connection connection, String queue) throws ClientException {
        return connection.openReceiver(
                queue, new ReceiverOptions().autoAccept(false).creditWindow(0));
    }

    @Test
    void eachFailureWaitsTwiceAsLong(SluiceBroker broker) throws Exception {
        Connection connection = client.connect(broker.host(), broker.port());
        TestQueue queue = broker.queue(
                "jobs",
                q -> q.retryExponentially(Duration.ofMinutes(1), Duration.ofMinutes(3))
                        .deadLetterTo("dead")
                        .maxDeliveries(4));
        send(connection, "jobs", Message.create("poison"));
        Receiver receiver = open(connection, "jobs");
        for (long minutes : new long[] {1, 2, 3}) {
            receiver.addCredit(1);
            receive(receiver).modified(true, false);
            expectNothing(receiver);
            assertEquals(1, queue.scheduled());
            CLOCK.advance(Duration.ofMinutes(minutes).minusMillis(1));
            expectNothing(receiver);
            CLOCK.advance(Duration.ofMillis(1));
            assertEquals(0, queue.scheduled());
        }
        receiver.addCredit(1);
        Delivery last = receive(receiver);
        assertEquals(3, last.message().deliveryCount());
        last.modified(true, false);

        Receiver dead = open(connection, "dead");
        dead.addCredit(1);
        Message<?> letter = receive(dead).message();
        assertEquals("max-deliveries", letter.annotation("x-opt-dead-letter-reason"));
        assertEquals(4L, letter.annotation("x-opt-dead-letter-delivery-count"));
    }

    @Test
    void aConsumerNamesItsOwnTime(SluiceBroker broker) throws Exception {
        Connection connection = client.connect(broker.host(), broker.port());
        TestQueue queue = broker.queue("jobs");
        send(connection, "jobs", Message.create("later"));
        Receiver receiver = open(connection, "jobs");
        receiver.addCredit(1);
        long tomorrow = CLOCK.millis() + Duration.ofDays(1).toMillis();
        receive(receiver)
                .disposition(DeliveryState.modified(false, false, Map.of("x-opt-delivery-time", tomorrow)), true);
        expectNothing(receiver);
        assertEquals(1, queue.scheduled());
        CLOCK.advance(Duration.ofDays(1));
        receiver.addCredit(1);

        assertEquals(0, receive(receiver).message().deliveryCount());
    }

    @Test
    void aQueueOfLastValues(SluiceBroker broker) throws Exception {
        Connection connection = client.connect(broker.host(), broker.port());
        TestQueue prices = broker.queue("prices", QueueOptions::lastValue);
        for (String price : List.of("eur 1", "usd 1", "eur 2", "eur 3")) {
            send(connection, "prices", Message.create(price).property("_AMQ_LVQ_NAME", price.substring(0, 3)));
        }
        assertEquals(2, prices.messages());
        Receiver receiver = open(connection, "prices");
        receiver.addCredit(2);
        assertEquals("usd 1", receive(receiver).message().body());
        Delivery eur = receive(receiver);
        assertEquals("eur 3", eur.message().body());
        send(connection, "prices", Message.create("eur 4").property("_AMQ_LVQ_NAME", "eur"));
        eur.release();
        receiver.addCredit(1);

        assertEquals("eur 4", receive(receiver).message().body());
        expectNothing(receiver);
    }

    @Test
    void whoeverAlwaysReleasesHasAnEnd(SluiceBroker broker) throws Exception {
        Connection connection = client.connect(broker.host(), broker.port());
        broker.queue("jobs", q -> q.maxAcquisitions(3).deadLetterTo("dead").stampMessages());
        send(connection, "jobs", Message.create("unwanted"));
        Receiver receiver = open(connection, "jobs");
        for (int i = 0; i < 3; i++) {
            receiver.addCredit(1);
            Delivery delivery = receive(receiver);
            assertEquals(1L, delivery.message().annotation("x-opt-sequence-number"));
            assertEquals(i == 0 ? null : (Object) (long) i, delivery.message().annotation("x-opt-acquired-count"));
            delivery.release();
        }
        expectNothing(receiver);
        Receiver dead = open(connection, "dead");
        dead.addCredit(1);

        assertEquals("max-acquisitions", receive(dead).message().annotation("x-opt-dead-letter-reason"));
    }
}
