package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for topics and subscriptions, as processes, against the started program. */
final class TopicCommandsTest {
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

    private static String ok(String... arguments) throws IOException, InterruptedException {
        Ended ended = run(arguments);
        assertEquals(0, ended.exitCode(), ended.errors());
        return ended.output();
    }

    private static void has(String output, String... parts) {
        for (String part : parts) {
            assertTrue(output.contains(part), () -> part + " is not in " + output);
        }
    }

    @Test
    void topics_and_subscriptions_are_listed_looked_into_and_deleted() throws Exception {
        try (Connection connection = new JmsConnectionFactory("guest", "guest", broker.uri()).createConnection()) {
            connection.setClientID("msg-client");
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Topic topic = session.createTopic("cmd.events");
            MessageConsumer subscriber = session.createDurableSubscriber(topic, "audit", "color = 'red'", false);
            subscriber.close();
            MessageProducer producer = session.createProducer(topic);
            for (String color : List.of("red", "blue", "red")) {
                TextMessage message = session.createTextMessage("event " + color);
                message.setStringProperty("color", color);
                producer.send(message);
            }
            has(ok("topic", "list"), "cmd.events");
            String json = ok("subscription", "list", "--json");
            has(
                    json,
                    "\"name\":\"audit\"",
                    "\"container\":\"msg-client\"",
                    "\"messages\":2",
                    "\"durable\":true",
                    "color = 'red'");
            Matcher identity = Pattern.compile("\"name\":\"audit\",\"identity\":\"([^\"]+)\"")
                    .matcher(json);
            assertTrue(identity.find(), json);
            has(ok("queue", "peek", identity.group(1)), "1  available  event red\n");
            has(ok("explain", identity.group(1)), "Nobody is attached who takes messages.");

            ok("subscription", "delete", identity.group(1));
            assertEquals(1, run("subscription", "delete", identity.group(1)).exitCode());
            assertFalse(ok("subscription", "list", "--json").contains("audit"));
        }
    }
}
