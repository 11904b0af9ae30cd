package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Binary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** AMQP Management requests of an ordinary client, against the started program. */
final class ProtonJ2ManagementTest {
    private static final String NODE = "$management";

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Client client;
    private Connection connection;
    private Receiver answers;
    private Sender requests;

    @BeforeAll
    static void prepare() {
        client = Client.create();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    @BeforeEach
    void connect() throws ClientException {
        connection = client.connect(
                "127.0.0.1",
                broker.port(),
                new ConnectionOptions().user("guest").password("guest"));
        answers = connection.openReceiver(NODE);
        requests = connection.openSender(NODE);
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    private record Answer(int status, String description, Map<String, Object> body) {
        Answer is(int expected) {
            assertEquals(expected, status, description);
            return this;
        }
    }

    private Answer ask(String operation, Map<String, Object> properties, Map<String, Object> body) throws Exception {
        Message<Map<String, Object>> request = Message.create(body);
        request.replyTo(NODE).messageId("id-" + operation).property("operation", operation);
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            request.property(property.getKey(), property.getValue());
        }
        requests.send(request);
        Delivery delivery = answers.receive(20, TimeUnit.SECONDS);
        assertNotNull(delivery, "no answer in 20 s");
        Message<Object> answer = delivery.message();
        assertEquals("id-" + operation, answer.correlationId());
        Map<String, Object> named = new HashMap<>();
        if (answer.body() instanceof Map<?, ?> map) {
            map.forEach((key, value) -> named.put(String.valueOf(key), value));
        }
        return new Answer(
                (Integer) answer.property("statusCode"), (String) answer.property("statusDescription"), named);
    }

    private static Map<String, Object> queue(String name, Object... more) {
        Map<String, Object> properties = new HashMap<>(Map.of("type", "queue", "name", name));
        for (int i = 0; i < more.length; i += 2) {
            properties.put((String) more[i], more[i + 1]);
        }
        return properties;
    }

    @Test
    void a_lock_is_renewed_by_its_consumer_and_stays_while_it_does() throws Exception {
        ask("CREATE", queue("mgmt.locks"), Map.of("lockMillis", 3_600_000L, "stampMessages", true))
                .is(201);
        Receiver receiver = connection.openReceiver(
                "mgmt.locks", new ReceiverOptions().autoAccept(false).linkName("holder"));
        connection.openSender("mgmt.locks").send(Message.create("kept"));
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        long until = (Long) delivery.message().annotation("x-opt-locked-until");
        Object number = delivery.message().annotation("x-opt-sequence-number");

        Map<String, Object> link = Map.of("type", "link", "name", "holder", "address", "mgmt.locks");
        Map<String, Object> renewed =
                ask("RENEW-LOCK", link, Map.of("sequence", number)).is(200).body();
        assertEquals(1, renewed.get("locks"));
        assertTrue((Long) renewed.get("lockedUntilMillis") >= until, renewed + " and was " + until);
        // Shorter from now on: what is renewed runs out, and the link hears of it.
        ask("UPDATE", queue("mgmt.locks"), Map.of("lockMillis", 1L)).is(200);
        ask("RENEW-LOCK", link, Map.of()).is(200);
        Delivery again = receiver.receive(20, TimeUnit.SECONDS);
        assertEquals("kept", again.message().body());
        assertEquals(1, again.message().deliveryCount());
        ask("UPDATE", queue("mgmt.locks"), Map.of("lockMillis", 3_600_000L)).is(200);
        ask("RENEW-LOCK", link, Map.of("sequence", 99L)).is(404);
        receiver.close();
    }

    @Test
    void a_queue_is_created_changed_and_deleted() throws Exception {
        ask("CREATE", queue("mgmt.a"), Map.of("maxMessages", 10)).is(201);
        Answer updated = ask("UPDATE", queue("mgmt.a"), Map.of("maxMessages", 20, "overflow", "block"));
        assertEquals(20L, updated.is(200).body().get("maxMessages"));
        assertEquals(
                "block", ask("READ", queue("mgmt.a"), Map.of()).is(200).body().get("overflow"));
        Answer fixed = ask("UPDATE", queue("mgmt.a"), Map.of("durable", false)).is(409);
        assertTrue(fixed.description().contains("durable"), fixed.description());
        assertTrue(ask("UPDATE", queue("mgmt.a"), Map.of("maxMesages", 1))
                .is(400)
                .description()
                .contains("maxMesages"));
        ask("DELETE", queue("mgmt.a"), Map.of()).is(204);
        ask("READ", queue("mgmt.a"), Map.of()).is(404);
        ask("FLY", queue("mgmt.a"), Map.of()).is(501);
    }

    @Test
    void the_connection_that_asks_is_among_the_connections() throws Exception {
        Answer answer = ask(
                        "QUERY",
                        Map.of("entityType", "connection"),
                        Map.of("attributeNames", List.of("user", "product", "messagesIn")))
                .is(200);
        List<?> row = (List<?>) ((List<?>) answer.body().get("results")).get(0);
        assertEquals("guest", row.get(0));
        assertTrue(((Long) row.get(2)) >= 1, row.toString());
        Answer links = ask("QUERY", Map.of("entityType", "link"), Map.of("attributeNames", List.of("address")))
                .is(200);
        assertEquals(List.of(List.of(NODE), List.of(NODE)), links.body().get("results"));
    }

    @Test
    void a_message_is_peeked_byte_for_byte_and_still_delivered() throws Exception {
        try (Sender sender = connection.openSender("mgmt.peek")) {
            sender.send(Message.create("hello").property("n", 1)).awaitAccepted(20, TimeUnit.SECONDS);
        }
        Answer peeked = ask("PEEK", queue("mgmt.peek", "count", 5), Map.of()).is(200);
        Map<?, ?> message = (Map<?, ?>) ((List<?>) peeked.body().get("messages")).get(0);
        assertEquals(1L, message.get("sequence"));
        byte[] sections = ((Binary) message.get("message")).asByteArray();
        assertEquals(((Long) message.get("bytes")).intValue(), sections.length);
        byte[] again = ((Binary) ((Map<?, ?>) ((List<?>) ask("PEEK", queue("mgmt.peek"), Map.of())
                                        .body()
                                        .get("messages"))
                                .get(0))
                        .get("message"))
                .asByteArray();
        assertArrayEquals(sections, again);
        try (Receiver receiver = connection.openReceiver("mgmt.peek")) {
            Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
            assertEquals("hello", delivery.message().body());
            assertEquals(0, delivery.message().deliveryCount());
        }
        assertEquals(
                "no-consumer",
                ask("EXPLAIN", queue("mgmt.peek"), Map.of()).is(200).body().get("reason"));
    }

    @Test
    void a_scheduled_message_is_let_go_before_its_time() throws Exception {
        Receiver receiver = connection.openReceiver("mgmt.scheduled");
        try (Sender sender = connection.openSender("mgmt.scheduled")) {
            for (String body : List.of("first", "second")) {
                sender.send(Message.create(body).annotation("x-opt-delivery-delay", 3_600_000L))
                        .awaitAccepted(20, TimeUnit.SECONDS);
            }
        }
        Answer listed = ask("LIST-SCHEDULED", queue("mgmt.scheduled"), Map.of()).is(200);
        assertEquals(2, ((List<?>) listed.body().get("messages")).size());
        ask("RELEASE-SCHEDULED", queue("mgmt.scheduled", "sequence", 2L), Map.of())
                .is(204);
        assertEquals("second", receiver.receive(20, TimeUnit.SECONDS).message().body());
        ask("RELEASE-SCHEDULED", queue("mgmt.scheduled", "sequence", 2L), Map.of())
                .is(404);
        ask("RELEASE-SCHEDULED", queue("mgmt.scheduled", "sequence", 1L), Map.of())
                .is(204);
        assertEquals("first", receiver.receive(20, TimeUnit.SECONDS).message().body());
        receiver.close();
    }

    private void depth(String queue, long messages, long unsettled) throws Exception {
        Map<String, Object> read = ask("READ", queue(queue), Map.of()).is(200).body();
        assertEquals(messages, read.get("messages"));
        assertEquals(unsettled, read.get("unsettled"));
        List<Object> row = List.of(queue, messages, unsettled);
        Answer listed = ask(
                        "QUERY",
                        Map.of("entityType", "queue"),
                        Map.of("attributeNames", List.of("name", "messages", "unsettled")))
                .is(200);
        assertTrue(((List<?>) listed.body().get("results")).contains(row), () -> row + " is not in " + listed.body());
    }

    private static List<Object> bodies(Receiver receiver) throws Exception {
        receiver.addCredit(10);
        receiver.drain().get(20, TimeUnit.SECONDS);
        List<Object> bodies = new ArrayList<>();
        for (Delivery delivery = receiver.tryReceive(); delivery != null; delivery = receiver.tryReceive()) {
            bodies.add(delivery.message().body());
        }
        return bodies;
    }

    @Test
    void the_depth_of_a_queue_counts_what_consumers_have_and_a_browser_does_not_see_that() throws Exception {
        Sender sender = connection.openSender("mgmt.depth");
        for (String body : List.of("1", "2", "3")) {
            sender.send(Message.create(body).durable(true)).awaitAccepted(20, TimeUnit.SECONDS);
        }
        depth("mgmt.depth", 3, 0);
        Receiver consumer = connection.openReceiver(
                "mgmt.depth", new ReceiverOptions().autoAccept(false).creditWindow(0));
        consumer.addCredit(2);
        Delivery first = consumer.receive(20, TimeUnit.SECONDS);
        Delivery second = consumer.receive(20, TimeUnit.SECONDS);
        depth("mgmt.depth", 3, 2);
        ReceiverOptions browsing = new ReceiverOptions().creditWindow(0);
        browsing.sourceOptions().distributionMode(DistributionMode.COPY);
        try (Receiver browser = connection.openReceiver("mgmt.depth", browsing)) {
            assertEquals(List.of("3"), bodies(browser));
        }
        depth("mgmt.depth", 3, 2);
        first.accept();
        // In the journal behind the settlement.
        sender.send(Message.create("4").durable(true)).awaitAccepted(20, TimeUnit.SECONDS);
        depth("mgmt.depth", 3, 1);
        second.release();
        depth("mgmt.depth", 3, 0);
        consumer.close();
        sender.close();
    }

    private Receiver shared(String linkName) throws Exception {
        ReceiverOptions options = new ReceiverOptions().linkName(linkName);
        options.sourceOptions().capabilities("topic", "shared", "global");
        Receiver receiver = connection.openReceiver("mgmt.topic", options);
        receiver.openFuture().get(20, TimeUnit.SECONDS);
        return receiver;
    }

    @Test
    void a_shared_subscription_is_told_to_have_one_active_consumer() throws Exception {
        Receiver active = shared("single|1");
        Map<String, Object> of = queue("mgmt.topic::single");
        assertEquals(
                true,
                ask("UPDATE", of, Map.of("singleActiveConsumer", true))
                        .is(200)
                        .body()
                        .get("singleActiveConsumer"));
        Receiver standby = shared("single|2");
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities("topic");
        try (Sender sender = connection.openSender("mgmt.topic", options)) {
            for (String body : List.of("1", "2", "3")) {
                sender.send(Message.create(body)).awaitAccepted(20, TimeUnit.SECONDS);
            }
            for (String body : List.of("1", "2", "3")) {
                assertEquals(
                        body, active.receive(20, TimeUnit.SECONDS).message().body());
            }
            active.close();
            sender.send(Message.create("4")).awaitAccepted(20, TimeUnit.SECONDS);
        }
        // All of what the first had was accepted as it came; the one that stood by has nothing older than this.
        assertEquals("4", standby.receive(20, TimeUnit.SECONDS).message().body());
        standby.close();
    }

    @Test
    void the_node_says_what_it_can_do() throws Exception {
        assertTrue(ask("GET-TYPES", Map.of(), Map.of()).is(200).body().containsKey("queue"));
        Map<String, Object> attributes = ask("GET-ATTRIBUTES", Map.of("entityType", "queue"), Map.of())
                .is(200)
                .body();
        assertEquals(java.util.Set.of("queue"), attributes.keySet());
        assertTrue(((List<?>) attributes.get("queue")).contains("messagesByPriority"), attributes.toString());
        Map<String, Object> operations = ask("GET-OPERATIONS", Map.of("entityType", "queue"), Map.of())
                .is(200)
                .body();
        assertTrue(operations.get("queue").toString().contains("EXPLAIN"), operations.toString());
        ask("GET-TYPES", Map.of("entityType", "nothing"), Map.of()).is(404);
    }
}
