package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.Operator.Ended;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands an operator types, as processes, against the started program. */
final class CommandsTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Operator operator;

    @BeforeAll
    static void prepare() {
        operator = Operator.byProcesses(broker.process());
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        return operator.run(arguments);
    }

    private static String ok(String... arguments) throws IOException, InterruptedException {
        return operator.ok(arguments);
    }

    @Test
    void a_message_is_sent_browsed_and_received() throws Exception {
        ok("send", "cli.orders", "first", "second", "--priority", "7");
        assertTrue(ok("browse", "cli.orders").contains("first"));
        assertTrue(ok("browse", "cli.orders").contains("second"));

        assertEquals("first\n", ok("receive", "cli.orders"));
        String json = ok("receive", "cli.orders", "--json");
        assertTrue(json.contains("\"second\"") && json.contains("\"priority\":7"), json);

        assertEquals(4, run("receive", "cli.orders", "--timeout-millis", "200").exitCode());
    }

    @Test
    void a_queue_is_created_listed_purged_and_deleted() throws Exception {
        ok("queue", "create", "cli.fifo", "--kind", "fifo");
        ok("send", "cli.fifo", "x", "--count", "5");
        String listed = ok("queue", "list", "--json");
        assertTrue(listed.contains("\"cli.fifo\"") && listed.contains("\"kind\":\"fifo\""), listed);
        assertTrue(listed.contains("\"messages\":5"), listed);

        assertTrue(ok("queue", "purge", "cli.fifo", "--json").contains("5"));
        assertEquals("cli.fifo deleted, with 0 messages\n", ok("queue", "delete", "cli.fifo"));
        ok("send", "cli.gone", "x", "y");
        assertEquals("{\"deleted\":\"cli.gone\",\"messages\":2}\n", ok("queue", "delete", "cli.gone", "--json"));

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
