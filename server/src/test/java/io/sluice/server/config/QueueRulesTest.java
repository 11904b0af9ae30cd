package io.sluice.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Dispatching;
import io.sluice.broker.Divert;
import io.sluice.broker.Forward;
import io.sluice.broker.MessageLife;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Overflow;
import io.sluice.broker.QueueDefinition.Service;
import io.sluice.broker.QueueDefinition.Weighted;
import io.sluice.broker.QueueExpiry;
import io.sluice.broker.Replay;
import io.sluice.broker.shard.Placement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueueRulesTest {
    @ParameterizedTest
    @CsvSource({
        "*, orders, true",
        "*, $management, false",
        "$*, $management, true",
        "orders, orders, true",
        "orders, orders.eu, false",
        "orders.*, orders.eu, true",
        "orders.*, orders., true",
        "orders.*, orders, false",
        "*.eu, orders.eu, true",
        "*.eu, orders.eu.old, false",
        "*.eu, a.eu.b.eu, true",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-c-b, false",
        "**, x, true",
        "a.b, axb, false",
    })
    void patternsMatchWholeNames(String pattern, String name, boolean matches) {
        assertEquals(matches, new NamePattern(pattern).matches(name));
    }

    @Test
    void theEmptyRunMatchesAStarAndNothingElse() {
        assertTrue(new NamePattern("*").matches(""));
        assertFalse(new NamePattern("a*").matches(""));
    }

    @Test
    void aQueueMayBeDeletedByItself() throws Exception {
        QueueRules rules = rules("""
                queues:
                  declared:
                    - {name: both, autoDelete: true, idleExpiryMillis: 60000}
                    - {name: never, idleExpiryMillis: unlimited}
                """);
        assertEquals(
                List.of(new QueueExpiry(true, 60_000), QueueExpiry.NEVER),
                rules.declared().stream().map(QueueDefinition::expiry).toList());
    }

    @Test
    void loopsAreProblemsOfTheFile() {
        ConfigurationException wrong = assertThrows(ConfigurationException.class, () -> rules("""
                queues:
                  declared:
                    - {name: a, forwardTo: b}
                    - {name: self, forwardTo: $x}
                  diverts:
                    - {name: back, pattern: "b*", to: a, exclusive: true}
                    - {name: all, pattern: "*", to: all}
                """));
        for (String problem : List.of(
                "queues.declared has \"a\", whose forwardTo closes a loop: queue 'a' -> queue 'b' -> queue 'a'",
                "queues.declared[1].forwardTo leads nowhere",
                "queues.diverts has \"back\", which closes a loop: queue 'b' -> queue 'a' -> queue 'b'")) {
            assertTrue(wrong.getMessage().contains(problem), wrong.getMessage());
        }
        assertFalse(wrong.getMessage().contains("\"all\""), wrong.getMessage());
    }

    @Test
    void messagesMayBeDiverted() throws Exception {
        List<Divert> diverts = rules("""
                queues:
                  diverts:
                    - {name: audit, pattern: "orders.*", selector: "total > 1000", to: audit}
                    - {name: news, of: topic, pattern: news, sql: "h.priority > 4", to: urgent, toA: topic, exclusive: true}
                    - {name: forward, pattern: a, to: b, exclusive: true}
                """).diverts();
        assertEquals(
                List.of(
                        "audit QUEUE orders.* QUEUE audit false",
                        "news TOPIC news TOPIC urgent true",
                        "forward QUEUE a QUEUE b true"),
                diverts.stream()
                        .map(each -> each.name() + " " + each.kind() + " " + each.pattern() + " " + each.toKind() + " "
                                + each.to() + " " + each.exclusive())
                        .toList());
        assertEquals(
                List.of(false, false, true),
                diverts.stream().map(each -> each.selection().isAll()).toList());
        ConfigurationException wrong = assertThrows(ConfigurationException.class, () -> rules("""
                queues:
                  diverts:
                    - {name: a, pattern: q, to: q}
                    - {name: a, pattern: q, to: r, selector: "total >"}
                    - {name: b, pattern: q}
                    - {name: c, pattern: q, to: r, toa: topic}
                """));
        for (String problem : List.of(
                "queues.diverts[0].to leads nowhere: a divert from 'q' to itself",
                "queues.diverts[1].name is \"a\", which another divert has already",
                "queues.diverts[1].selector cannot be read",
                "queues.diverts[2].to is missing",
                "toa")) {
            assertTrue(wrong.getMessage().contains(problem), problem + " in " + wrong.getMessage());
        }
    }

    @Test
    void aTopicMayKeepItsLastMessages() throws Exception {
        Configuration read = ConfigurationFile.parse("sluice.yaml", """
                topics:
                  templates:
                    - {pattern: "n.*", replayMessages: 100, replayBytes: 5000, replayAgeMillis: 60000, replayToNew: 3}
                    - {pattern: "a.*", replayMessages: unlimited, replayAgeMillis: 60000}
                    - {pattern: "*"}
                """);
        assertEquals(
                List.of(
                        new Replay(100, 5000, 60_000, 3),
                        new Replay(QueueDefinition.UNLIMITED, QueueDefinition.UNLIMITED, 60_000, 0),
                        Replay.OFF),
                read.topics().templates().stream()
                        .map(template -> template.definition().replay())
                        .toList());
        ConfigurationException wrong = assertThrows(
                ConfigurationException.class,
                () -> ConfigurationFile.parse(
                        "sluice.yaml", "topics:\n  templates:\n    - {pattern: \"*\", replayToNew: 3}\n"));
        assertTrue(
                wrong.getMessage().contains("topics.templates[0].replayMessages does not go with the others"),
                wrong.getMessage());
        ConfigurationException ofQueues = assertThrows(
                ConfigurationException.class,
                () -> ConfigurationFile.parse(
                        "sluice.yaml", "queues:\n  templates:\n    - {pattern: \"*\", replayMessages: 3}\n"));
        assertTrue(ofQueues.getMessage().contains("replayMessages"), ofQueues.getMessage());
    }

    @Test
    void thePlacementThatMatchesFirstCounts() throws Exception {
        QueueRules rules = rules("""
                shards: 4
                queues:
                  placement:
                    - {pattern: "orders.*", shard: 3}
                    - {pattern: "o*", shard: 0}
                """);
        Placement placement = rules.placement(4);
        assertEquals(3, placement.shardOf("orders.eu"));
        assertEquals(0, placement.shardOf("orders"));
        assertEquals(1, placement.shardOf("invoices"));
    }

    @Test
    void theFirstTemplateThatMatchesCounts() throws Exception {
        QueueRules rules = rules("""
                queues:
                  templates:
                    - pattern: jobs.urgent
                      kind: weighted
                      weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 9]
                    - pattern: "jobs.*"
                      kind: fifo
                      durable: false
                      maxMessages: 10
                      maxBytes: 2000
                      overflow: drop-head
                      maxTtlMillis: 5000
                      deadLetterQueue: jobs.dead
                      maxDeliveries: unlimited
                      expiryQueue: late
                      deadLetterExchange: jobs.rest
                      deadLetterRoutingKey: jobs.key
                      deduplicate: true
                      duplicateWindowMessages: 5
                      duplicateWindowMillis: 6
                      duplicateIdProperty: order
                      messageGroups: while-unsettled
                      maxIdleGroups: 7
                      singleActiveConsumer: true
                      lockMillis: 8
                      retryBackoff: exponential
                      retryDelayMillis: 100
                      retryMultiplierPercent: 150
                      retryMaxDelayMillis: 5000
                      retryJitterPercent: 10
                      retryOn: all
                      maxAcquisitions: 7
                      undeliverableMillis: 60000
                      lastValue: true
                      lastValueKeys: 50
                      lastValueProperty: symbol
                      acknowledgedQueue: jobs.done
                      forwardTo: jobs.all
                      forwardToA: topic
                      stampMessages: true
                """);
        assertEquals(
                new Weighted(List.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 9)),
                rules.definition("jobs.urgent").service());
        QueueDefinition jobs = rules.definition("jobs.a");
        assertEquals("jobs.a", jobs.name());
        assertEquals(Service.FIFO, jobs.service());
        assertFalse(jobs.durable());
        assertEquals(new QueueDefinition.Deduplication(5, 6, "order"), jobs.deduplication());
        assertEquals(new Dispatching(Dispatching.Groups.WHILE_UNSETTLED, 7, true, 8), jobs.dispatching());
        assertEquals(
                new MessageLife(
                        new MessageLife.Backoff(
                                MessageLife.Growth.EXPONENTIAL, 100, 150, 5_000, 10, MessageLife.Waits.ALL),
                        7,
                        60_000,
                        new MessageLife.LastValue(50, "symbol"),
                        true,
                        Optional.of("jobs.done"),
                        Optional.of(new Forward(NodeKind.TOPIC, "jobs.all"))),
                jobs.life());
        assertEquals(MessageLife.PLAIN, rules.definition("jobs.urgent").life());
        assertEquals(new QueueDefinition.Limits(10, 2000, Overflow.DROP_HEAD, 5000), jobs.limits());
        assertEquals(
                new QueueDefinition.DeadLetter(Optional.of("jobs.dead"), Optional.of("late"), 0)
                        .withExchange(Optional.of("jobs.rest"), "jobs.key"),
                jobs.deadLetter());
    }

    @Test
    void aNameNoTemplateMatchesIsADefaultQueue() throws Exception {
        QueueRules rules = rules("queues:\n  templates: []\n");
        QueueDefinition queue = rules.definition("any");
        assertEquals(Service.STRICT, queue.service());
        assertTrue(queue.durable());
        assertEquals(new QueueDefinition.DeadLetter(Optional.of("DLQ"), Optional.empty(), 10), queue.deadLetter());
        assertEquals(Dispatching.DEFAULT, queue.dispatching());
    }

    @Test
    void aQueueIsNeverItsOwnDeadLetterQueue() {
        QueueDefinition deadLetters = Defaults.QUEUES.definition("DLQ");
        assertEquals(QueueDefinition.DeadLetter.NONE, deadLetters.deadLetter());
    }

    @Test
    void aDeclaredQueueIsWhatItsEntrySays() throws Exception {
        QueueRules rules = rules("queues:\n  declared:\n    - {name: q, kind: fifo, deadLetterQueue: \"\"}\n");
        assertEquals(List.of(rules.definition("q")), rules.declared());
        assertEquals(Service.FIFO, rules.definition("q").service());
        assertEquals(Optional.empty(), rules.definition("q").deadLetter().queue());
    }

    @Test
    void namesAreCreatedOnUseByPattern() throws Exception {
        assertTrue(Defaults.QUEUES.createsOnUse("orders"));
        assertFalse(Defaults.QUEUES.createsOnUse("$management"));
        assertFalse(Defaults.QUEUES.createsOnUse("x".repeat(256)));
        assertFalse(rules("queues:\n  autoCreate: []\n").createsOnUse("orders"));
        assertFalse(rules("queues:\n  autoCreate:\n").createsOnUse("orders"));
        assertTrue(rules("queues:\n  autoCreate: [\"a.*\", b]\n").createsOnUse("b"));
    }

    private static QueueRules rules(String text) throws ConfigurationException {
        return ConfigurationFile.parse("sluice.yaml", text).queues();
    }
}
