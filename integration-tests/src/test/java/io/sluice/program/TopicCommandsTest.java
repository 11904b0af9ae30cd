package io.sluice.program;

import static io.sluice.program.Operator.has;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.Operator.Ended;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands for topics and subscriptions, against the started program. */
final class TopicCommandsTest {
    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private static Operator operator;

    @BeforeAll
    static void prepare() {
        operator = Operator.of(broker.process());
    }

    private static Ended run(String... arguments) throws IOException, InterruptedException {
        return operator.run(arguments);
    }

    private static String ok(String... arguments) throws IOException, InterruptedException {
        return operator.ok(arguments);
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

    @Test
    void a_subscription_gets_what_is_published_before_anybody_receives_from_it() throws Exception {
        String[] early = {
            "subscription",
            "create",
            "early",
            "--topic",
            "cmd.early",
            "--container",
            "early-client",
            "--filter",
            "color = 'red'"
        };
        ok(early);
        ok(early);
        has(
                ok("subscription", "create", "everyone", "--topic", "cmd.early", "--json"),
                "\"identity\":\"cmd.early::everyone\"",
                "\"global\":true");
        Ended other = run("subscription", "create", "everyone", "--topic", "cmd.late");
        assertEquals(1, other.exitCode());
        has(other.errors(), "subscription everyone exists, of topic 'cmd.early', with another topic");

        JmsConnectionFactory factory = new JmsConnectionFactory("guest", "guest", broker.uri());
        try (Connection connection = factory.createConnection()) {
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            Topic topic = session.createTopic("cmd.early");
            MessageProducer producer = session.createProducer(topic);
            for (String color : List.of("red", "blue")) {
                TextMessage message = session.createTextMessage("event " + color);
                message.setStringProperty("color", color);
                producer.send(message);
            }
            connection.start();
            MessageConsumer everyone = session.createSharedDurableConsumer(topic, "everyone");
            assertEquals("event red", everyone.receive(20_000).getBody(String.class));
            assertEquals("event blue", everyone.receive(20_000).getBody(String.class));
        }
        try (Connection connection = factory.createConnection()) {
            connection.setClientID("early-client");
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            connection.start();
            MessageConsumer subscriber =
                    session.createDurableConsumer(session.createTopic("cmd.early"), "early", "color = 'red'", false);
            assertEquals("event red", subscriber.receive(20_000).getBody(String.class));
            assertNull(subscriber.receiveNoWait());
        }
    }
}
