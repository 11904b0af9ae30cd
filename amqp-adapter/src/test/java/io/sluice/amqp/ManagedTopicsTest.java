package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.management.ManagementCalls;
import io.sluice.amqp.management.ManagementNode;
import io.sluice.amqp.management.Queues;
import io.sluice.broker.QueueDefinition;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Topics and subscriptions as an administrator sees and ends them. */
class ManagedTopicsTest {
    private static final Symbol TOPIC = Symbol.valueOf("topic");

    private final TestBroker broker = new TestBroker();
    private final ManagementCalls management = new ManagementCalls(
            new ManagementNode(Queues.in(broker.mailbox), QueueDefinition::named, broker.connections), broker::run);
    private final TestPeer peer = TestPeer.begun(broker);

    @BeforeEach
    void aDurableSubscriptionWithABacklog() {
        subscribe(0, "audit", "events");
        Attach publisher = TestPeer.sender(1, "publisher", "events");
        ((Target) publisher.getTarget()).setCapabilities(TOPIC);
        peer.send(0, publisher);
        peer.nextOf(Attach.class);
        for (int i = 0; i < 2; i++) {
            peer.send(0, TestPeer.transfer(1, i), TestPeer.message("event " + i));
            peer.nextOf(Disposition.class);
        }
    }

    private void subscribe(int handle, String name, String topic) {
        Attach attach = TestPeer.receiver(handle, name, topic);
        Source source = (Source) attach.getSource();
        source.setCapabilities(TOPIC);
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        peer.send(0, attach);
        peer.nextOf(Attach.class);
    }

    private List<Map<String, Object>> query(String type) {
        return management
                .ask(Map.of("operation", "QUERY", "entityType", type), Map.of())
                .ok()
                .rows();
    }

    @Test
    void theyAreListed() {
        Map<String, Object> topic = query("topic").get(0);
        assertEquals("events", topic.get("name"));
        assertEquals(1, topic.get("producers"));
        assertEquals(1, topic.get("subscriptions"));
        assertEquals(2L, topic.get("messages"));
        Map<String, Object> subscription = query("subscription").get(0);
        assertEquals("audit", subscription.get("name"));
        assertEquals("events", subscription.get("topic"));
        assertEquals("tester", subscription.get("container"));
        assertEquals(true, subscription.get("durable"));
        assertEquals(false, subscription.get("shared"));
        assertEquals(false, subscription.get("global"));
        assertEquals(1, subscription.get("links"));
        assertEquals("never", subscription.get("expiryPolicy"));
        assertEquals(0L, subscription.get("timeoutSeconds"));
        assertTrue(subscription.containsKey("endsAtMillis"));
        assertNull(subscription.get("endsAtMillis"));
        assertEquals(2L, subscription.get("messages"));
        assertEquals(
                subscription.get("identity"),
                management
                        .ask("READ", "subscription", "name", "audit")
                        .ok()
                        .body()
                        .get("identity"));
        assertEquals(
                "events",
                management.ask("READ", "topic", "name", "events").ok().body().get("name"));
        management.ask("READ", "topic", "name", "none").is(404, "nobody publishes or subscribes to a topic 'none'");
    }

    @Test
    void whatWaitsForOneIsLookedAtThroughItsQueue() {
        Object queue = query("subscription").get(0).get("queue");
        List<?> messages = (List<?>)
                management.ask("PEEK", "queue", "name", queue).ok().body().get("messages");
        assertEquals(2, messages.size());
        assertEquals(
                "no-credit",
                management.ask("EXPLAIN", "queue", "name", queue).ok().body().get("reason"));
    }

    @Test
    void aSubscriptionIsEnded() {
        subscribe(2, "other", "events");
        Object identity = query("subscription").stream()
                .filter(row -> row.get("name").equals("audit"))
                .findFirst()
                .orElseThrow()
                .get("identity");
        management.ask("DELETE", "subscription", "identity", identity).is(204, "No Content");
        peer.expectDetach("amqp:resource-deleted");
        assertEquals(1, query("subscription").size());
        management
                .ask("DELETE", "subscription", "identity", identity)
                .is(404, "there is no subscription '" + identity + "'");
        management
                .ask("DELETE", "subscription", "name", "other", "container", "somebody else")
                .is(404, "there is no subscription 'other'");
        management
                .ask("DELETE", "subscription", "name", "other", "container", "tester")
                .is(204, "No Content");
        assertEquals(List.of(), query("subscription"));
    }

    @Test
    void aTopicIsEndedWithItsSubscriptions() {
        management.ask("DELETE", "topic", "name", "events").is(204, "No Content");
        assertEquals(List.of(), query("topic"));
        assertEquals(List.of(), query("subscription"));
        assertTrue(query("queue").stream()
                .noneMatch(row -> row.get("name").toString().contains("audit")));
    }
}
