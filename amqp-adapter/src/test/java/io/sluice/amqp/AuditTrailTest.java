package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.AuditedChange.By;
import io.sluice.amqp.AuditedChange.Outcome;
import io.sluice.amqp.AuditedChange.What;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.amqp.rabbitmq.BrokerNode;
import io.sluice.amqp.rabbitmq.RabbitManagementNode;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.Permissions;
import io.sluice.broker.security.Principal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the audit trail hears of requests of connections, whichever node they ask. */
class AuditTrailTest {
    private static final Symbol TOPIC = Symbol.valueOf("topic");

    private final TestBroker broker = new TestBroker();
    private TestPeer peer;
    private int requests;

    @BeforeEach
    void twoMessagesAndTheNodes() {
        broker.nodes.put(
                "$management",
                new ManagementNode(Queues.in(broker.mailbox), QueueDefinition::named, broker.connections));
        broker.nodes.put(
                "/management",
                new RabbitManagementNode(
                        address -> broker.mailbox, QueueDefinition::named, () -> "any", BrokerNode.alone("n")));
        peer = TestPeer.begun(broker);
        peer.attachSender(0, "writer", "q");
        peer.send(0, TestPeer.transfer(0, requests++), TestPeer.message("one"));
        peer.send(0, TestPeer.transfer(0, requests++), TestPeer.message("two"));
        peer.settle();
    }

    private void ask(String node, Message request) {
        byte[] bytes = new byte[1 << 14];
        int length = request.encode(bytes, 0, bytes.length);
        int handle = 10 + requests;
        peer.send(0, TestPeer.sender(handle, "to " + handle, node));
        peer.nextOf(Flow.class);
        peer.send(0, TestPeer.transfer(handle, requests++), Arrays.copyOf(bytes, length));
        peer.settle();
    }

    private void manage(Map<String, ?> body, Object... properties) {
        Message request = Message.Factory.create();
        Map<String, Object> named = new HashMap<>();
        for (int i = 0; i < properties.length; i += 2) {
            named.put((String) properties[i], properties[i + 1]);
        }
        request.setApplicationProperties(new ApplicationProperties(named));
        request.setBody(new AmqpValue(body));
        ask("$management", request);
    }

    private void rabbit(String method, String path, Object body) {
        Message request = Message.Factory.create();
        request.setSubject(method);
        request.setAddress(path);
        request.setBody(new AmqpValue(body));
        ask("/management", request);
    }

    private List<AuditedChange> heard() {
        List<AuditedChange> all = List.copyOf(broker.audited);
        broker.audited.clear();
        return all;
    }

    private void hears(What what, Outcome outcome) {
        List<AuditedChange> all = heard();
        assertEquals(1, all.size(), all.toString());
        assertEquals(what, all.get(0).what());
        assertEquals(outcome, all.get(0).outcome());
    }

    private static Outcome done(int status) {
        return new Outcome(status, Optional.empty(), OptionalLong.empty());
    }

    private static Outcome done(int status, long messages) {
        return new Outcome(status, Optional.empty(), OptionalLong.of(messages));
    }

    private static Outcome refused(int status, String why) {
        return new Outcome(status, Optional.of(why), OptionalLong.empty());
    }

    @Test
    void aDeletionIsToldWithWhoAndWithHowManyWentWithTheQueue() {
        manage(null, "operation", "DELETE", "type", "queue", "name", "q");
        assertEquals(
                List.of(new AuditedChange(
                        new By(Principal.ANONYMOUS, Optional.empty(), "test:1", 1),
                        new What("DELETE", "queue", "q"),
                        done(204, 2))),
                heard());
        manage(null, "operation", "DELETE", "type", "queue", "name", "q");
        hears(new What("DELETE", "queue", "q"), refused(404, "there is no queue 'q'"));
    }

    @Test
    void removedAndMovedMessagesAreCounted() {
        broker.declare(QueueDefinition.named("to"));
        manage(null, "operation", "MOVE", "type", "queue", "name", "q", "to", "to", "count", 1);
        hears(new What("MOVE", "queue", "q", Map.of("to", "to")), done(200, 1));
        manage(Map.of("sequences", List.of(2L, 7L)), "operation", "DELETE-MESSAGES", "type", "queue", "name", "q");
        hears(new What("DELETE-MESSAGES", "queue", "q"), done(200, 1));
        manage(null, "operation", "PURGE", "type", "queue", "name", "to");
        hears(new What("PURGE", "queue", "to"), done(200, 1));
    }

    @Test
    void aMoveThatIsNotWaitedForIsToldWhenItBeginsAndWhenItHasEnded() {
        broker.declare(QueueDefinition.named("to"));
        manage(null, "operation", "MOVE", "type", "queue", "name", "q", "to", "to", "wait", false);
        List<AuditedChange> all = heard();
        assertEquals(
                List.of(done(200), done(200, 2)),
                all.stream().map(AuditedChange::outcome).toList());
    }

