package io.sluice.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.server.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator gets who asks for help or mistypes. */
class UsageTest {
    @Test
    void helpNamesEveryCommandAndExitCode() {
        CommandRun help = CommandRun.of("--help");
        assertEquals(ExitCode.OK, help.exitCode());
        for (String word : List.of(
                "serve",
                "send",
                "receive",
                "browse",
                "queue",
                "explain",
                "message",
                "scheduled",
                "topic",
                "subscription",
                "connection",
                "link",
                "cluster",
                "user")) {
            assertTrue(help.out().contains("\n  " + word + " "), word);
        }
        for (int code : List.of(0, 1, 2, 3, 4, 10, 11, 12, 13, 70)) {
            assertTrue(help.out().matches("(?s).*\n {2,3}" + code + "  [a-z].*"), "exit code " + code);
        }
    }

    @Test
    void versionIsOneLine() {
        CommandRun version = CommandRun.of("--version");
        assertEquals(ExitCode.OK, version.exitCode());
        assertEquals(1, version.out().lines().count());
        assertTrue(version.out().startsWith("sluice "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sned orders x",
                "send",
                "send orders",
                "send orders x --priority 10",
                "send orders x --priority high",
                "send orders x --url http://127.0.0.1",
                "send orders x --file /no/such/file",
                "receive",
                "receive orders --count many",
                "browse",
                "queue",
                "queue frobnicate",
                "queue delete",
                "queue show",
                "queue update",
                "queue update orders",
                "queue update orders --pause --resume",
                "queue move orders",
                "queue peek orders --from x",
                "queue redrive",
                "queue redrive orders --rate x",
                "move stop",
                "scheduled release orders",
                "scheduled list",
                "scheduled cancel orders",
                "connection",
                "connection close",
                "cluster",
                "cluster add",
                "cluster add n2",
                "cluster remove",
                "cluster transfer",
                "link detach",
                "link renew-lock",
                "link renew-lock 3.1 --message x",
                "subscription delete",
                "explain",
                "explain orders --message x",
                "explain orders --message 1 --link a",
                "user",
                "user hash --iterations 1",
                "serve --port x",
                "serve now"
            })
    void wrongUsageExitsWithTwoAndSaysWhy(String line) {
        CommandRun run = CommandRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertEquals(ExitCode.USAGE, run.exitCode(), run.err());
        assertTrue(!run.err().isBlank());
        assertEquals("", run.out());
    }

    @Test
    void aMistypedCommandIsToldTheNearest() {
        assertTrue(CommandRun.of("recieve", "orders").err().contains("receive"));
    }

    @Test
    void serveAloneHasTheSameHelp() {
        StringWriter out = new StringWriter();
        int exitCode = Commands.commandLine(true, new PrintWriter(out, true), new PrintWriter(System.err, true))
                .execute("--help");
        assertEquals(ExitCode.OK, exitCode);
        assertEquals(CommandRun.of("serve", "--help").out(), out.toString());
    }

    @Test
    void noBrokerThereExitsWithThree() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        CommandRun run = CommandRun.of("receive", "orders", "--url", "amqp://127.0.0.1:" + free);
        assertEquals(ExitCode.UNREACHABLE, run.exitCode());
        assertTrue(run.err().startsWith("sluice: cannot connect to amqp://127.0.0.1:" + free + ": "), run.err());
        assertEquals(1, run.err().lines().count());
    }
}
