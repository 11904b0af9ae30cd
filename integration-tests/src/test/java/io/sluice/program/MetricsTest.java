package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator's monitoring reads from the started program. */
final class MetricsTest {
    private static final int MESSAGES = 5;

    @TempDir
    Path folder;

    @Test
    void the_journal_s_figures_are_there_for_prometheus() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), "metrics: {prometheus: true, port: 0}\n");
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString())) {
            send(broker);
            URI uri = metrics(broker);
            String text = get(uri).body();
            assertTrue(value(text, "sluice_journal_force_seconds_count") >= MESSAGES, text);
            assertTrue(value(text, "sluice_journal_frame_records_sum") >= MESSAGES, text);
            assertEquals(0, value(text, "sluice_journal_lag_batches"), text);
            assertTrue(value(text, "sluice_shard_memory_limit_bytes") > 0, text);
            assertEquals(1, value(text, "sluice_journal_segments{state=\"active\"}"), text);
            assertTrue(value(text, "sluice_storage_size_bytes{kind=\"journal\"}") > 0, text);
            awaitValue(uri, "sluice_shard_priority_messages{priority=\"4\"}", MESSAGES);
            assertEquals(404, get(uri.resolve("/")).statusCode());
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void the_store_s_figures_are_there_for_prometheus() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), "metrics: {prometheus: true, port: 0}\n");
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString())) {
            send(broker);
            String text = get(metrics(broker)).body();
            assertEquals(0, value(text, "sluice_store_checkpoint_seconds_count"), text);
            assertEquals(0, value(text, "sluice_store_checkpoint_failed_total"), text);
            assertEquals(0, value(text, "sluice_store_checkpoint_written_bytes_count"), text);
            assertEquals(0, value(text, "sluice_store_pages"), text);
            assertEquals(0, value(text, "sluice_storage_size_bytes{kind=\"large\"}"), text);
            // The stop writes a checkpoint.
            assertEquals(0, broker.stop());
        }
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString())) {
            String text = get(metrics(broker)).body();
            assertEquals(1, value(text, "sluice_store_pages"), text);
            assertTrue(value(text, "sluice_store_slots_free") >= 0, text);
            double live = value(text, "sluice_store_live_ratio");
            assertTrue(live > 0 && live <= 1, text);
            assertEquals(0, value(text, "sluice_store_read_seconds_count"), "nothing is read at the start");
            assertEquals(0, value(text, "sluice_store_read_failed_total"), text);
            assertTrue(value(text, "sluice_storage_size_bytes{kind=\"store\"}") > 0, text);
            assertTrue(value(text, "sluice_storage_size_bytes{kind=\"redo\"}") > 0, text);
            receive(broker);
            assertEquals(1, value(get(metrics(broker)).body(), "sluice_store_read_seconds_count"));
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void a_port_that_is_taken_ends_the_start() throws Exception {
        Path first = Files.writeString(folder.resolve("first.yaml"), "metrics: {prometheus: true, port: 0}\n");
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("first"), "--config", first.toString())) {
            Path second = Files.writeString(
                    folder.resolve("second.yaml"),
                    "metrics: {prometheus: true, port: " + metrics(broker).getPort() + "}\n");
            BrokerProcess.Ended ended = BrokerProcess.runToEnd(List.of(
                    "--port", "0", "--data", folder.resolve("second").toString(), "--config", second.toString()));
            assertEquals(12, ended.exitCode(), ended.output());
            assertTrue(ended.output().contains("for metrics"), ended.output());
        }
    }

    private static void send(BrokerProcess broker) throws Exception {
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            Sender sender = connection.openSender("metrics.queue");
            for (int i = 0; i < MESSAGES; i++) {
                sender.send(Message.create("x").durable(true)).awaitAccepted(20, TimeUnit.SECONDS);
            }
        }
    }

    private static void receive(BrokerProcess broker) throws Exception {
        try (Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver receiver = connection.openReceiver("metrics.queue");
            for (int i = 0; i < MESSAGES; i++) {
                assertNotNull(receiver.receive(20, TimeUnit.SECONDS), "message " + i);
            }
        }
    }

    /** The log says where, before the ready line is printed; a thread of ours reads it. */
    static URI metrics(BrokerProcess broker) {
        Pattern line = Pattern.compile("Metrics at (\\S+)");
        while (broker.isAlive()) {
            Matcher found = line.matcher(String.join("\n", broker.errors()));
            if (found.find()) {
                return URI.create(found.group(1));
            }
            Thread.onSpinWait();
        }
        throw new AssertionError(String.join("\n", broker.errors()));
    }

    private static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** The shard publishes its sums ten times a second. */
    static void awaitValue(URI uri, String name, double expected) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String text = get(uri).body();
        while (value(text, name) != expected) {
            assertTrue(System.nanoTime() < deadline, text);
            text = get(uri).body();
        }
    }

    private static double value(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in\n" + text));
    }
}
