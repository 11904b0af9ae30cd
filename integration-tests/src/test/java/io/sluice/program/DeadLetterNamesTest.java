package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dead letter says where it was by the names that applications of other brokers look for. */
final class DeadLetterNamesTest {
    @TempDir
    Path folder;

    private Message<String> deadLetter(String names) throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp:
                  deadLetterAnnotations: %s
                queues:
                  declared:
                    - name: orders
                      deadLetterQueue: orders.dead
                """.formatted(names));
        try (BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
                Client client = Client.create();
                Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender("orders");
                Receiver receiver = connection.openReceiver("orders", new ReceiverOptions().autoAccept(false));
                Receiver dead = connection.openReceiver("orders.dead")) {
            assertTrue(sender.send(Message.create("wrong").timeToLive(3_600_000))
                    .awaitSettlement(60, TimeUnit.SECONDS)
                    .remoteState()
                    .isAccepted());
            receiver.receive(60, TimeUnit.SECONDS).reject("app:wrong", "it is wrong");
            return dead.receive(60, TimeUnit.SECONDS).message();
        }
    }

    @Test
    void all_of_them_at_once() throws Exception {
        Message<String> message = deadLetter("[sluice, artemis, rabbitmq]");
        assertEquals("orders", message.annotation("x-opt-dead-letter-queue"));
        assertEquals("orders", message.annotation("x-opt-ORIG-ADDRESS"));
        assertEquals("orders", message.annotation("x-opt-ORIG-QUEUE"));
        assertEquals(1L, message.annotation("x-opt-ORIG-MESSAGE-ID"));
        assertEquals((byte) 1, message.annotation("x-opt-ORIG-ROUTING-TYPE"));
        assertEquals("rejected", message.annotation("x-last-death-reason"));
        Map<?, ?> death = (Map<?, ?>) ((Object[]) message.annotation("x-opt-deaths"))[0];
        assertEquals("orders", death.get(Symbol.valueOf("queue")));
        assertEquals(Symbol.valueOf("rejected"), death.get(Symbol.valueOf("reason")));
        assertEquals(UnsignedInteger.valueOf(3_600_000), death.get(Symbol.valueOf("ttl")));
        assertEquals(3_600_000L, message.annotation("x-opt-dead-letter-ttl"));
    }

    @Test
    void only_those_of_one() throws Exception {
        Message<String> message = deadLetter("[artemis]");
        assertEquals("orders", message.annotation("x-opt-ORIG-QUEUE"));
        assertFalse(message.hasAnnotation("x-opt-dead-letter-queue"));
        assertFalse(message.hasAnnotation("x-opt-deaths"));
    }
}
