package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.Operator.Ended;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users that an operator defines while the broker serves, and a JMS client that is one of them. */
@Timeout(300)
final class UserCommandsTest {
    private static final String ADMIN = "admin:admin@";

    @TempDir
    private Path folder;

    private final Operator operator = Operator.byProcesses();

    private Ended run(String input, String... arguments) throws IOException, InterruptedException {
        return operator.typing(input, arguments);
    }

    private String ok(String input, String... arguments) throws IOException, InterruptedException {
        return operator.okTyping(input, arguments);
    }

    private String hash(String password) throws IOException, InterruptedException {
        return ok(password + "\n", "user", "hash").strip();
    }

    private Path config(String... users) throws IOException {
        StringBuilder text =
                new StringBuilder("listen: {port: 0}\nsecurity:\n  anonymous: never\n  plain: never\n  users:\n");
        for (int i = 0; i < users.length; i += 2) {
            text.append("    - {name: ")
                    .append(users[i])
                    .append(", password: \"")
                    .append(users[i + 1])
                    .append("\"}\n");
        }
        return Files.writeString(folder.resolve("sluice.yaml"), text);
    }

    private static Connection login(BrokerProcess broker, String user, String password) throws JMSException {
        Connection connection = new JmsConnectionFactory(broker.uri()).createConnection(user, password);
        try {
            connection.start();
            return connection;
        } catch (JMSException e) {
            connection.close();
            throw e;
        }
    }

    private static void refused(BrokerProcess broker, String user, String password) {
        assertThrows(
                JMSSecurityException.class, () -> login(broker, user, password).close());
    }

    @Test
    void a_user_comes_changes_the_password_survives_a_restart_and_goes() throws Exception {
        String admin = hash("admin");
        Path data = folder.resolve("data");
        Path file = config("admin", admin);
        BrokerProcess first = BrokerProcess.start(data, "--config", file.toString());
        String url = "amqp://" + ADMIN + "127.0.0.1:" + first.port();
        refused(first, "anna", "one");
        ok("one\n", "user", "add", "anna", "--url", url);
        login(first, "anna", "one").close();
        String list = ok("", "user", "list", "--url", url);
        assertTrue(list.contains("admin  configuration") && list.contains("anna   defined"), list);
        assertFalse(ok("", "user", "list", "--json", "--url", url).contains("scram"));

        ok("two\n", "user", "update", "anna", "--password", "--url", url);
        refused(first, "anna", "one");
        login(first, "anna", "two").close();
        Ended fixed = run("x\n", "user", "update", "admin", "--password", "--url", url);
        assertEquals(1, fixed.exitCode());
        assertTrue(fixed.errors().contains("403: user 'admin' stands in the configuration file"), fixed.errors());
        first.kill();

        // The file has a user of that name now: it counts, and the broker says so.
        config("admin", admin, "anna", hash("of the file"));
        BrokerProcess second = BrokerProcess.start(data, "--config", file.toString());
        second.awaitError("User 'anna' is defined in the journal, too: as the file has it counts");
        login(second, "anna", "of the file").close();
        refused(second, "anna", "two");
        second.kill();

        config("admin", admin);
        BrokerProcess third = BrokerProcess.start(data, "--config", file.toString());
        url = "amqp://" + ADMIN + "127.0.0.1:" + third.port();
        CompletableFuture<JMSException> ended = new CompletableFuture<>();
        try (Connection connection = login(third, "anna", "two")) {
            connection.setExceptionListener(ended::complete);
            ok("", "user", "remove", "anna", "--url", url);
            JMSException why = ended.get(30, TimeUnit.SECONDS);
            assertTrue(why instanceof JMSSecurityException, why.toString());
            assertTrue(why.getMessage().contains("user 'anna' was removed"), why.getMessage());
        }
        refused(third, "anna", "two");
        assertEquals(0, third.stop());
    }
}
