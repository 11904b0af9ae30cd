package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A broker on its own, with messages, becomes the first node of a cluster, and a second one joins: all with the started program. */
@Timeout(300)
final class ClusterInitTest {
    /** On a busy machine the primary is not to change where nothing is meant to happen. */
    private static final String PATIENT = "replication: {electionMinMillis: 1500, electionMaxMillis: 3000}\n";

    private static final int MESSAGES = 20;

    @TempDir
    private Path folder;

    private record Ended(int exitCode, String output, String errors) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors);
    }

    private static String ok(String... arguments) throws IOException, InterruptedException {
        Ended ended = run(arguments);
        assertEquals(0, ended.exitCode(), ended.errors());
        return ended.output();
    }

    /** Its entry in the file, and its addresses. */
    private record Node(String name, int port, int replicationPort, int handThroughPort) {
        static Node of(String name) {
            return new Node(name, FreePorts.take(), FreePorts.take(), FreePorts.take());
        }

        String entry() {
            return "    - {name: " + name + ", host: 127.0.0.1, port: " + port + ", replicationPort: " + replicationPort
                    + ", handThroughPort: " + handThroughPort + "}\n";
        }
    }

    @Test
    void a_broker_on_its_own_grows_to_two_nodes() throws Exception {
        Path data = folder.resolve("n1");
        BrokerProcess alone = BrokerProcess.start(data);
        String before = alone.uri();
        ok("send", "kept", "m", "--count", String.valueOf(MESSAGES), "--url", before);
        Ended status = run("cluster", "status", "--url", before);
        assertEquals(1, status.exitCode());
        assertTrue(status.errors().contains("is a broker on its own, not in a cluster"), status.errors());

        Node n1 = Node.of("n1");
        Node n2 = Node.of("n2");
        Path file = Files.writeString(
                folder.resolve("cluster.yaml"),
                PATIENT + "cluster:\n  name: grown\n  nodes:\n" + n1.entry() + n2.entry());
        Ended inUse = run("cluster", "init", "--config", file.toString(), "--node", "n1", "--data", data.toString());
        assertEquals(11, inUse.exitCode());
        assertTrue(inUse.errors().contains("in use by another broker"), inUse.errors());
        alone.kill();

        assertEquals(
                "{\"cluster\":\"grown\",\"node\":\"n1\"}",
                ok("cluster", "init", "--config", file.toString(), "--node", "n1", "--data", data.toString(), "--json")
                        .strip());
        Ended again = run("cluster", "init", "--config", file.toString(), "--node", "n1", "--data", data.toString());
        assertEquals(11, again.exitCode());
        assertTrue(again.errors().contains("is of a node of a cluster"), again.errors());

        String config = file.toString();
        try (BrokerProcess first = BrokerProcess.startOn(n1.port(), data, "--config", config, "--node", "n1");
                BrokerProcess second = BrokerProcess.startOn(
                        n2.port(), folder.resolve("n2"), "--config", config, "--node", "n2", "--join")) {
            first.awaitError("This node, n1, is the primary");
            String one = ok("cluster", "status", "--json", "--url", first.uri());
            assertTrue(one.contains("\"primary\":\"n1\""), one);
            assertEquals(1, one.split("\"role\"").length - 1, one);
            ok(
                    "cluster",
                    "add",
                    "n2",
                    "--replication",
                    "127.0.0.1:" + n2.replicationPort(),
                    "--clients",
                    "127.0.0.1:" + n2.port(),
                    "--hand-through",
                    "127.0.0.1:" + n2.handThroughPort(),
                    "--url",
                    first.uri());
            second.awaitError("n1 is the primary");
            String two = ok("cluster", "status", "--json", "--url", second.uri());
            assertTrue(two.contains("\"primary\":\"n1\""), two);
            assertEquals(2, two.split("\"role\"").length - 1, two);
            String received = ok("receive", "kept", "--count", String.valueOf(MESSAGES), "--url", second.uri());
            assertEquals(
                    IntStream.range(0, MESSAGES).mapToObj(i -> "m").toList(),
                    received.lines().toList());
            assertEquals(
                    "{\"primary\":\"n2\"}",
                    ok("cluster", "transfer", "n2", "--json", "--url", first.uri())
                            .strip());
            second.awaitError("This node, n2, is the primary");
            Ended nobody = run("cluster", "transfer", "n9", "--url", second.uri());
            assertEquals(1, nobody.exitCode());
            assertTrue(nobody.errors().contains("Node 'n9' is no member of the cluster."), nobody.errors());
        }
    }

    /** A virtual host that nobody used yet is a node's from then on, too. */
    @Test
    void virtual_hosts_go_along() throws Exception {
        String hosts = "virtualHosts: [{name: blue}, {name: green}]\n";
        Path alone = Files.writeString(folder.resolve("alone.yaml"), "virtualHosts: [{name: blue}]\n");
        Path data = folder.resolve("n1");
        try (BrokerProcess broker = BrokerProcess.start(data, "--config", alone.toString())) {
            ok("send", "kept", "of all", "--url", broker.uri());
            ok("send", "kept", "of blue", "--url", broker.uri() + "/blue");
            broker.kill();
        }
        Node n1 = Node.of("n1");
        String config = Files.writeString(
                        folder.resolve("cluster.yaml"),
                        PATIENT + hosts + "cluster:\n  name: grown\n  nodes:\n" + n1.entry())
                .toString();
        BrokerProcess.Ended early =
                BrokerProcess.runToEnd(List.of("--config", config, "--node", "n1", "--data", data.toString()));
        assertTrue(early.output().contains("is of a broker on its own: 'sluice cluster init'"), early::output);
        String[] init = {"cluster", "init", "--config", config, "--node", "n1", "--data", data.toString()};
        ok(init);
        Ended again = run(init);
        assertEquals(11, again.exitCode());
        assertTrue(again.errors().contains("is of a node of a cluster"), again.errors());
        try (BrokerProcess first = BrokerProcess.startOn(n1.port(), data, "--config", config, "--node", "n1")) {
            for (String host : List.of("blue", "green")) {
                first.awaitError("This node, n1, is the primary of virtual host '" + host + "'");
            }
            assertEquals("of all", ok("receive", "kept", "--url", first.uri()).strip());
            assertEquals(
                    "of blue",
                    ok("receive", "kept", "--url", first.uri() + "/blue").strip());
            ok("send", "new", "of green", "--url", first.uri() + "/green");
            assertEquals(
                    "of green",
                    ok("receive", "new", "--url", first.uri() + "/green").strip());
        }
    }

    @Test
    void what_it_cannot_do_changes_nothing() throws Exception {
        Path file = Files.writeString(
                folder.resolve("cluster.yaml"),
                "cluster:\n  name: grown\n  nodes:\n" + Node.of("n1").entry());
        Path none = folder.resolve("none");
        Ended missing = run("cluster", "init", "--config", file.toString(), "--node", "n1", "--data", none.toString());
        assertEquals(11, missing.exitCode());
        assertTrue(missing.errors().contains("There is no data folder of a broker at " + none), missing.errors());
        assertTrue(Files.notExists(none));
        Ended nobody = run("cluster", "init", "--config", file.toString(), "--node", "n9", "--data", none.toString());
        assertEquals(10, nobody.exitCode());
        assertTrue(nobody.errors().contains("there is no node \"n9\""), nobody.errors());
    }
}
