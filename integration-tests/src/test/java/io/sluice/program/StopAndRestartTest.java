package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while clients are at work, and what is there after the next start. */
final class StopAndRestartTest {
    private static final String QUEUE = "restart";

    @TempDir
    Path data;

    @Test
    void connections_are_closed_as_forced_and_durable_messages_are_there_again() throws Exception {
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender(QUEUE);
                for (String body : new String[] {"a", "b", "c"}) {
                    sender.send(Message.create(body).durable(true)).awaitSettlement(20, TimeUnit.SECONDS);
                }
                sender.send(Message.create("volatile")).awaitSettlement(20, TimeUnit.SECONDS);
                Receiver receiver = connection.openReceiver(
                        QUEUE, new ReceiverOptions().autoAccept(false).creditWindow(2));
                receiver.receive(20, TimeUnit.SECONDS).accept();
                receiver.receive(20, TimeUnit.SECONDS);
                // The client writes a settlement when it comes to it: an answer to what follows says that it has.
                connection.openReceiver("restart.probe").openFuture().get(20, TimeUnit.SECONDS);

                assertEquals(0, broker.stop());

                ClientException closed = assertThrows(ClientException.class, () -> receiveToTheEnd(receiver));
                ClientConnectionRemotelyClosedException forced =
                        assertInstanceOf(ClientConnectionRemotelyClosedException.class, closed, closed::toString);
                assertEquals(
                        "amqp:connection:forced", forced.getErrorCondition().condition());
            }
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver receiver = connection.openReceiver(QUEUE, new ReceiverOptions().autoAccept(false))) {
                Delivery first = receiver.receive(20, TimeUnit.SECONDS);
                assertEquals("b", first.message().body());
                first.accept();
                Delivery second = receiver.receive(20, TimeUnit.SECONDS);
                assertEquals("c", second.message().body());
                second.accept();
                receiver.drain().get(20, TimeUnit.SECONDS);
                assertNull(receiver.tryReceive(), "what was not durable is gone");
                receiver.closeAsync().get(20, TimeUnit.SECONDS);
                assertEquals(0, broker.stop());
            }
        }
    }

    /** What was delivered before the end may lie with the client. */
    private static void receiveToTheEnd(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        while (delivery != null) {
            delivery = receiver.receive(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_scheduled_message_survives_kill_nine_and_arrives_at_its_time() throws Exception {
        try (Client client = Client.create()) {
            long dueAtMillis;
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender(QUEUE);
                dueAtMillis = System.currentTimeMillis() + 6_000;
                Message<String> soon = Message.create("soon").durable(true);
                sender.send(soon.annotation("x-opt-delivery-time", dueAtMillis)).awaitSettlement(20, TimeUnit.SECONDS);
                Message<String> never = Message.create("in an hour").durable(true);
                sender.send(never.annotation("x-opt-delivery-delay", 3_600_000)).awaitSettlement(20, TimeUnit.SECONDS);
                Message<String> wrong = Message.create("wrong").durable(true);
                var refused = sender.send(wrong.annotation("x-opt-delivery-delay", "soon"))
                        .awaitSettlement(20, TimeUnit.SECONDS)
                        .remoteState();
                assertEquals(org.apache.qpid.protonj2.client.DeliveryState.Type.REJECTED, refused.getType());
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data);
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver receiver = connection.openReceiver(QUEUE, new ReceiverOptions().autoAccept(false))) {
                Delivery delivery = receiver.receive(60, TimeUnit.SECONDS);
                assertEquals("soon", delivery.message().body());
                assertTrue(System.currentTimeMillis() >= dueAtMillis, "not before its time");
                delivery.accept();
                receiver.drain().get(20, TimeUnit.SECONDS);
                assertNull(receiver.tryReceive(), "what is for later is not there yet");
            }
        }
    }

    @Test
    void a_configured_file_is_obeyed() throws Exception {
        Path config = Files.writeString(data.resolve("sluice.yaml"), """
                security:
                  anonymous: never
                queues:
                  autoCreate: []
                  declared:
                    - name: only
                      kind: fifo
                      maxMessages: 2
                """);
        try (Client client = Client.create();
                BrokerProcess broker = BrokerProcess.start(data.resolve("d"), "--config", config.toString());
                Connection connection = client.connect(
                        "127.0.0.1",
                        broker.port(),
                        new org.apache.qpid.protonj2.client.ConnectionOptions()
                                .user("guest")
                                .password("guest"))) {
            Sender sender = connection.openSender("only");
            for (int i = 0; i < 2; i++) {
                assertTrue(sender.send(Message.create("m" + i))
                        .awaitSettlement(20, TimeUnit.SECONDS)
                        .remoteState()
                        .isAccepted());
            }
            var full = sender.send(Message.create("too many"))
                    .awaitSettlement(20, TimeUnit.SECONDS)
                    .remoteState();
            assertEquals(org.apache.qpid.protonj2.client.DeliveryState.Type.REJECTED, full.getType());

            Sender nowhere = connection.openSender("elsewhere");
            Exception refused =
                    assertThrows(Exception.class, () -> nowhere.openFuture().get(20, TimeUnit.SECONDS));
            assertTrue(refused.getCause().getMessage().contains("not-found"), refused::toString);
        }
    }
}
