package io.sluice.program;

import static io.sluice.program.ResumingClient.tag;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker is killed when its peers and it know different things of a message: they resume their links. */
final class ResumeAfterRestartTest {
    @TempDir
    Path folder;

    @Test
    void what_was_accepted_is_not_stored_again_after_kill_9() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data);
                ResumingClient client = new ResumingClient(broker.port(), "resumer")) {
            assertNull(client.attachSender("q", null));
            for (int tag = 0; tag < 3; tag++) {
                // It is in the journal; for its sender this never came.
                assertEquals(Accepted.getInstance(), client.transfer(tag, tag, false));
            }
            client.settles(0);
            // When this is answered, that is in the journal before it.
            client.transfer(3, 3, false);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (ResumingClient client = new ResumingClient(broker.port(), "resumer")) {
                Map<Binary, Object> unsettled = new HashMap<>();
                // Also the one it has settled, to see that this is in the journal.
                for (int tag = 0; tag < 5; tag++) {
                    unsettled.put(tag(tag), null);
                }
                Map<Binary, Object> known = Map.of(
                        tag(1), Accepted.getInstance(), tag(2), Accepted.getInstance(), tag(3), Accepted.getInstance());
                assertEquals(known, client.attachSender("q", unsettled));
                for (int tag = 1; tag < 5; tag++) {
                    assertEquals(Accepted.getInstance(), client.transfer(tag - 1, tag, known.containsKey(tag(tag))));
                }
            }
            try (Client client = Client.create();
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver receiver = connection.openReceiver("q", new ReceiverOptions().creditWindow(0))) {
                receiver.addCredit(10);
                for (int tag = 0; tag < 5; tag++) {
                    assertEquals(
                            "m" + tag,
                            receiver.receive(60, TimeUnit.SECONDS).message().body());
                }
                receiver.drain().get(60, TimeUnit.SECONDS);
                assertNull(receiver.tryReceive());
            }
            assertEquals(0, broker.stop());
        }
    }

    /** Its receiver had done the first of two messages, and the broker never heard of it. */
    @Test
    void what_was_done_is_not_delivered_again_after_kill_9() throws Exception {
        Path data = folder.resolve("data");
        Map<Binary, Object> unsettled = new HashMap<>();
        Binary second;
        try (BrokerProcess broker = BrokerProcess.start(data);
                ResumingClient sender = new ResumingClient(broker.port(), "sender");
                ResumingClient receiver = new ResumingClient(broker.port(), "receiver")) {
            sender.attachSender("q", null);
            for (int tag = 0; tag < 2; tag++) {
                sender.transfer(tag, tag, false);
            }
            receiver.attachReceiver("q", null);
            unsettled.put(receiver.next().getDeliveryTag(), Accepted.getInstance());
            second = receiver.next().getDeliveryTag();
            unsettled.put(second, null);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (ResumingClient receiver = new ResumingClient(broker.port(), "receiver")) {
                assertEquals(
                        unsettled.keySet(),
                        receiver.attachReceiver("q", unsettled).keySet());
                for (int i = 0; i < 2; i++) {
                    Transfer resumed = receiver.next();
                    assertTrue(resumed.getResume());
                    boolean done = !resumed.getDeliveryTag().equals(second);
                    assertEquals(done, resumed.getSettled());
                    assertEquals(done, resumed.getState() instanceof Accepted);
                }
            }
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (Client client = Client.create();
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Receiver receiver = connection.openReceiver("q", new ReceiverOptions().creditWindow(0))) {
                receiver.addCredit(10);
                assertEquals(
                        "m1", receiver.receive(60, TimeUnit.SECONDS).message().body());
                receiver.drain().get(60, TimeUnit.SECONDS);
                assertNull(receiver.tryReceive());
            }
            assertEquals(0, broker.stop());
        }
    }
}
