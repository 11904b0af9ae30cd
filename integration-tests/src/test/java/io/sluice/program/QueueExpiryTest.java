package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRemotelyClosedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Queues that nobody uses are deleted by themselves, and stay away behind kill -9. */
final class QueueExpiryTest {
    @TempDir
    Path folder;

    private static boolean send(Sender sender, String body) throws Exception {
        return sender.send(Message.create(body).durable(true))
                .awaitSettlement(60, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted();
    }

    /** Sends until the link is closed. @return why it is */
    private static String awaitClosed(Sender sender) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < end) {
            try {
                send(sender, "more");
            } catch (ClientLinkRemotelyClosedException closed) {
                return closed.getErrorCondition().condition() + " "
                        + closed.getErrorCondition().description();
            }
        }
        throw new AssertionError("the link stays open");
    }

    @Test
    void queues_that_nobody_uses_are_gone() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  templates:
                    - {pattern: "auto.*", autoDelete: true}
                    - {pattern: "idle.*", idleExpiryMillis: 500}
                    - {pattern: "*"}
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                Sender auto = connection.openSender("auto.q");
                assertTrue(send(auto, "a"));
                Receiver receiver = connection.openReceiver("auto.q");
                assertEquals(
                        "a", receiver.receive(60, TimeUnit.SECONDS).message().body());
                receiver.close();
                assertEquals(
                        "amqp:resource-deleted queue 'auto.q' was deleted: it is empty, and its last consumer is gone",
                        awaitClosed(auto));

                Sender idle = connection.openSender("idle.q");
                assertEquals(
                        "amqp:resource-deleted queue 'idle.q' was deleted: it had no consumer for 500 ms",
                        awaitClosed(idle));
                Sender stays = connection.openSender("stays");
                assertTrue(send(stays, "kept"));
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                for (String gone : new String[] {"auto.q", "idle.q"}) {
                    Receiver receiver = connection.openReceiver(gone);
                    receiver.openFuture().get(60, TimeUnit.SECONDS);
                    receiver.drain().get(60, TimeUnit.SECONDS);
                    assertNull(receiver.tryReceive(), gone);
                }
                assertEquals(
                        "kept",
                        connection
                                .openReceiver("stays")
                                .receive(60, TimeUnit.SECONDS)
                                .message()
                                .body());
            }
        }
    }
}
