package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
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

    private static Binary tag(int number) {
        return new Binary(new byte[] {(byte) number});
    }

    private static Map<?, ?> attach(FrameClient client, Map<Binary, Object> unsettled) throws Exception {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setName("in");
        attach.setRole(Role.SENDER);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress("q");
        target.setDurable(TerminusDurability.UNSETTLED_STATE);
        target.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setTarget(target);
        attach.setUnsettled(unsettled);
        client.send(attach, new byte[0]);
        Map<?, ?> answer = client.next(Attach.class).getUnsettled();
        client.next(Flow.class);
        return answer;
    }

    private static void transfer(FrameClient client, int id, int tag, boolean resume) throws Exception {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.ZERO);
        transfer.setDeliveryId(UnsignedInteger.valueOf(id));
        transfer.setDeliveryTag(tag(tag));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        transfer.setResume(resume);
        client.send(transfer, durable("m" + tag));
    }

    /** A header that says durable, and a string. */
    private static byte[] durable(String body) {
        byte[] text = body.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(text.length + 12);
        message.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 2, 1, 0x41});
        message.put(new byte[] {0, 0x53, 0x77, (byte) 0xa1, (byte) text.length}).put(text);
        return message.array();
    }

    @Test
    void what_was_accepted_is_not_stored_again_after_kill_9() throws Exception {
        Path data = folder.resolve("data");
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient client = new FrameClient(broker.port(), "resumer")) {
            assertNull(attach(client, null));
            for (int tag = 0; tag < 3; tag++) {
                transfer(client, tag, tag, false);
                // It is in the journal; for its sender this never came.
                assertEquals(
                        Accepted.getInstance(), client.next(Disposition.class).getState());
            }
            Disposition settles = new Disposition();
            settles.setRole(Role.SENDER);
            settles.setFirst(UnsignedInteger.ZERO);
            settles.setSettled(true);
            client.send(settles, new byte[0]);
            // When this is answered, that is in the journal before it.
            transfer(client, 3, 3, false);
            client.next(Disposition.class);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (FrameClient client = new FrameClient(broker.port(), "resumer")) {
                Map<Binary, Object> unsettled = new HashMap<>();
                // Also the one it has settled, to see that this is in the journal.
                for (int tag = 0; tag < 5; tag++) {
                    unsettled.put(tag(tag), null);
                }
                Map<Binary, Object> known = Map.of(
                        tag(1), Accepted.getInstance(), tag(2), Accepted.getInstance(), tag(3), Accepted.getInstance());
                assertEquals(known, attach(client, unsettled));
                for (int tag = 1; tag < 5; tag++) {
                    transfer(client, tag - 1, tag, known.containsKey(tag(tag)));
                    assertEquals(
                            Accepted.getInstance(),
                            client.next(Disposition.class).getState());
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

    private static Map<?, ?> attachReceiver(FrameClient client, Map<Binary, Object> unsettled) throws Exception {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setName("out");
        attach.setRole(Role.RECEIVER);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        Source source = new Source();
        source.setAddress("q");
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setSource(source);
        attach.setTarget(new Target());
        attach.setUnsettled(unsettled);
        client.send(attach, new byte[0]);
        Map<?, ?> answer = client.next(Attach.class).getUnsettled();
        Flow credit = new Flow();
        credit.setNextIncomingId(UnsignedInteger.ONE);
        credit.setIncomingWindow(UnsignedInteger.valueOf(1000));
        credit.setNextOutgoingId(UnsignedInteger.ZERO);
        credit.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        credit.setHandle(UnsignedInteger.ZERO);
        credit.setDeliveryCount(UnsignedInteger.ZERO);
        credit.setLinkCredit(UnsignedInteger.valueOf(2));
        client.send(credit, new byte[0]);
        return answer;
    }

    /** Its receiver had done the first of two messages, and the broker never heard of it. */
    @Test
    void what_was_done_is_not_delivered_again_after_kill_9() throws Exception {
        Path data = folder.resolve("data");
        Map<Binary, Object> unsettled = new HashMap<>();
        Binary second;
        try (BrokerProcess broker = BrokerProcess.start(data);
                FrameClient sender = new FrameClient(broker.port(), "sender");
                FrameClient receiver = new FrameClient(broker.port(), "receiver")) {
            attach(sender, null);
            for (int tag = 0; tag < 2; tag++) {
                transfer(sender, tag, tag, false);
                sender.next(Disposition.class);
            }
            attachReceiver(receiver, null);
            unsettled.put(receiver.next(Transfer.class).getDeliveryTag(), Accepted.getInstance());
            second = receiver.next(Transfer.class).getDeliveryTag();
            unsettled.put(second, null);
            broker.kill();
        }
        try (BrokerProcess broker = BrokerProcess.start(data)) {
            try (FrameClient receiver = new FrameClient(broker.port(), "receiver")) {
                assertEquals(
                        unsettled.keySet(), attachReceiver(receiver, unsettled).keySet());
                for (int i = 0; i < 2; i++) {
                    Transfer resumed = receiver.next(Transfer.class);
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
