package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What waits, is parked, counted or the last of its key is so behind kill -9. */
final class MessageLifeRestartTest {
    @TempDir
    Path folder;

    private static void send(Connection connection, String queue, Message<?> message) throws Exception {
        try (Sender sender = connection.openSender(queue)) {
            assertTrue(sender.send(message.durable(true))
                    .awaitSettlement(60, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
        }
    }

    private static Receiver open(Connection connection, String queue) throws Exception {
        return connection.openReceiver(
                queue, new ReceiverOptions().autoAccept(false).creditWindow(0));
    }

    private static Delivery receive(Receiver receiver) throws Exception {
        receiver.addCredit(1);
        return receiver.receive(60, TimeUnit.SECONDS);
    }

    private static void expectNothing(Receiver receiver) throws Exception {
        receiver.addCredit(1);
        receiver.drain().get(60, TimeUnit.SECONDS);
        assertNull(receiver.tryReceive());
    }

    @Test
    void it_is_as_it_was() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - name: waits
                      retryBackoff: fixed
                      retryDelayMillis: 3600000
                      retryMaxDelayMillis: 3600000
                      retryJitterPercent: 0
                    - name: counts
                      maxAcquisitions: 3
                    - name: values
                      lastValue: true
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                send(connection, "waits", Message.create("failed"));
                send(connection, "waits", Message.create("parked"));
                send(connection, "waits", Message.create("free"));
                Receiver waits = open(connection, "waits");
                receive(waits).modified(true, false);
                receive(waits).disposition(DeliveryState.modified(false, true, Map.of("x-opt-defer", true)), true);
                send(connection, "counts", Message.create("released"));
                Receiver counts = open(connection, "counts");
                receive(counts).release();
                receive(counts).release();
                // Answered when all that was said before is durable as well.
                send(connection, "values", Message.create("old").property("_AMQ_LVQ_NAME", "k"));
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                Receiver waits = open(connection, "waits");
                assertEquals("free", receive(waits).message().body());
                expectNothing(waits);
                Receiver counts = open(connection, "counts");
                Delivery third = receive(counts);
                assertEquals(2L, third.message().annotation("x-opt-acquired-count"));
                third.release();
                assertEquals(
                        "max-acquisitions",
                        receive(open(connection, "DLQ")).message().annotation("x-opt-dead-letter-reason"));
                send(connection, "values", Message.create("new").property("_AMQ_LVQ_NAME", "k"));
                Receiver values = open(connection, "values");
                assertEquals("new", receive(values).message().body());
                expectNothing(values);
                assertEquals(0, broker.stop());
            }
        }
    }
}
