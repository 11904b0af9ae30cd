package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice storage} as processes, on what the started program left: killed, so that the messages are in the journal. */
final class StorageCommandsTest {
    private static final int MESSAGES = 20;

    @TempDir
    Path folder;

    private record Ended(int exitCode, String output, String errors) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString(), "storage"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors);
    }

    private Path killedWithMessages() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (Client client = Client.create();
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                Sender sender = connection.openSender("orders");
                for (int i = 0; i < MESSAGES; i++) {
                    sender.send(Message.create("order " + i).durable(true)).awaitAccepted(20, TimeUnit.SECONDS);
                }
            }
            Ended inUse = run("verify", "--data", data.toString());
            assertEquals(11, inUse.exitCode());
            assertTrue(inUse.errors().contains("in use by another broker, process"), inUse.errors());
            broker.kill();
        }
        return data;
    }

    private static List<String> received(Path data, int count) throws Exception {
        List<String> bodies = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(data);
                Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver receiver = connection.openReceiver("orders");
            for (int i = 0; i < count; i++) {
                Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
                bodies.add(String.valueOf(delivery.message().body()));
            }
        }
        return bodies;
    }

    private static List<String> orders() {
        return Stream.iterate(0, i -> i + 1)
                .limit(MESSAGES)
                .map(i -> "order " + i)
                .toList();
    }

    @Test
    void a_folder_is_verified_shown_exported_and_imported_elsewhere() throws Exception {
        Path data = killedWithMessages();
        Ended verified = run("verify", "--data", data.toString());
        assertEquals(0, verified.exitCode(), verified.errors());
        assertTrue(verified.output().contains("queue orders: " + MESSAGES + " messages"), verified.output());
        assertTrue(verified.output().contains("no damage"), verified.output());

        Ended dumped =
                run("dump", "--data", data.toString(), "--queue", "orders", "--from", "3", "--to", "4", "--bodies");
        assertEquals(
                2,
                dumped.output()
                        .lines()
                        .filter(line -> line.contains("\"Enqueued\""))
                        .count(),
                dumped.output());

        Path file = folder.resolve("orders.export");
        Ended exported = run("export", "--data", data.toString(), file.toString(), "--queue", "orders", "--json");
        assertEquals(0, exported.exitCode(), exported.errors());
        assertTrue(exported.output().contains("\"messages\":" + MESSAGES), exported.output());

        Path other = folder.resolve("other");
        Ended imported = run("import", "--data", other.toString(), file.toString());
        assertEquals(0, imported.exitCode(), imported.errors());
        assertEquals(orders(), received(other, MESSAGES));
        assertEquals(orders(), received(data, MESSAGES), "the tools changed nothing");
    }

    @Test
    void a_damaged_journal_is_found_and_repaired_with_all_but_what_was_damaged() throws Exception {
        Path data = killedWithMessages();
        flip(data, "order 7");
        assertEquals(
                11,
                BrokerProcess.runToEnd(List.of("--port", "0", "--data", data.toString()))
                        .exitCode());
        Ended verified = run("verify", "--data", data.toString());
        assertEquals(1, verified.exitCode(), verified.errors());
        assertTrue(verified.output().contains("queue orders, message of 8"), verified.output());
        Ended dry = run("repair", "--data", data.toString());
        assertEquals(1, dry.exitCode(), dry.errors());
        assertTrue(dry.output().contains("nothing was changed"), dry.output());
        Ended repaired = run("repair", "--data", data.toString(), "--yes");
        assertEquals(0, repaired.exitCode(), repaired.errors());
        assertTrue(repaired.output().contains(".damaged"), repaired.output());
        assertEquals(0, run("verify", "--data", data.toString()).exitCode());
        List<String> expected = new ArrayList<>(orders());
        expected.remove("order 7");
        assertEquals(expected, received(data, MESSAGES - 1));
    }

    @Test
    void a_store_of_a_newer_version_is_refused_by_the_broker_and_the_tools() throws Exception {
        Path data = killedWithMessages();
        Path store = data.resolve("store.db");
        byte[] written = Files.readAllBytes(store);
        ByteBuffer newer = ByteBuffer.wrap(written.clone());
        newer.putShort(8, (short) (newer.getShort(8) + 1));
        CRC32C crc = new CRC32C();
        crc.update(newer.array(), 0, 48);
        newer.putInt(48, (int) crc.getValue());
        Files.write(store, newer.array());
        assertEquals(
                11,
                BrokerProcess.runToEnd(List.of("--port", "0", "--data", data.toString()))
                        .exitCode());
        for (String command : List.of("verify", "repair")) {
            Ended refused = run(command, "--data", data.toString());
            assertEquals(11, refused.exitCode(), refused.output());
            assertTrue(refused.errors().contains("start the newer version that wrote it"), refused.errors());
        }
        assertArrayEquals(newer.array(), Files.readAllBytes(store));
        Files.write(store, written);
        Ended compacted = run("repair", "--compact", "--data", data.toString());
        assertEquals(0, compacted.exitCode(), compacted.errors());
        assertEquals(orders(), received(data, MESSAGES));
    }

    @Test
    void a_folder_that_is_not_there_is_not_made() throws Exception {
        Path nowhere = folder.resolve("nowhere");
        Ended ended = run("verify", "--data", nowhere.toString());
        assertEquals(11, ended.exitCode());
        assertTrue(ended.errors().contains("no data folder"), ended.errors());
        assertFalse(Files.exists(nowhere));
        assertEquals(2, run("verify", "--nonsense").exitCode());
    }

    /** Changes one bit of the text, wherever in the journal it is. */
    private static void flip(Path data, String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        try (Stream<Path> segments = Files.list(data.resolve("journal"))) {
            for (Path segment : segments.toList()) {
                byte[] content = Files.readAllBytes(segment);
                int at = new String(content, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at >= 0) {
                    content[at + wanted.length - 1] ^= 1;
                    Files.write(segment, content);
                    return;
                }
            }
        }
        throw new AssertionError("no " + text + " in the journal");
    }
}
