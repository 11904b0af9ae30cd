package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The entity type {@code policy}. */
class ManagedPoliciesTest {
    private ShardMailbox shard;
    private ManagementCalls calls;

    @BeforeEach
    void start() {
        shard = TestShard.open();
        Configured configured = new Configured(QueueDefinition::named, QueueDefinition.named("*"), Map.of());
        calls = new ManagementCalls(
                new ManagementNode(Queues.in(shard), configured, new ConnectionRegistry(), Optional.empty()), () -> {});
    }

    private ManagementCalls.Reply ask(String operation, String name, Map<String, ?> body) {
        return calls.ask(Map.of("operation", operation, "type", "policy", "name", name), body);
    }

    @Test
    void aPolicyIsSetReplacedLookedAtAndRemoved() {
        ask("CREATE", "small", Map.of("pattern", "s.*", "maxMessages", 10L, "order", 5))
                .is(201, "Created");
        ask("CREATE", "all", Map.of("pattern", "*", "autoCreate", true)).is(201, "Created");
        Map<?, ?> small = ask("READ", "small", null).ok().body();
        assertEquals("s.*", small.get("pattern"));
        assertEquals("queues", small.get("appliesTo"));
        assertEquals(false, small.get("autoCreate"));
        assertEquals(10L, small.get("maxMessages"));
        assertEquals(null, small.get("maxBytes"));

        ask("CREATE", "small", Map.of("pattern", "t.*", "order", 200, "appliesTo", "topics", "maxBytes", 7L))
                .is(201, "Created");
        small = ask("READ", "small", null).ok().body();
        assertEquals(null, small.get("maxMessages"), "what was said before counts no more");
        assertEquals(7L, small.get("maxBytes"));
        assertEquals("topics", small.get("appliesTo"));
        List<Map<String, Object>> rows =
                calls.ask("QUERY", "policy", "entityType", "policy").ok().rows();
        assertEquals(
                List.of("all 100", "small 200"),
                rows.stream()
                        .map(row -> row.get("name") + " " + row.get("order"))
                        .toList());

        ask("DELETE", "small", null).is(204, "No Content");
        ask("DELETE", "small", null).is(404, "there is no policy 'small'");
        ask("READ", "small", null).is(404, "there is no policy 'small'");
        assertEquals(1, shard.definitions().policies().size());
    }

    @Test
    void aPolicySaysWhenItsQueuesAreDeletedByThemselves() {
        ask("CREATE", "short", Map.of("pattern", "s.*", "autoDelete", true, "idleExpiryMillis", 60_000))
                .is(201, "Created");
        Map<?, ?> policy = ask("READ", "short", null).ok().body();
        assertEquals(true, policy.get("autoDelete"));
        assertEquals(60_000L, policy.get("idleExpiryMillis"));
        assertEquals(
                new QueueExpiry(true, 60_000),
                shard.definitions().policies().get(0).queue().expiry());
    }

    @Test
    void aPolicySaysWhatTopicsKeep() {
        Map<String, Object> body = Map.of(
                "pattern",
                "n.*",
                "appliesTo",
                "topics",
                "replayMessages",
                100,
                "replayAgeMillis",
                5L,
                "replayToNew",
                3);
        ask("CREATE", "news", body).is(201, "Created");
        assertEquals(
                new Replay(100, QueueDefinition.UNLIMITED, 5, 3),
                shard.definitions().policies().get(0).queue().replay());
        Map<?, ?> policy = ask("READ", "news", null).ok().body();
        assertEquals(100L, policy.get("replayMessages"));
        assertEquals(null, policy.get("replayBytes"));
        assertEquals(5L, policy.get("replayAgeMillis"));
        assertEquals(3L, policy.get("replayToNew"));

        ask("CREATE", "q", Map.of("pattern", "n.*", "replayMessages", 100))
                .is(400, "there is no attribute 'replayMessages' to create a queue with");
        ask("CREATE", "t", Map.of("pattern", "n.*", "appliesTo", "topics", "replayToNew", 1))
                .is(
                        400,
                        "replayMessages is 0, nothing is kept: replayBytes, replayAgeMillis and replayToNew say nothing");
        ask("CREATE", "t", Map.of("pattern", "n.*", "appliesTo", "topics", "replayMessages", "many"))
                .is(400, "attribute 'replayMessages' is no number");
    }

    @Test
    void whatIsWrongIsNamed() {
        ask("CREATE", "p", Map.of()).is(400, "attribute 'pattern' is missing");
        ask("CREATE", "p", Map.of("pattern", "$*")).is(400, "names that begin with $ are the broker's own");
        ask("CREATE", "p", Map.of("pattern", "a", "appliesTo", "moons"))
                .is(400, "attribute 'appliesTo' is queues or topics, not 'moons'");
        ask("CREATE", "p", Map.of("pattern", "a", "maxMesages", 1L))
                .is(400, "there is no attribute 'maxMesages' to create a queue with");
        ask("CREATE", "p", Map.of("pattern", "")).is(400, "a policy's pattern has 1 to 255 characters, this has 0");
        assertEquals(0, shard.definitions().policies().size());
    }
}
