package io.sluice.program;

import static io.sluice.program.Operator.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator reads and mends of a broker with several shards: its figures, and the folders it leaves. */
final class SeveralShardsOperatedTest {
    @TempDir
    Path folder;

    /** In shards 2 and 1 of four. */
    private static void send(BrokerProcess broker) throws Exception {
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            for (String queue : List.of("orders", "invoices")) {
                for (int i = 0; i < 3; i++) {
                    connection
                            .send(Message.create(queue + " " + i).durable(true).to(queue))
                            .awaitAccepted(60, TimeUnit.SECONDS);
                }
            }
        }
    }

    @Test
    void figures_say_which_shard_and_tools_go_through_all_folders() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                shards: 4
                amqp: {largeMessageBytes: 65536}
                metrics: {prometheus: true, port: 0}
                storage: {segmentBytes: 1048576, journalBudgetBytes: 8388608, journalMaxBytes: 33554432, minFreeDiskBytes: 0}
                """);
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString())) {
            send(broker);
            MetricsTest.awaitValue(MetricsTest.metrics(broker), "sluice_shard_messages{shard=\"2\"}", 3);
            MetricsTest.awaitValue(MetricsTest.metrics(broker), "sluice_shard_messages{shard=\"1\"}", 3);
            MetricsTest.awaitValue(MetricsTest.metrics(broker), "sluice_shard_messages{shard=\"0\"}", 0);
            broker.kill();
        }
        Operator operator = Operator.withoutBroker();
        String dump = operator.ok("storage", "dump", "--data", data.toString(), "--bodies");
        has(dump, "\"orders\"", "\"invoices\"");
        assertFalse(operator.ok("storage", "dump", "--data", data.toString(), "--queue", "orders")
                .contains("\"invoices\""));

        flip(data.resolve("shards").resolve("2").resolve("journal"), "orders 1");
        Operator.Ended verified = operator.run("storage", "verify", "--data", data.toString());
        assertEquals(1, verified.exitCode(), verified.errors());
        has(verified.output(), "shard 2", "queue orders, message of 2");
        has(verified.output(), "queue invoices: 3 messages");
        assertEquals(
                1, operator.run("storage", "repair", "--data", data.toString()).exitCode());
        has(operator.ok("storage", "repair", "--data", data.toString(), "--yes"), ".damaged");
        has(
                operator.ok("storage", "verify", "--data", data.toString()),
                "queue orders: 2 messages",
                "queue invoices: 3 messages");
    }

    /** Changes one bit of the text in a file of the folder. */
    private static void flip(Path journal, String text) throws Exception {
        try (Stream<Path> segments = Files.list(journal)) {
            for (Path segment : segments.toList()) {
                byte[] content = Files.readAllBytes(segment);
                int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    content[at + text.length() - 1] ^= 1;
                    Files.write(segment, content);
                    return;
                }
            }
        }
        throw new AssertionError("no " + text + " in " + journal);
    }
}
