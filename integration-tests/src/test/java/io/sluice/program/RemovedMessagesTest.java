package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator removes messages from the command line; they stay away behind kill -9, and the others stay. */
final class RemovedMessagesTest {
    @TempDir
    Path data;

    private static BrokerProcess.Ended run(BrokerProcess broker, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(BrokerProcess.program().toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", broker.uri()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new BrokerProcess.Ended(process.waitFor(), output);
    }

    private static String ok(BrokerProcess broker, String... arguments) throws Exception {
        BrokerProcess.Ended ended = run(broker, arguments);
        assertEquals(0, ended.exitCode(), ended.output());
        return ended.output();
    }

    private static void send(Connection connection, String queue, int count) throws Exception {
        try (Sender sender = connection.openSender(queue)) {
            for (int i = 1; i <= count; i++) {
                Message<String> message = Message.create("m" + i).durable(true);
                message.property("color", i % 2 == 0 ? "red" : "blue");
                assertTrue(sender.send(message)
                        .awaitSettlement(60, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
        }
    }

    private static List<Object> receive(Connection connection, String queue, int count) throws Exception {
        List<Object> bodies = new ArrayList<>();
        try (Receiver receiver = connection.openReceiver(queue)) {
            for (int i = 0; i < count; i++) {
                Delivery delivery = receiver.receive(60, TimeUnit.SECONDS);
                bodies.add(delivery.message().body());
            }
            assertEquals(null, receiver.tryReceive());
        }
        return bodies;
    }

    @Test
    void selected_messages_are_purged() throws Exception {
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = broker.connect(client);
                    Receiver receiver = connection.openReceiver(
                            "purged", new ReceiverOptions().autoAccept(false).creditWindow(0))) {
                send(connection, "purged", 10);
                receiver.addCredit(2);
                receiver.receive(60, TimeUnit.SECONDS);
                receiver.receive(60, TimeUnit.SECONDS);

                assertEquals(
                        "3 messages removed from purged\n",
                        ok(broker, "queue", "purge", "purged", "--filter", "color = 'red'", "--count", "3"));
                BrokerProcess.Ended bad = run(broker, "queue", "purge", "purged", "--filter", "color =");
                assertEquals(1, bad.exitCode());
                assertTrue(bad.output().contains("400: argument 'filter': at character 8"), bad.output());
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = broker.connect(client)) {
                // The second was locked, the tenth beyond the count.
                assertEquals(List.of("m1", "m2", "m3", "m5", "m7", "m9", "m10"), receive(connection, "purged", 7));
            }
        }
    }

    @Test
    void messages_are_deleted_by_their_numbers() throws Exception {
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = broker.connect(client);
                    Receiver receiver = connection.openReceiver(
                            "numbered", new ReceiverOptions().autoAccept(false).creditWindow(0))) {
                send(connection, "numbered", 5);
                receiver.addCredit(1);
                receiver.receive(60, TimeUnit.SECONDS);

                BrokerProcess.Ended some = run(broker, "message", "delete", "numbered", "1", "2", "4", "17");
                assertEquals(1, some.exitCode());
                assertTrue(
                        some.output()
                                .startsWith("2 messages deleted from numbered\n  message 1 stays: It is with link "),
                        some.output());
                assertTrue(some.output().contains("\n  message 17 stays: "), some.output());
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = broker.connect(client)) {
                assertEquals(List.of("m1", "m3", "m5"), receive(connection, "numbered", 3));
            }
        }
    }
}
