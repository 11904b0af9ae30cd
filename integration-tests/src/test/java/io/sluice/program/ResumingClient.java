package io.sluice.program;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.messaging.TerminusDurability;
import org.apache.qpid.proton.amqp.messaging.TerminusExpiryPolicy;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;

/** One link, of a peer that keeps what is unsettled of it when the connection is lost, and comes back with it (AMQP 1.0 §2.6.13). */
public final class ResumingClient implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];

    private final FrameClient frames;

    public ResumingClient(int port, String container) throws IOException {
        this.frames = new FrameClient(port, container);
    }

    /** What deliveries are known by: one of these for each number of a byte. */
    public static Binary tag(int number) {
        return new Binary(new byte[] {(byte) number});
    }

    /** The peer sends. @param unsettled what it has not settled, with what it knows of it; null: it begins. @return what the broker knows of that */
    public Map<?, ?> attachSender(String queue, Map<Binary, Object> unsettled) throws IOException {
        Attach attach = attach("in", Role.SENDER, unsettled);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress(queue);
        target.setDurable(TerminusDurability.UNSETTLED_STATE);
        target.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setTarget(target);
        frames.send(attach, NOTHING);
        Map<?, ?> answer = frames.next(Attach.class).getUnsettled();
        frames.next(Flow.class);
        return answer;
    }

    /** As {@link #attachSender}, of one that receives, with credit for two. */
    public Map<?, ?> attachReceiver(String queue, Map<Binary, Object> unsettled) throws IOException {
        Attach attach = attach("out", Role.RECEIVER, unsettled);
        Source source = new Source();
        source.setAddress(queue);
        source.setDurable(TerminusDurability.UNSETTLED_STATE);
        source.setExpiryPolicy(TerminusExpiryPolicy.NEVER);
        attach.setSource(source);
        attach.setTarget(new Target());
        frames.send(attach, NOTHING);
        Map<?, ?> answer = frames.next(Attach.class).getUnsettled();
        Flow credit = new Flow();
        credit.setNextIncomingId(UnsignedInteger.ONE);
        credit.setIncomingWindow(UnsignedInteger.valueOf(1000));
        credit.setNextOutgoingId(UnsignedInteger.ZERO);
        credit.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        credit.setHandle(UnsignedInteger.ZERO);
        credit.setDeliveryCount(UnsignedInteger.ZERO);
        credit.setLinkCredit(UnsignedInteger.valueOf(2));
        frames.send(credit, NOTHING);
        return answer;
    }

    private static Attach attach(String name, Role role, Map<Binary, Object> unsettled) {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setName(name);
        attach.setRole(role);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.SECOND);
        attach.setUnsettled(unsettled);
        return attach;
    }

    /** Sends the message m and its tag. @return what the broker says of it, which is not settled by that */
    public DeliveryState transfer(int id, int tag, boolean resume) throws IOException {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.ZERO);
        transfer.setDeliveryId(UnsignedInteger.valueOf(id));
        transfer.setDeliveryTag(tag(tag));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        transfer.setResume(resume);
        frames.send(transfer, durable("m" + tag));
        return frames.next(Disposition.class).getState();
    }

    /** A header that says durable, and a string. */
    private static byte[] durable(String body) {
        byte[] text = body.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(text.length + 12);
        message.put(new byte[] {0, 0x53, 0x70, (byte) 0xc0, 2, 1, 0x41});
        message.put(new byte[] {0, 0x53, 0x77, (byte) 0xa1, (byte) text.length}).put(text);
        return message.array();
    }

    /** What it sent and has heard of is settled. */
    public void settles(int id) throws IOException {
        Disposition settles = new Disposition();
        settles.setRole(Role.SENDER);
        settles.setFirst(UnsignedInteger.valueOf(id));
        settles.setSettled(true);
        frames.send(settles, NOTHING);
    }

    public Transfer next() throws IOException {
        return frames.next(Transfer.class);
    }

    @Override
    public void close() throws IOException {
        frames.close();
    }
}
