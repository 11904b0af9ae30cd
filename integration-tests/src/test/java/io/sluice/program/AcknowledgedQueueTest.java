package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.DeliveryMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted is kept where the queue says so, also behind kill -9. */
final class AcknowledgedQueueTest {
    @TempDir
    Path folder;

    private static void send(Connection connection, String... bodies) throws Exception {
        try (Sender sender = connection.openSender("orders")) {
            for (String body : bodies) {
                assertTrue(sender.send(Message.create(body).durable(true))
                        .awaitSettlement(60, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
        }
    }

    @Test
    void acknowledged_messages_are_there_behind_a_crash() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - name: orders
                      acknowledgedQueue: orders.done
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                send(connection, "accepted", "settled", "transacted");
                Receiver one = connection.openReceiver(
                        "orders", new ReceiverOptions().autoAccept(false).creditWindow(0));
                one.addCredit(1);
                one.receive(60, TimeUnit.SECONDS).accept();
                one.close();
                Receiver settled = connection.openReceiver(
                        "orders",
                        new ReceiverOptions()
                                .deliveryMode(DeliveryMode.AT_MOST_ONCE)
                                .creditWindow(0));
                settled.addCredit(1);
                assertEquals(
                        "settled",
                        settled.receive(60, TimeUnit.SECONDS).message().body());
                settled.close();
                Session session = connection.openSession();
                Receiver transacted = session.openReceiver(
                        "orders", new ReceiverOptions().autoAccept(false).creditWindow(0));
                session.beginTransaction();
                transacted.addCredit(1);
                transacted.receive(60, TimeUnit.SECONDS).accept();
                session.commitTransaction();
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver done = connection.openReceiver("orders.done");
                    Receiver orders = connection.openReceiver("orders", new ReceiverOptions().creditWindow(0))) {
                for (String body : new String[] {"accepted", "settled", "transacted"}) {
                    Message<String> message = done.receive(60, TimeUnit.SECONDS).message();
                    assertEquals(body, message.body());
                    assertEquals("orders", message.annotation("x-opt-acknowledged-queue"));
                }
                orders.addCredit(1);
                orders.drain().get(60, TimeUnit.SECONDS);
                assertNull(orders.tryReceive());
            }
        }
    }
}
