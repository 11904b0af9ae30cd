package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.DeliveryMode;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a queue serves, and what becomes of messages that nobody takes in time: as the configuration says, for clients as they are. */
final class QueueServiceTest {
    private static final long WAIT_MILLIS = 60_000;

    @TempDir
    static Path folder;

    private static BrokerProcess broker;
    private static Client client;

    @BeforeAll
    static void startBroker() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - {name: weighted, kind: weighted, weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 3]}
                    - {name: short, maxTtlMillis: 200, expiryQueue: expired}
                    - {name: refused, undeliverableMillis: 200, deadLetterQueue: nobody}
                """);
        broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
        client = Client.create();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        client.close();
        assertEquals(0, broker.stop());
    }

    @Test
    void priorities_share_the_service_by_their_weights() throws Exception {
        try (jakarta.jms.Connection connection = new JmsConnectionFactory(broker.uri()).createConnection()) {
            connection.start();
            Session session = connection.createSession();
            MessageProducer producer = session.createProducer(session.createQueue("weighted"));
            for (int priority : new int[] {0, 9}) {
                for (int i = 0; i < 60; i++) {
                    producer.send(session.createMessage(), DeliveryMode.NON_PERSISTENT, priority, 0);
                }
            }
            MessageConsumer consumer = session.createConsumer(session.createQueue("weighted"));
            int low = 0;
            for (int i = 0; i < 40; i++) {
                low += consumer.receive(WAIT_MILLIS).getJMSPriority() == 0 ? 1 : 0;
            }
            assertTrue(
                    low >= 9 && low <= 11, "one to three: of 40 a quarter was to be of the low priority, not " + low);
        }
    }

    /** @return the reason why it is there */
    private static Object reason(Connection connection, String queue) throws Exception {
        try (Receiver receiver = connection.openReceiver(queue)) {
            Message<?> message =
                    receiver.receive(WAIT_MILLIS, TimeUnit.MILLISECONDS).message();
            assertEquals("x", message.body());
            return message.annotation("x-opt-dead-letter-reason");
        }
    }

    private static void send(Connection connection, String queue) throws Exception {
        connection.send(Message.create("x").durable(true).to(queue)).awaitAccepted(WAIT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Test
    void what_no_producer_gave_a_time_to_live_expires_by_the_queue_s() throws Exception {
        try (Connection connection = broker.connect(client)) {
            send(connection, "short");
            assertEquals("expired", reason(connection, "expired"));
        }
    }

    @Test
    void what_all_consumers_have_refused_is_a_dead_letter_after_its_time() throws Exception {
        try (Connection connection = broker.connect(client);
                Receiver receiver = connection.openReceiver("refused", new ReceiverOptions().autoAccept(false))) {
            send(connection, "refused");
            receiver.receive(WAIT_MILLIS, TimeUnit.MILLISECONDS).disposition(DeliveryState.modified(false, true), true);
            assertEquals("undeliverable-here", reason(connection, "nobody"));
        }
    }

    @Test
    void a_container_that_asks_for_it_takes_the_place_of_its_former_connection() throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        ConnectionOptions plain = new ConnectionOptions()
                .disconnectedHandler((connection, event) -> ended.complete(String.valueOf(event.failureCause())));
        ConnectionOptions replacing = new ConnectionOptions()
                .desiredCapabilities("sole-connection-for-container")
                .properties(Map.of("sole-connection-enforcement-policy", UnsignedInteger.valueOf(1)));
        try (Client former = Client.create(new ClientOptions().id("shop"));
                Client next = Client.create(new ClientOptions().id("shop"))) {
            Connection first = former.connect("127.0.0.1", broker.port(), plain);
            first.openFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
            try (Connection second = next.connect("127.0.0.1", broker.port(), replacing)) {
                second.openFuture().get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
                String why = ended.get(WAIT_MILLIS, TimeUnit.MILLISECONDS);
                assertTrue(why.contains("amqp:resource-locked"), why);
                send(second, "served");
            }
        }
    }
}
