package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages are diverted by the configuration file, whole also behind kill -9; requests and answers go their way through it. */
final class DivertTest {
    @TempDir
    Path folder;

    private static boolean send(Sender sender, String body, int total) throws Exception {
        Message<String> message = Message.create(body).durable(true);
        message.property("total", total);
        return sender.send(message)
                .awaitSettlement(60, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted();
    }

    private static List<String> all(Connection connection, String queue) throws Exception {
        Receiver receiver = connection.openReceiver(queue).openFuture().get(60, TimeUnit.SECONDS);
        receiver.drain().get(60, TimeUnit.SECONDS);
        List<String> bodies = new ArrayList<>();
        for (Delivery delivery = receiver.tryReceive(); delivery != null; delivery = receiver.tryReceive()) {
            bodies.add((String) delivery.message().body());
        }
        receiver.close();
        return bodies;
    }

    @Test
    void messagesGoElsewhereTooOrOnly() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  diverts:
                    - {name: audit, pattern: "orders.*", selector: "total > 1000", to: audit}
                    - {name: old, pattern: "old", to: "between", exclusive: true}
                    - {name: further, pattern: "between", to: "requests", exclusive: true}
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                Sender orders = connection.openSender("orders.eu");
                assertTrue(send(orders, "small", 10));
                assertTrue(send(orders, "large", 5_000));
                Receiver replies = connection.openDynamicReceiver();
                String replyTo = replies.address();
                Sender requests = connection.openSender("old");
                assertTrue(requests.send(Message.create("question").replyTo(replyTo))
                        .awaitSettlement(60, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
                Delivery request = connection.openReceiver("requests").receive(60, TimeUnit.SECONDS);
                assertEquals(replyTo, request.message().replyTo());
                connection
                        .openAnonymousSender()
                        .send(Message.create("answer").to(request.message().replyTo()));
                assertEquals(
                        "answer",
                        replies.receive(60, TimeUnit.SECONDS).message().body());
                assertTrue(send(requests, "durable", 1));
                Operator operator = Operator.of(broker);
                operator.ok("divert", "create", "late", "--pattern", "slow", "--to", "fast", "--exclusive");
                operator.ok("queue", "create", "inbox", "--forward-to", "slow");
                assertEquals(
                        1,
                        operator.run("divert", "create", "old", "--pattern", "x", "--to", "y")
                                .exitCode());
                operator.ok("queue", "create", "fast");
                Operator.Ended loop = operator.run("queue", "update", "fast", "--set", "forwardTo=inbox");
                assertTrue(
                        loop.errors().contains("'fast' -> queue 'inbox' -> queue 'slow' -> queue 'fast'"),
                        loop.errors());
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                assertEquals(List.of("small", "large"), all(connection, "orders.eu"));
                assertEquals(List.of("large"), all(connection, "audit"));
                assertEquals(List.of(), all(connection, "old"));
                assertEquals(List.of(), all(connection, "between"));
                assertTrue(all(connection, "requests").contains("durable"));
                Operator operator = Operator.of(broker);
                Operator.has(
                        operator.ok("divert", "list", "--json"), "\"name\":\"late\"", "\"origin\":\"configuration\"");
                assertTrue(send(connection.openSender("inbox"), "forwarded", 1));
                assertEquals(List.of("forwarded"), all(connection, "fast"));
                Operator.has(
                        operator.ok("queue", "show", "inbox", "--json"),
                        "\"forwardTo\":\"explicit\"",
                        "\"maxMessages\":\"default\"");
                operator.ok("divert", "delete", "late");
                assertTrue(send(connection.openSender("inbox"), "less", 1));
                assertEquals(List.of("less"), all(connection, "slow"));
            }
        }
    }
}
