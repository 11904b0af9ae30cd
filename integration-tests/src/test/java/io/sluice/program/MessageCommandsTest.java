package io.sluice.program;

import static io.sluice.program.Operator.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.Operator.Ended;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands that move messages, against the started program. */
final class MessageCommandsTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Operator operator;
    private static Client client;

    @BeforeAll
    static void prepare() {
        operator = Operator.of(broker.process());
        client = Client.create();
    }

    @AfterAll
    static void closeClient() {
        client.close();
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        return operator.run(arguments);
    }

    private static String ok(String... arguments) throws IOException, InterruptedException {
        return operator.ok(arguments);
    }

    @Test
    void dead_letters_go_back_to_where_they_came_from() throws Exception {
        ok("queue", "create", "msg.work", "--dead-letter-queue", "msg.dead");
        ok("send", "msg.work", "red one", "red two", "--property", "color=red");
        ok("send", "msg.work", "blue", "--property", "color=blue");
        try (org.apache.qpid.protonj2.client.Connection connection = client.connect("127.0.0.1", broker.port())) {
            Receiver receiver = connection.openReceiver(
                    "msg.work", new ReceiverOptions().autoAccept(false).creditWindow(3));
            for (int i = 0; i < 3; i++) {
                Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
                delivery.reject("app:broken", "cannot be read");
            }
        }
        has(ok("queue", "peek", "msg.dead", "--json"), "\"x-opt-dead-letter-reason\":\"rejected\"", "cannot be read");

        assertEquals(
                "2 messages moved from msg.dead back to where they came from\n",
                ok("queue", "redrive", "msg.dead", "--filter", "color = 'red'"));
        has(ok("queue", "peek", "msg.work"), "red one", "red two");
        String left = ok("queue", "peek", "msg.dead");
        has(left, "blue");
        assertFalse(left.contains("red"), left);
        has(ok("queue", "redrive", "msg.dead", "--json"), "\"messages\":1", "\"running\":false");
        has(ok("move", "list"), "msg.dead");
        Ended broken = run("queue", "redrive", "msg.dead", "--filter", "color =");
        assertEquals(1, broken.exitCode());
        has(broken.errors(), "argument 'filter'");
    }

    @Test
    void selected_messages_are_moved_and_a_long_move_is_stopped() throws Exception {
        ok("send", "msg.from", "a", "--count", "50", "--property", "n=1");
        ok("send", "msg.from", "b", "--property", "n=2");
        ok("queue", "create", "msg.to");
        has(ok("queue", "move", "msg.from", "msg.to", "--filter", "n = '2'"), "1 messages moved");
        assertEquals("b\n", ok("receive", "msg.to"));
        Process slow = new ProcessBuilder(
                        BrokerProcess.program().toString(),
                        "queue",
                        "move",
                        "msg.from",
                        "msg.to",
                        "--rate",
                        "1",
                        "--url",
                        broker.uri())
                .start();
        Matcher running = Pattern.compile("\"identity\":\"([0-9]+)\"[^}]*\"from\":\"msg.from\"[^}]*\"running\":true")
                .matcher("");
        while (!running.find()) {
            assertTrue(slow.isAlive(), () -> new String(bytes(slow), StandardCharsets.UTF_8));
            running.reset(ok("move", "list", "--json"));
        }
        ok("move", "stop", running.group(1));
        assertEquals(1, slow.waitFor());
        has(new String(bytes(slow), StandardCharsets.UTF_8), "stopped before the end");
    }

    private static byte[] bytes(Process process) {
        try {
            return process.getErrorStream().readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
