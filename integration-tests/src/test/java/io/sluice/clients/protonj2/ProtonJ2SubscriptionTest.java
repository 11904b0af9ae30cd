package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.program.DefaultBroker;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRemotelyClosedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics through protonj2-client, unmodified, against the started program: what a client does that is no JMS client. */
final class ProtonJ2SubscriptionTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Client client;
    private Connection connection;
    private String topic;

    @BeforeAll
    static void prepare() {
        client = Client.create(new ClientOptions().id("protonj2-subscriber"));
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    @BeforeEach
    void connect(TestInfo test) throws ClientException {
        connection = client.connect("127.0.0.1", broker.port());
        topic = "protonj2." + test.getTestMethod().orElseThrow().getName();
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private ReceiverOptions topicOptions() {
        ReceiverOptions options = new ReceiverOptions();
        options.sourceOptions().capabilities("topic");
        return options;
    }

    private Receiver durable(String name) throws Exception {
        Receiver receiver = connection.openDurableReceiver(topic, name, topicOptions());
        receiver.openFuture().get(20, TimeUnit.SECONDS);
        return receiver;
    }

    private void publish(String... bodies) throws Exception {
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities("topic");
        try (Sender sender = connection.openSender(topic, options)) {
            for (String body : bodies) {
                sender.send(Message.create(body).durable(true))
                        .settlementFuture()
                        .get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static String next(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        assertNotNull(delivery, "no delivery in 20 s");
        return (String) delivery.message().body();
    }

    private static void assertEmpty(Receiver receiver) throws Exception {
        receiver.drain().get(20, TimeUnit.SECONDS);
        assertNull(receiver.tryReceive());
    }

    @Test
    void two_receivers_of_a_topic_get_everything() throws Exception {
        Receiver one = connection.openReceiver(topic, topicOptions());
        Receiver two = connection.openReceiver(topic, topicOptions());
        one.openFuture().get(20, TimeUnit.SECONDS);
        two.openFuture().get(20, TimeUnit.SECONDS);
        publish("1", "2");
        assertEquals("1", next(one));
        assertEquals("2", next(one));
        assertEquals("1", next(two));
        assertEquals("2", next(two));
    }

    @Test
    void detach_keeps_and_close_deletes() throws Exception {
        durable("kept").detach();
        publish("1");
        Receiver again = durable("kept");
        assertEquals("1", next(again));
        again.detach();
        publish("2");
        durable("kept").close();
        Receiver anew = durable("kept");
        assertEmpty(anew);
        anew.close();
    }

    @Test
    void a_selector_is_part_of_the_subscription() throws Exception {
        ReceiverOptions options = topicOptions();
        options.sourceOptions().filters(Map.of("selector", new Selector("color = 'red'")));
        Receiver red = connection.openDurableReceiver(topic, "red", options);
        red.openFuture().get(20, TimeUnit.SECONDS);
        SenderOptions senderOptions = new SenderOptions();
        senderOptions.targetOptions().capabilities("topic");
        try (Sender sender = connection.openSender(topic, senderOptions)) {
            sender.send(Message.create("green").property("color", "green"));
            sender.send(Message.create("red").property("color", "red"))
                    .settlementFuture()
                    .get(20, TimeUnit.SECONDS);
        }
        assertEquals("red", next(red));
        assertEmpty(red);
        red.close();
    }

    private record Selector(String text) implements org.apache.qpid.protonj2.types.DescribedType {
        @Override
        public Object getDescriptor() {
            return org.apache.qpid.protonj2.types.Symbol.valueOf("apache.org:selector-filter:string");
        }

        @Override
        public Object getDescribed() {
            return text;
        }
    }

    @Test
    void an_address_without_capability_is_a_queue() throws Exception {
        Receiver ofTopic = connection.openReceiver(topic, topicOptions());
        ofTopic.openFuture().get(20, TimeUnit.SECONDS);
        try (Sender sender = connection.openSender(topic)) {
            sender.send(Message.create("to the queue")).settlementFuture().get(20, TimeUnit.SECONDS);
        }
        assertEmpty(ofTopic);
        try (Receiver ofQueue = connection.openReceiver(topic)) {
            assertEquals("to the queue", next(ofQueue));
        }
    }

    @Test
    void shared_and_unshared_of_one_name_do_not_mix() throws Exception {
        durable("mixed").detach();
        ReceiverOptions options = topicOptions();
        options.sourceOptions().capabilities("topic", "shared");
        ExecutionException refused = assertThrows(
                ExecutionException.class,
                () -> connection
                        .openDurableReceiver(topic, "mixed", options)
                        .openFuture()
                        .get(20, TimeUnit.SECONDS));
        assertNotNull(refused.getCause().getMessage());
        durable("mixed").close();
    }

    private Receiver shared(String linkName, Map<String, Object> properties) throws Exception {
        ReceiverOptions options = topicOptions().linkName(linkName).properties(properties);
        options.sourceOptions().capabilities("topic", "shared");
        Receiver receiver = connection.openReceiver(topic, options);
        receiver.openFuture().get(20, TimeUnit.SECONDS);
        return receiver;
    }

    private void assertLocked(String linkName, Map<String, Object> properties) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> shared(linkName, properties));
        ClientLinkRemotelyClosedException closed = (ClientLinkRemotelyClosedException) refused.getCause();
        assertEquals("amqp:resource-locked", closed.getErrorCondition().condition());
    }

    @Test
    void who_asks_to_be_the_only_receiver_of_a_shared_subscription_is() throws Exception {
        Map<String, Object> exclusive = Map.of("exclusive", true);
        Receiver alone = shared("one|1", exclusive);
        assertLocked("one|2", Map.of());
        assertLocked("one|3", exclusive);
        publish("1", "2");
        assertEquals("1", next(alone));
        assertEquals("2", next(alone));
        Receiver ofAnother = shared("another|1", Map.of());
        alone.close();

        Receiver first = shared("one|4", Map.of());
        Receiver second = shared("one|5", Map.of());
        assertLocked("one|6", exclusive);
        first.close();
        publish("3");
        assertEquals("3", next(second));
        assertEquals("3", next(ofAnother));
    }
}
