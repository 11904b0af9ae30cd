package io.sluice.amqp.management;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.ConnectionRegistry;
import io.sluice.broker.Divert;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Subscription.Selection;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The entity type {@code divert}, and queues that forward. */
class ManagedDivertsTest {
    private ManagementCalls calls;

    @BeforeEach
    void start() {
        ShardMailbox shard = TestShard.open();
        Divert ofTheFile =
                new Divert("file", NodeKind.TOPIC, new NamePattern("t"), Selection.ALL, NodeKind.QUEUE, "log", false);
        Configured configured = new Configured(ManagedDivertsTest::template, QueueDefinition.named("*"), Map.of())
                .withDiverts(List.of(ofTheFile));
        calls = new ManagementCalls(
                new ManagementNode(Queues.in(shard), configured, new ConnectionRegistry(), Optional.empty()), () -> {});
    }

    private ManagementCalls.Reply ask(String operation, String type, String name, Map<String, ?> body) {
        return calls.ask(Map.of("operation", operation, "type", type, "name", name), body);
    }

    private ManagementCalls.Reply divert(String operation, String name, Map<String, ?> body) {
        return ask(operation, "divert", name, body);
    }

    @Test
    void aDivertIsDefinedReplacedLookedAtAndDeleted() {
        divert("CREATE", "d", Map.of("pattern", "a.*", "to", "b", "selector", "x > 1", "exclusive", true))
                .is(201, "Created");
        Map<?, ?> is = divert("READ", "d", null).ok().body();
        assertEquals("defined", is.get("origin"));
        assertEquals("x > 1", is.get("filter"));
        assertEquals(true, is.get("exclusive"));
        divert("CREATE", "d", Map.of("of", "topic", "pattern", "a.*", "to", "c", "toA", "topic"))
                .is(201, "Created");
        assertEquals(
                List.of("d topic topic c false defined", "file topic queue log false configuration"),
                calls.ask("QUERY", "divert", "entityType", "divert").ok().rows().stream()
                        .map(row -> row.get("name") + " " + row.get("of") + " " + row.get("toA") + " " + row.get("to")
                                + " " + row.get("exclusive") + " " + row.get("origin"))
                        .toList());
        divert("DELETE", "d", null).is(204, "No Content");
        divert("DELETE", "d", null).is(404, "there is no divert 'd'");
        divert("READ", "d", null).is(404, "there is no divert 'd'");
    }

    @Test
    void oneOfTheFileIsChangedThere() {
        String text = "divert 'file' stands in the configuration file, and is changed there";
        divert("CREATE", "file", Map.of("pattern", "a", "to", "b")).is(403, text);
        divert("DELETE", "file", null).is(403, text);
        assertEquals("configuration", divert("READ", "file", null).ok().body().get("origin"));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        divert("CREATE", "d", Map.of("to", "b")).is(400, "attribute 'pattern' is missing");
        divert("CREATE", "d", Map.of("pattern", "a")).is(400, "attribute 'to' is missing");
        divert("CREATE", "d", Map.of("pattern", "a", "to", "a")).is(400, "a divert from 'a' to itself leads nowhere");
        divert("CREATE", "d", Map.of("pattern", "a", "to", "b", "toa", "topic"))
                .is(400, "there is no attribute 'toa' to create a divert with");
        divert("CREATE", "d", Map.of("pattern", "a", "to", "b", "of", "exchange"))
                .is(400, "attribute 'of' is queue or topic, not 'exchange'");
        divert("CREATE", "d", Map.of("pattern", "a", "to", "b", "selector", "x", "sql", "x"))
                .is(400, "attributes 'selector' and 'sql' exclude each other");
    }

    @Test
    void aQueueSaysWhereItsSettingsComeFrom() {
        ask("CREATE", "queue", "small.a", Map.of("maxBytes", 9L, "overflow", "reject"))
                .is(201, "Created");
        Map<?, ?> origins = origins("small.a");
        assertEquals("explicit", origins.get("maxBytes"));
        assertEquals("explicit", origins.get("overflow"), "also what is the default");
        assertEquals("policy small", origins.get("maxMessages"));
        assertEquals("default", origins.get("kind"));
        ask("UPDATE", "queue", "small.a", Map.of("maxMessages", 4L)).ok();
        assertEquals("explicit", origins("small.a").get("maxMessages"));
        ask("CREATE", "queue", "old", Map.of()).is(201, "Created");
        assertEquals("unknown", origins("old").get("maxMessages"));
    }

    private Map<?, ?> origins(String queue) {
        return (Map<?, ?>) ask("READ", "queue", queue, null).ok().body().get("origins");
    }

    private static QueueDefinition template(String name) {
        QueueDefinition three = QueueDefinition.named(name)
                .withLimits(new QueueDefinition.Limits(
                        3, QueueDefinition.UNLIMITED, QueueDefinition.Overflow.REJECT, QueueDefinition.UNLIMITED));
        if (name.startsWith("small")) {
            return three.withOrigin(Origin.of(Origin.Source.POLICY, "small"));
        }
        return name.equals("old") ? three : QueueDefinition.named(name);
    }

    @Test
    void aQueueForwardsAndLoopsAreNamed() {
        ask("CREATE", "queue", "a", Map.of("forwardTo", "b")).is(201, "Created");
        assertEquals(
                "b queue",
                ask("READ", "queue", "a", null).ok().body().get("forwardTo") + " "
                        + ask("READ", "queue", "a", null).ok().body().get("forwardToA"));
        divert("CREATE", "d", Map.of("pattern", "b", "to", "a", "exclusive", true))
                .is(
                        409,
                        "divert 'd' may not lead from b to queue 'a': that is a loop,"
                                + " queue 'b' -> queue 'a' -> queue 'b'");
        ask("CREATE", "queue", "b", Map.of("forwardTo", "a"))
                .is(
                        409,
                        "queue 'b' may not forward to queue 'a': that is a loop,"
                                + " queue 'b' -> queue 'a' -> queue 'b'");
        ask("CREATE", "queue", "c", Map.of("forwardTo", "t", "forwardToA", "topic"))
                .is(201, "Created");
        assertEquals("topic", ask("READ", "queue", "c", null).ok().body().get("forwardToA"));
        Map<String, Object> nothing = new java.util.HashMap<>();
        nothing.put("forwardTo", null);
        assertEquals(null, ask("UPDATE", "queue", "c", nothing).ok().body().get("forwardTo"));
    }
}