    @Test
    void whoMayNotIsToldAndWhoLooksIsNot() {
        manage(null, "operation", "READ", "type", "queue", "name", "q");
        manage(null, "operation", "QUERY", "entityType", "queue");
        manage(null, "operation", "PEEK", "type", "queue", "name", "q");
        manage(null, "operation", "EXPLAIN", "type", "queue", "name", "q");
        manage(null, "operation", "NONSENSE", "type", "queue", "name", "q");
        rabbit("GET", "/queues/q", null);
        assertEquals(List.of(), heard());
        broker.permissions = Optional.of(Permissions.NONE);
        manage(null, "operation", "PURGE", "type", "queue", "name", "q");
        hears(new What("PURGE", "queue", "q"), refused(403, "user 'anonymous' may not manage 'q'"));
        rabbit("DELETE", "/queues/q", null);
        hears(new What("DELETE", "queue", "q"), refused(403, "user 'anonymous' may not manage 'q'"));
    }

    @Test
    void nothingOfAPasswordIsTold() {
        manage(
                Map.of("password", "in the clear", "permissions", Map.of("send", List.of("q"))),
                "operation",
                "CREATE",
                "type",
                "user",
                "name",
                "anna");
        List<AuditedChange> all = heard();
        assertEquals(1, all.size());
        assertEquals(new What("CREATE", "user", "anna"), all.get(0).what());
        assertEquals(400, all.get(0).outcome().status());
        assertEquals(false, all.toString().contains("in the clear"), all.toString());
    }

    @Test
    void aConnectionThatIsClosedIsToldWithTheReason() {
        TestPeer second = TestPeer.begun(broker);
        manage(null, "operation", "DELETE", "type", "connection", "identity", "2", "reason", "too many");
        hears(new What("DELETE", "connection", "2", Map.of("reason", "too many")), done(204));
        second.expectClose("amqp:connection:forced");
    }

    @Test
    void rabbitMqsClientsAreToldOfInTheSameTerms() {
        rabbit("PUT", "/queues/new", Map.of());
        hears(new What("CREATE", "queue", "new"), done(201));
        rabbit("DELETE", "/queues/q/messages", null);
        hears(new What("PURGE", "queue", "q"), done(200, 2));
        rabbit("DELETE", "/queues/q", null);
        hears(new What("DELETE", "queue", "q"), done(200, 0));
        rabbit("PUT", "/exchanges/e", Map.of("type", "fanout"));
        hears(new What("CREATE", "exchange", "e"), done(204));
        rabbit("POST", "/bindings", binding());
        hears(
                new What(
                        "CREATE", "binding", "", Map.of("source", "e", "destination_queue", "new", "binding_key", "k")),
                done(204));
        rabbit("DELETE", "/bindings/src=e;dstq=new;key=k;args=", null);
        hears(new What("DELETE", "binding", "src=e;dstq=new;key=k;args="), done(204));
        rabbit("PUT", "/queues/new", Map.of("unheard-of", true));
        assertEquals(400, heard().get(0).outcome().status());
    }

    private static Map<String, Object> binding() {
        return Map.of("source", "e", "destination_queue", "new", "binding_key", "k", "arguments", Map.of());
    }

    @Test
    void aSubscriptionThatIsClosedForGoodIsTold() {
        Attach subscriber = TestPeer.receiver(1, "news", "topic.t");
        Source source = (Source) subscriber.getSource();
        source.setCapabilities(TOPIC);
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        peer.send(0, subscriber);
        peer.nextOf(Attach.class);
        detach(1, false);
        assertEquals(List.of(), heard());

        Attach lookup = TestPeer.receiver(2, "news", "");
        lookup.setSource(null);
        peer.send(0, lookup);
        peer.nextOf(Attach.class);
        detach(2, true);
        hears(new What("UNSUBSCRIBE", "subscription", "tester.news", Map.of("topic", "topic.t")), done(204));
    }

    private void detach(int handle, boolean closed) {
        Detach detach = new Detach();
        detach.setHandle(org.apache.qpid.proton.amqp.UnsignedInteger.valueOf(handle));
        detach.setClosed(closed);
        peer.send(0, detach);
        peer.nextOf(Detach.class);
    }

    /** Those of Service Bus, which are asked at the entity. */
    @Nested
    class OfServiceBus extends ServiceBusPeer {
        @Test
        void whatTheyChangeIsToldAndWhatTheyDoAllDayIsNot() {
            send("s", "one");
            attachManagement("s");
            ask("com.microsoft:peek-message", Map.of("from-sequence-number", 1L, "message-count", 10));
            assertEquals(List.of(), broker.audited);
            ask("com.microsoft:cancel-scheduled-message", Map.of("sequence-numbers", new Long[] {1L}));
            ask("com.microsoft:add-rule", Map.of("rule-name", "big"));
            assertEquals(
                    List.of(
                            new What("cancel-scheduled-message", "queue", "s"),
                            new What("add-rule", "queue", "s", Map.of("rule", "big"))),
                    broker.audited.stream().map(AuditedChange::what).toList());
            assertEquals(
                    List.of(404, 400),
                    broker.audited.stream()
                            .map(change -> change.outcome().status())
                            .toList());
        }
    }
}
