package io.sluice.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.Origin;
import io.sluice.server.config.QueueRules.QueueTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds {@code config/sluice.yaml} to what it promises in its first lines: every key is there, with its default. */
class ShippedFileTest {
    private static final Path SHIPPED = Path.of("../config/sluice.yaml");
    private static final Path THREE_NODES = Path.of("../config/three-nodes.yaml");

    @Test
    void saysTheDefaults() throws Exception {
        assertEquals(Defaults.CONFIGURATION, withoutOrigins(ConfigurationFile.read(SHIPPED)));
    }

    /** That a template is written down does not make it another one. */
    private static Configuration withoutOrigins(Configuration of) {
        QueueRules queues = of.queues();
        TopicRules topics = of.topics();
        return of.with(changed -> changed.queues(new QueueRules(
                        queues.autoCreate(),
                        withoutOrigins(queues.templates()),
                        queues.declared(),
                        queues.placement(),
                        queues.diverts()))
                .topics(new TopicRules(
                        topics.addresses(), topics.maxSubscriptions(), withoutOrigins(topics.templates()))));
    }

    private static List<QueueTemplate> withoutOrigins(List<QueueTemplate> templates) {
        return templates.stream()
                .map(template -> new QueueTemplate(
                        template.pattern(), template.definition().withOrigin(Origin.NONE)))
                .toList();
    }

    @Test
    void anEmptyFileIsTheDefaultsToo() throws Exception {
        assertEquals(Defaults.CONFIGURATION, ConfigurationFile.parse("sluice.yaml", ""));
        assertEquals(Defaults.CONFIGURATION, ConfigurationFile.parse("sluice.yaml", "listen:\namqp:\n"));
    }

    @Test
    void hasEveryKey() throws Exception {
        String file = Files.readString(SHIPPED);
        Stream<Class<? extends Record>> sections = Stream.of(
                Configuration.class,
                Listen.class,
                Listen.Port.class,
                Listen.Server.class,
                Listen.Tls.class,
                Listen.Certificate.class,
                Configuration.Security.class,
                Configuration.User.class,
                Tokens.class,
                Tokens.SasKey.class,
                Tokens.Jwt.class,
                Tokens.Scope.class,
                Configuration.Amqp.class,
                Configuration.Storage.class,
                Configuration.Memory.class,
                Configuration.Metrics.class,
                Cluster.Node.class,
                Cluster.class,
                Cluster.Replication.class,
                QueueRules.class,
                VirtualHost.class);
        sections.flatMap(section -> Stream.of(section.getRecordComponents()))
                .forEach(key -> assertTrue(file.contains(key.getName() + ":"), key.getName()));
        List.of(
                        "kind",
                        "weights",
                        "durable",
                        "maxMessages",
                        "maxBytes",
                        "overflow",
                        "maxTtlMillis",
                        "deduplicate",
                        "duplicateWindowMessages",
                        "duplicateWindowMillis",
                        "duplicateIdProperty",
                        "messageGroups",
                        "maxIdleGroups",
                        "singleActiveConsumer",
                        "lockMillis",
                        "autoDelete",
                        "idleExpiryMillis",
                        "replayMessages",
                        "replayBytes",
                        "replayAgeMillis",
                        "replayToNew",
                        "secretFile",
                        "handThroughWaitMillis")
                .forEach(key -> assertTrue(file.contains(" " + key + ":"), key));
    }

    /** The comment above or beside each key is its only documentation. */
    @Test
    void explainsEveryKeyThatHasAValue() throws Exception {
        explainsEveryKey(SHIPPED);
    }

    @Test
    void theFileOfThreeNodesExplainsItsKeysToo() throws Exception {
        explainsEveryKey(THREE_NODES);
    }

    @Test
    void theFileOfThreeNodesIsTheDefaultsButForItsNodes() throws Exception {
        Configuration file = ConfigurationFile.read(THREE_NODES);
        Cluster cluster = file.cluster();
        assertEquals("three-nodes", cluster.name());
        assertEquals(
                List.of(
                        new Cluster.Node("n1", "127.0.0.1", 5672, 5772, 5872, List.of()),
                        new Cluster.Node("n2", "127.0.0.1", 5673, 5773, 5873, List.of()),
                        new Cluster.Node("n3", "127.0.0.1", 5674, 5774, 5874, List.of())),
                cluster.nodes());
        assertEquals(Defaults.CLUSTER.replication(), cluster.replication());
        assertEquals(Defaults.STORAGE, file.storage());
    }

    private static void explainsEveryKey(Path file) throws Exception {
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            boolean hasValue = line.matches("(- )?[a-zA-Z]+: .+") && !line.startsWith("#");
            if (hasValue && !line.startsWith("- pattern")) {
                String above = lines.get(i - 1).strip();
                assertTrue(above.startsWith("#"), "line " + (i + 1) + " has no comment: " + line);
            }
        }
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path missing = Path.of("no-such-folder/sluice.yaml");
        ConfigurationException error = org.junit.jupiter.api.Assertions.assertThrows(
                ConfigurationException.class, () -> ConfigurationFile.read(missing));
        assertEquals("no-such-folder/sluice.yaml: there is no such file", error.getMessage());
    }
}
