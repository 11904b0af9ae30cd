package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryMode;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.OutputStreamOptions;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.StreamSender;
import org.apache.qpid.protonj2.client.StreamSenderMessage;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionSecuritySaslException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** protonj2-client, unmodified, against the started program: the outcomes and link features JMS does not show. */
final class ProtonJ2ClientTest {
    /** Short, but longer than a busy machine keeps a process from running. */
    private static final long IDLE_MILLIS = 2_000;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Client client;
    private Connection connection;
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
        address = "protonj2." + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private static Delivery next(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        assertNotNull(delivery, "no delivery in 20 s");
        return delivery;
    }

    private void send(String... bodies) throws Exception {
        try (Sender sender = connection.openSender(address)) {
            for (String body : bodies) {
                Tracker tracker = sender.send(Message.create(body).durable(true));
                assertTrue(tracker.awaitSettlement(20, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
        }
    }

    private Receiver receiver() throws ClientException {
        return connection.openReceiver(
                address, new ReceiverOptions().autoAccept(false).creditWindow(10));
    }

    @Test
    void accepted_messages_are_gone() throws Exception {
        send("a", "b");
        try (Receiver receiver = receiver()) {
            next(receiver).accept();
            next(receiver).accept();
        }
        try (Receiver receiver = receiver()) {
            receiver.drain().get(20, TimeUnit.SECONDS);
            assertNull(receiver.tryReceive());
        }
    }

    @Test
    void released_goes_back_to_its_place_and_does_not_count() throws Exception {
        send("a", "b");
        try (Receiver receiver = connection.openReceiver(
                address, new ReceiverOptions().autoAccept(false).creditWindow(0))) {
            receiver.addCredit(1);
            Delivery first = next(receiver);
            assertEquals("a", first.message().body());
            first.release();
            receiver.addCredit(1);
            Delivery again = next(receiver);
            assertEquals("a", again.message().body());
            assertEquals(0, again.message().deliveryCount());
            again.accept();
        }
    }

    @Test
    void a_failed_delivery_counts() throws Exception {
        send("a");
        try (Receiver receiver = receiver()) {
            next(receiver).modified(true, false);
            Delivery again = next(receiver);
            assertEquals(1, again.message().deliveryCount());
            again.accept();
        }
    }

    @Test
    void undeliverable_here_goes_to_somebody_else() throws Exception {
        send("a");
        try (Receiver first = receiver();
                Connection other = client.connect("127.0.0.1", broker.port())) {
            Delivery refused = next(first);
            try (Receiver second = other.openReceiver(address, new ReceiverOptions().autoAccept(false))) {
                second.openFuture().get(20, TimeUnit.SECONDS);
                refused.modified(false, true);
                Delivery taken = next(second);
                assertEquals("a", taken.message().body());
                taken.accept();
                assertNull(first.tryReceive());
            }
        }
    }

    @Test
    void rejected_is_a_dead_letter_with_the_consumers_words() throws Exception {
        send("bad");
        try (Receiver receiver = receiver()) {
            next(receiver).reject("app:broken", "no such customer");
        }
        try (Receiver dead = connection.openReceiver("DLQ", new ReceiverOptions().autoAccept(false))) {
            Delivery delivery = next(dead);
            Message<Object> message = delivery.message();
            assertEquals("bad", message.body());
            assertEquals(address, message.annotation("x-opt-dead-letter-queue"));
            assertEquals("rejected", message.annotation("x-opt-dead-letter-reason"));
            assertEquals("app:broken", message.annotation("x-opt-dead-letter-condition"));
            assertEquals("no such customer", message.annotation("x-opt-dead-letter-description"));
            delivery.accept();
        }
    }

    @Test
    void at_most_once_on_both_sides() throws Exception {
        SenderOptions settled = new SenderOptions().deliveryMode(DeliveryMode.AT_MOST_ONCE);
        try (Sender sender = connection.openSender(address, settled)) {
            sender.send(Message.create("fire").durable(true));
            sender.send(Message.create("forget"));
        }
        ReceiverOptions options = new ReceiverOptions().deliveryMode(DeliveryMode.AT_MOST_ONCE);
        try (Receiver receiver = connection.openReceiver(address, options)) {
            Object first = next(receiver).message().body();
            Object second = next(receiver).message().body();
            assertEquals(java.util.Set.of("fire", "forget"), java.util.Set.of(first, second));
        }
    }

    @Test
    void browsing_leaves_the_messages() throws Exception {
        send("a", "b", "c");
        ReceiverOptions browse = new ReceiverOptions().creditWindow(0);
        browse.sourceOptions().distributionMode(DistributionMode.COPY);
        try (Receiver browser = connection.openReceiver(address, browse)) {
            browser.addCredit(10);
            browser.drain().get(20, TimeUnit.SECONDS);
            assertEquals("a", browser.tryReceive().message().body());
            assertEquals("b", browser.tryReceive().message().body());
            assertEquals("c", browser.tryReceive().message().body());
            assertNull(browser.tryReceive());
        }
        try (Receiver receiver = receiver()) {
            assertEquals("a", next(receiver).message().body());
        }
    }

    @Test
    void an_anonymous_sender_is_told_of_an_address_that_does_not_exist() throws Exception {
        try (Sender sender = connection.openAnonymousSender()) {
            Tracker unroutable = sender.send(Message.create("x").to("$nowhere"));
            DeliveryState state =
                    unroutable.awaitSettlement(20, TimeUnit.SECONDS).remoteState();
            assertEquals(DeliveryState.Type.REJECTED, state.getType());
            Tracker fine = sender.send(Message.create("y").to(address));
            assertTrue(fine.awaitSettlement(20, TimeUnit.SECONDS).remoteState().isAccepted());
        }
    }

    @Test
    void an_aborted_message_leaves_no_trace() throws Exception {
        try (StreamSender sender = connection.openStreamSender(address)) {
            StreamSenderMessage aborted = sender.beginMessage();
            aborted.body(new OutputStreamOptions()).write(new byte[200_000]);
            aborted.abort();
            StreamSenderMessage whole = sender.beginMessage();
            try (java.io.OutputStream body = whole.body(new OutputStreamOptions())) {
                body.write(new byte[300_000]);
            }
            whole.complete();
            assertTrue(whole.tracker()
                    .awaitSettlement(20, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
        try (Receiver receiver = receiver()) {
            Delivery delivery = next(receiver);
            int[] bytes = {0};
            delivery.message()
                    .toAdvancedMessage()
                    .forEachBodySection(section -> bytes[0] += ((byte[]) section.getValue()).length);
            assertEquals(300_000, bytes[0]);
            delivery.accept();
            receiver.drain().get(20, TimeUnit.SECONDS);
            assertNull(receiver.tryReceive());
        }
    }

    @Test
    void frames_of_512_bytes_are_enough() throws Exception {
        ConnectionOptions small = new ConnectionOptions().maxFrameSize(512);
        try (Connection narrow = client.connect("127.0.0.1", broker.port(), small);
                Sender sender = narrow.openSender(address);
                Receiver receiver = narrow.openReceiver(address)) {
            sender.send(Message.create(new byte[10_000]));
            assertEquals(10_000, ((byte[]) next(receiver).message().body()).length);
        }
    }

    @Test
    void a_short_idle_time_out_keeps_a_quiet_connection() throws Exception {
        ConnectionOptions impatient = new ConnectionOptions().idleTimeout(IDLE_MILLIS, TimeUnit.MILLISECONDS);
        try (Connection quiet = client.connect("127.0.0.1", broker.port(), impatient)) {
            try (Receiver receiver = quiet.openReceiver(address)) {
                assertNull(receiver.receive(2 * IDLE_MILLIS, TimeUnit.MILLISECONDS));
            }
            try (Sender sender = quiet.openSender(address)) {
                assertTrue(sender.send(Message.create("still here"))
                        .awaitSettlement(20, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
        }
    }

    @Test
    void a_wrong_password_fails_with_a_security_exception() {
        ConnectionOptions options = new ConnectionOptions().user("guest").password("wrong");
        ExecutionException refused = assertThrows(
                ExecutionException.class,
                () -> client.connect("127.0.0.1", broker.port(), options)
                        .openFuture()
                        .get(20, TimeUnit.SECONDS));
        assertInstanceOf(ClientConnectionSecuritySaslException.class, refused.getCause());
    }

    @Test
    void application_properties_and_annotations_pass_untouched() throws Exception {
        try (Sender sender = connection.openSender(address)) {
            Message<String> message = Message.create("body");
            message.annotation("x-opt-mine", "kept");
            message.property("n", 1);
            sender.send(message).awaitSettlement(20, TimeUnit.SECONDS);
        }
        try (Receiver receiver = receiver()) {
            Message<Object> message = next(receiver).message();
            assertEquals("kept", message.annotation("x-opt-mine"));
            assertEquals(1, message.property("n"));
            assertFalse(message.durable());
        }
    }
}
