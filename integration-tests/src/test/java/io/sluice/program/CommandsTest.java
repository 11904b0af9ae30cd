package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands an operator types, as processes, against the started program. */
final class CommandsTest {
    @TempDir
    static Path data;

    private static BrokerProcess broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = BrokerProcess.start(data);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop());
    }

    private record Ended(int exitCode, String output, String errors) {}

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", broker.uri()));
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output, errors);
    }

    private static Ended ok(String... arguments) throws IOException, InterruptedException {
        Ended ended = run(arguments);
        assertEquals(0, ended.exitCode(), ended.errors());
        return ended;
    }

    @Test
    void a_message_is_sent_browsed_and_received() throws Exception {
        ok("send", "cli.orders", "first", "second", "--priority", "7");
        assertTrue(ok("browse", "cli.orders").output().contains("first"));
        assertTrue(ok("browse", "cli.orders").output().contains("second"));

        assertEquals("first\n", ok("receive", "cli.orders").output());
        String json = ok("receive", "cli.orders", "--json").output();
        assertTrue(json.contains("\"second\"") && json.contains("\"priority\":7"), json);

        assertEquals(4, run("receive", "cli.orders", "--timeout-millis", "200").exitCode());
    }

    @Test
    void a_queue_is_created_listed_purged_and_deleted() throws Exception {
        ok("queue", "create", "cli.fifo", "--kind", "fifo");
        ok("send", "cli.fifo", "x", "--count", "5");
        String listed = ok("queue", "list", "--json").output();
        assertTrue(listed.contains("\"cli.fifo\"") && listed.contains("\"kind\":\"fifo\""), listed);
        assertTrue(listed.contains("\"messages\":5"), listed);

        assertTrue(ok("queue", "purge", "cli.fifo", "--json").output().contains("5"));
        ok("queue", "delete", "cli.fifo");

        Ended again = run("queue", "delete", "cli.fifo");
        assertEquals(1, again.exitCode());
        assertTrue(again.errors().contains("cli.fifo"), again.errors());
    }

    @Test
    void what_becomes_of_messages_is_said_as_in_the_configuration() throws Exception {
        String[] create = {
            "queue",
            "create",
            "cli.life",
            "--retry-backoff",
            "exponential",
            "--retry-delay-millis",
            "100",
            "--max-acquisitions",
            "5",
            "--last-value",
            "--stamp-messages",
            "--acknowledged-queue",
            "cli.done"
        };
        ok(create);
        ok(create);
        Ended other = run("queue", "create", "cli.life", "--retry-backoff", "fixed");
        assertEquals(1, other.exitCode());
        assertTrue(other.errors().contains("another life"), other.errors());
    }

    @Test
    void a_queue_that_exists_as_something_else_is_not_created_again() throws Exception {
        ok("queue", "create", "cli.twice", "--kind", "fifo");

        Ended second = run("queue", "create", "cli.twice", "--kind", "priority");

        assertEquals(1, second.exitCode());
        assertTrue(second.errors().contains("service"), second.errors());
    }
}
