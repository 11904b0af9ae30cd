package io.sluice.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.NamePattern;
import io.sluice.broker.Origin;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Refusal;
import io.sluice.broker.definitions.Definitions;
import io.sluice.broker.definitions.Policy;
import io.sluice.broker.port.Reply;
import io.sluice.broker.record.DefinitionRecord;
import io.sluice.broker.record.DefinitionRecord.PolicyDefined;
import io.sluice.broker.record.DefinitionRecord.PolicyDeleted;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.TestShard;
import io.sluice.server.config.ConfigurationFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies of the journal count before the templates of the file, and behind a queue that the file declares by its name. */
class EffectiveRulesTest {
    @TempDir
    Path folder;

    private static ShardMailbox shard() throws Exception {
        return TestShard.open();
    }

    private static void define(ShardMailbox shard, DefinitionRecord record) {
        shard.define(are -> record, () -> {}, new Reply<Definitions>() {
            @Override
            public void done(Definitions now) {}

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal.text());
            }
        });
    }

    private static Policy policy(String name, String pattern, Policy.Kind kind, boolean autoCreate, long maxMessages) {
        QueueDefinition plain = QueueDefinition.named("*");
        QueueDefinition.Limits limits = plain.limits();
        return new Policy(
                name,
                1,
                new NamePattern(pattern),
                kind,
                autoCreate,
                plain.withLimits(new QueueDefinition.Limits(
                                maxMessages, limits.maxBytes(), limits.overflow(), limits.maxTtlMillis()))
                        .withDeadLetter(
                                new QueueDefinition.DeadLetter(Optional.of("orders.dead"), Optional.empty(), 3)));
    }

    @Test
    void policiesFirstThenTheFile() throws Exception {
        ShardMailbox shard = shard();
        EffectiveRules rules =
                EffectiveRules.of(ConfigurationFile.read(Files.writeString(folder.resolve("s.yaml"), """
                queues:
                  autoCreate: ["auto.*"]
                  templates: [{pattern: "*", maxMessages: 100}]
                  declared: [{name: orders.declared, maxMessages: 7}]
                topics:
                  templates: [{pattern: "*", maxMessages: 200}]
                """)));
        assertEquals(100, rules.definition("orders.eu").limits().maxMessages(), "nothing is known of policies yet");
        rules.definedIn(shard);
        define(shard, new PolicyDefined(policy("p", "orders.*", Policy.Kind.QUEUES, true, 10)));
        define(shard, new PolicyDefined(policy("t", "news.*", Policy.Kind.TOPICS, false, 20)));

        QueueDefinition orders = rules.definition("orders.eu");
        assertEquals("orders.eu", orders.name());
        assertEquals(Origin.of(Origin.Source.POLICY, "p"), orders.origin());
        assertEquals(
                Origin.of(Origin.Source.POLICY, "t"),
                rules.subscriptionQueue("news.eu").origin());
        assertEquals(
                Origin.of(Origin.Source.CONFIGURATION, ""),
                rules.definition("orders.declared").origin());
        assertEquals(
                Origin.of(Origin.Source.TEMPLATE, "*"),
                rules.definition("news.eu").origin());
        assertEquals(10, orders.limits().maxMessages());
        assertEquals(Optional.of("orders.dead"), orders.deadLetter().queue());
        assertEquals(
                Optional.empty(), rules.definition("orders.dead").deadLetter().queue(), "not its own");
        assertEquals(7, rules.definition("orders.declared").limits().maxMessages());
        assertEquals(100, rules.definition("news.eu").limits().maxMessages());
        assertEquals(20, rules.subscriptionQueue("news.eu").limits().maxMessages());
        assertEquals(200, rules.subscriptionQueue("orders.eu").limits().maxMessages());

        assertEquals(Optional.of(orders), rules.onUse("orders.eu"));
        assertTrue(rules.onUse("auto.x").isPresent());
        assertFalse(rules.onUse("news.eu").isPresent());
        define(shard, new PolicyDeleted("p"));
        assertFalse(rules.onUse("orders.eu").isPresent());
    }
}
