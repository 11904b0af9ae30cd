package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryMode;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.ExpiryPolicy;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.types.messaging.DeleteOnNoMessages;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that links ask for, through protonj2-client, unmodified, against the started program. */
final class DynamicNodeTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Client client;
    private Connection connection;

    @BeforeAll
    static void prepare() {
        client = Client.create();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    @BeforeEach
    void connect() throws Exception {
        connection = client.connect("127.0.0.1", broker.port());
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private static void send(Sender sender, Message<String> message) throws Exception {
        Tracker tracker = sender.send(message);
        assertTrue(tracker.awaitSettlement(20, TimeUnit.SECONDS).remoteState().isAccepted());
    }

    private static String body(Receiver receiver) throws Exception {
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        assertNotNull(delivery, "no delivery in 20 s");
        return (String) delivery.message().body();
    }

    @Test
    void answers_come_settled_over_the_queue_that_rabbitmq_s_clients_ask_for() throws Exception {
        ReceiverOptions options = new ReceiverOptions().deliveryMode(DeliveryMode.AT_MOST_ONCE);
        options.sourceOptions().capabilities("rabbitmq:volatile-queue").expiryPolicy(ExpiryPolicy.LINK_CLOSE);
        try (Connection server = client.connect("127.0.0.1", broker.port());
                Receiver requests = server.openReceiver("protonj2.direct.requests")) {
            Receiver answers = connection.openDynamicReceiver(options);
            String replyTo = answers.address();
            assertEquals(Set.of("rabbitmq:volatile-queue"), answers.source().capabilities());
            Sender sender = connection.openSender("protonj2.direct.requests");
            for (int i = 0; i < 3; i++) {
                send(sender, Message.create("question " + i).replyTo(replyTo).messageId("m" + i));
                Delivery request = requests.receive(20, TimeUnit.SECONDS);
                send(
                        server.defaultSender(),
                        Message.create("answer to " + request.message().body())
                                .to(request.message().replyTo())
                                .correlationId(request.message().messageId()));
                Delivery answer = answers.receive(20, TimeUnit.SECONDS);
                assertTrue(answer.remoteSettled());
                assertEquals("answer to question " + i, answer.message().body());
                assertEquals("m" + i, answer.message().correlationId());
            }
            answers.close();
            Tracker late =
                    server.defaultSender().send(Message.create("too late").to(replyTo));
            assertEquals(
                    DeliveryState.Type.REJECTED,
                    late.awaitSettlement(20, TimeUnit.SECONDS).remoteState().getType());
        }
    }

    @Test
    void a_request_is_answered_over_a_dynamic_receiver() throws Exception {
        Receiver replies = connection.openDynamicReceiver();
        String replyTo = replies.address();
        Sender requests = connection.openSender("protonj2.requests");
        send(requests, Message.create("question").replyTo(replyTo));
        try (Connection server = client.connect("127.0.0.1", broker.port())) {
            Receiver incoming = server.openReceiver("protonj2.requests");
            Delivery request = incoming.receive(20, TimeUnit.SECONDS);
            assertNotNull(request, "no request in 20 s");
            String to = request.message().replyTo();
            assertEquals(replyTo, to);
            send(server.openSender(to), Message.create("answer"));
            // And without a link of its own.
            send(server.openAnonymousSender(), Message.create("another").to(to));
        }
        assertEquals("answer", body(replies));
        assertEquals("another", body(replies));
    }

    @Test
    void dynamic_node_properties_are_kept() throws Exception {
        Map<String, Object> properties = Map.of("lifetime-policy", DeleteOnNoMessages.getInstance());
        ReceiverOptions options = new ReceiverOptions().creditWindow(0);
        Receiver creator = connection.openDynamicReceiver(properties, options);
        String address = creator.address();
        Sender sender = connection.openSender(address);
        send(sender, Message.create("left behind"));
        creator.closeAsync().get(20, TimeUnit.SECONDS);
        // Its link is gone, its message is not.
        Receiver second = connection.openReceiver(address);
        assertEquals("left behind", body(second));
        // Settled by now or soon: the queue goes with its last message, and takes its links along.
        second.closeAsync().get(20, TimeUnit.SECONDS);
        sender.closeAsync().get(20, TimeUnit.SECONDS);
        assertGone(address);
    }

    private void assertGone(String address) throws Exception {
        Receiver late = connection.openReceiver(address);
        ExecutionException refused =
                assertThrows(ExecutionException.class, () -> late.openFuture().get(20, TimeUnit.SECONDS));
        assertTrue(refused.getMessage().contains("no temporary queue"), refused::getMessage);
    }

    @Test
    void the_node_goes_with_its_receiver() throws Exception {
        Receiver receiver = connection.openDynamicReceiver();
        String address = receiver.address();
        receiver.closeAsync().get(20, TimeUnit.SECONDS);
        assertGone(address);
        Tracker tracker = connection
                .openAnonymousSender()
                .send(Message.create("too late").to(address))
                .awaitSettlement(20, TimeUnit.SECONDS);
        assertTrue(
                !tracker.remoteState().isAccepted(), () -> tracker.remoteState().toString());
    }

    @Test
    void another_connection_may_not_receive_from_it() throws Exception {
        String address = connection.openDynamicReceiver().address();
        try (Connection other = client.connect("127.0.0.1", broker.port())) {
            Receiver spy = other.openReceiver(address);
            ExecutionException refused = assertThrows(
                    ExecutionException.class, () -> spy.openFuture().get(20, TimeUnit.SECONDS));
            assertTrue(refused.getMessage().contains("belongs to another connection"), refused::getMessage);
        }
    }

    @Test
    void a_receiver_that_detaches_finds_its_node_again_in_time() throws Exception {
        ReceiverOptions options = new ReceiverOptions().linkName("comes-back");
        options.sourceOptions().expiryPolicy(ExpiryPolicy.CONNECTION_CLOSE).timeout(60);
        Receiver receiver = connection.openDynamicReceiver(Map.of(), options);
        String address = receiver.address();
        receiver.detachAsync().get(20, TimeUnit.SECONDS);
        send(connection.openSender(address), Message.create("meanwhile"));
        Receiver again = connection.openReceiver(address, new ReceiverOptions().linkName("comes-back"));
        assertEquals("meanwhile", body(again));
    }
}
