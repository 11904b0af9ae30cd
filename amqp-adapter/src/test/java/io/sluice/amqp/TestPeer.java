package io.sluice.amqp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.ReceiverSettleMode;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/** A client of frames, without an engine: it sends what it is told, right or wrong, and keeps what comes back. */
final class TestPeer implements ByteSink {
    static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};

    record Frame(int channel, Object body, byte[] payload) {}

    final TestBroker broker;
    final AmqpConnection connection;

    boolean uses(Shards all) {
        return connection.uses(all, 0);
    }

    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    /** What was sent, each time until the loop was quiet. */
    final List<byte[]> steps = new ArrayList<>();

    final List<Frame> frames = new ArrayList<>();
    final List<String> headers = new ArrayList<>();
    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private int parsed;
    private int looked;
    private int transfersSent;
    boolean closed;
    boolean writable = true;
    /** Told to send nothing by itself: bytes are only collected in {@link #sent}. */
    boolean recording;

    TestPeer(TestBroker broker) {
        this(broker, new Peer("test:1", true));
    }

    TestPeer(TestBroker broker, Peer peer) {
        this(broker, peer, new EventLoop(broker.tasks::add, broker::inLoop));
    }

    /** On a loop of its own. */
    TestPeer(TestBroker broker, Peer peer, EventLoop loop) {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        this.broker = broker;
        this.connection =
                new AmqpConnection(broker.environment(), peer, loop, this::drain, FrameListener.NONE, broker.nowMillis);
    }

    static TestPeer open(TestBroker broker) {
        TestPeer peer = new TestPeer(broker);
        peer.bytes(AMQP);
        peer.send(0, openFrame());
        peer.expect(Open.class);
        return peer;
    }

    static TestPeer begun(TestBroker broker) {
        TestPeer peer = open(broker);
        peer.send(0, begin());
        peer.expect(Begin.class);
        return peer;
    }

    static Open openFrame() {
        Open open = new Open();
        open.setContainerId("tester");
        open.setHostname("localhost");
        return open;
    }

    static Begin begin() {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(1000));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        return begin;
    }

    // Frames of a client

    /** The peer sends. */
    static Attach sender(int handle, String name, String address) {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setName(name);
        attach.setRole(Role.SENDER);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress(address);
        attach.setTarget(target);
        return attach;
    }

    /** The peer receives. */
    static Attach receiver(int handle, String name, String address) {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setName(name);
        attach.setRole(Role.RECEIVER);
        attach.setSndSettleMode(SenderSettleMode.MIXED);
        attach.setRcvSettleMode(ReceiverSettleMode.FIRST);
        Source source = new Source();
        source.setAddress(address);
        attach.setSource(source);
        attach.setTarget(new Target());
        return attach;
    }

    /** A next-outgoing-id of 0 stands for the right one. */
    static Flow sessionFlow() {
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.ONE);
        flow.setIncomingWindow(UnsignedInteger.valueOf(100_000));
        flow.setNextOutgoingId(UnsignedInteger.ZERO);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        return flow;
    }

    static Flow credit(int handle, int deliveryCount, long credit) {
        Flow flow = sessionFlow();
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.valueOf(deliveryCount));
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        return flow;
    }

    static Transfer transfer(int handle, int id) {
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.valueOf(handle));
        transfer.setDeliveryId(UnsignedInteger.valueOf(id));
        transfer.setDeliveryTag(new Binary(new byte[] {(byte) id}));
        transfer.setMessageFormat(UnsignedInteger.ZERO);
        return transfer;
    }

    static Disposition disposition(Role role, int first, int last, boolean settled, DeliveryState state) {
        Disposition disposition = new Disposition();
        disposition.setRole(role);
        disposition.setFirst(UnsignedInteger.valueOf(first));
        disposition.setLast(UnsignedInteger.valueOf(last));
        disposition.setSettled(settled);
        disposition.setState(state);
        return disposition;
    }

    static Detach detach(int handle, boolean closed) {
        Detach detach = new Detach();
        detach.setHandle(UnsignedInteger.valueOf(handle));
        detach.setClosed(closed);
        return detach;
    }

    /** One data section. */
    static byte[] message(String body) {
        byte[] text = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(text.length + 8);
        buffer.put(new byte[] {0, 0x53, 0x75, (byte) 0xb0});
        buffer.putInt(text.length).put(text);
        return buffer.array();
    }

    /** One with a {@code to}. */
    static byte[] messageTo(String to, String body) {
        byte[] data = message(body);
        ByteBuffer buffer = ByteBuffer.allocate(data.length + to.length() + 16);
        buffer.put(new byte[] {0, 0x53, 0x73, (byte) 0xc0, (byte) (to.length() + 5), 3, 0x40, 0x40});
        buffer.put((byte) 0xa1).put((byte) to.length()).put(to.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        buffer.put(data);
        byte[] message = new byte[buffer.position()];
        buffer.flip().get(message);
        return message;
    }

    /** The body of a message as {@link #message} makes it, whatever sections the broker put in front. */
    static String body(byte[] payload) {
        for (int i = 0; i < payload.length - 7; i++) {
            if (payload[i] == 0 && payload[i + 1] == 0x53 && payload[i + 2] == 0x75) {
                int at = i + 8;
                return new String(payload, at, payload.length - at, java.nio.charset.StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("no data section");
    }

    // Out

    void bytes(byte[] bytes) {
        sent.writeBytes(bytes);
        steps.add(bytes);
        if (!recording) {
            connection.feed(ByteBuffer.wrap(bytes), broker.nowMillis);
            settle();
        }
    }

    /** Feeds without letting the loop run: as if more came in the same read. */
    void pipelined(int channel, Object body, byte[] payload) {
        byte[] frame = encode(0, channel, body, payload);
        sent.writeBytes(frame);
        connection.feed(ByteBuffer.wrap(frame), broker.nowMillis);
    }

    void send(int channel, Object body) {
        send(channel, body, new byte[0]);
    }

    void send(int channel, Object body, byte[] payload) {
        bytes(encode(0, channel, body, payload));
    }

    void sasl(Object body) {
        bytes(encode(1, 0, body, new byte[0]));
    }

    byte[] encode(int type, int channel, Object body, byte[] payload) {
        if (body instanceof Transfer) {
            transfersSent++;
        } else if (body instanceof Flow flow && flow.getNextOutgoingId() == UnsignedInteger.ZERO) {
            flow.setNextOutgoingId(UnsignedInteger.valueOf(transfersSent));
        }
        ByteBuffer buffer = ByteBuffer.allocate(256 * 1024 + payload.length);
        buffer.putInt(0).put((byte) 2).put((byte) type).putShort((short) channel);
        if (body != null) {
            encoder.setByteBuffer(WritableBuffer.ByteBufferWrapper.wrap(buffer));
            encoder.writeObject(body);
        }
        buffer.put(payload);
        buffer.putInt(0, buffer.position());
        byte[] frame = new byte[buffer.position()];
        buffer.flip().get(frame);
        return frame;
    }

    /** Runs the loop and takes output until both are quiet. */
    void settle() {
        do {
            drain();
        } while (broker.run());
        drain();
    }

    void drain() {
        if (!closed && !connection.drainTo(this)) {
            closed = true;
        }
    }

    // In

    @Override
    public boolean writable() {
        return writable;
    }

    @Override
    public void write(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        raw.writeBytes(copy);
        parse();
    }

    private void parse() {
        byte[] all = raw.toByteArray();
        while (all.length - parsed >= 8) {
            if (all[parsed] == 'A' && all[parsed + 1] == 'M') {
                headers.add(all[parsed + 4] == 3 ? "SASL" : "AMQP");
                parsed += 8;
                continue;
            }
            ByteBuffer buffer = ByteBuffer.wrap(all, parsed, all.length - parsed);
            int size = buffer.getInt();
            if (all.length - parsed < size) {
                return;
            }
            int offset = (buffer.get() & 0xff) * 4;
            buffer.get();
            int channel = buffer.getShort() & 0xffff;
            ByteBuffer body = ByteBuffer.wrap(all, parsed + offset, size - offset);
            decoder.setByteBuffer(body);
            Object performative = size == offset ? null : decoder.readObject();
            byte[] payload = new byte[body.remaining()];
            body.get(payload);
            frames.add(new Frame(channel, performative, payload));
            parsed += size;
        }
    }

    /** The next frame of that kind; others before it are passed over. */
    Frame next(Class<?> kind) {
        settle();
        while (looked < frames.size()) {
            Frame frame = frames.get(looked++);
            if (kind.isInstance(frame.body())) {
                return frame;
            }
        }
        throw new AssertionError("no " + kind.getSimpleName() + " came; all frames: " + kinds());
    }

    /** The next frame is of that kind. */
    <T> T expect(Class<T> kind) {
        settle();
        if (looked == frames.size()) {
            throw new AssertionError("no " + kind.getSimpleName() + " came; all frames: " + kinds());
        }
        Frame frame = frames.get(looked++);
        return assertInstanceOf(kind, frame.body(), () -> "all frames: " + kinds());
    }

    <T> T nextOf(Class<T> kind) {
        return kind.cast(next(kind).body());
    }

    void expectNothing() {
        settle();
        assertEquals(
                List.of(),
                frames.subList(looked, frames.size()).stream().map(Frame::body).toList());
    }

    List<String> kinds() {
        return frames.stream()
                .map(frame ->
                        frame.body() == null ? "empty" : frame.body().getClass().getSimpleName())
                .toList();
    }

    void expectClose(String condition) {
        Close close = nextOf(Close.class);
        assertNotNull(close.getError(), "no error");
        assertEquals(Symbol.valueOf(condition), close.getError().getCondition(), close.getError()::toString);
        settle();
        assertEquals(true, closed, "closed");
    }

    void expectEnd(String condition) {
        End end = nextOf(End.class);
        assertNotNull(end.getError(), "no error");
        assertEquals(Symbol.valueOf(condition), end.getError().getCondition(), end.getError()::toString);
        assertEquals(false, closed, "closed");
    }

    void expectDetach(String condition) {
        Detach detach = nextOf(Detach.class);
        assertNotNull(detach.getError(), "no error");
        assertEquals(true, detach.getClosed(), "closed");
        assertEquals(Symbol.valueOf(condition), detach.getError().getCondition(), detach.getError()::toString);
        assertEquals(false, closed, "closed");
    }

    /** Attached and with credit. */
    Attach attachSender(int handle, String name, String address) {
        send(0, sender(handle, name, address));
        Attach answer = expect(Attach.class);
        expect(Flow.class);
        return answer;
    }

    Attach attachReceiver(int handle, String name, String address) {
        send(0, receiver(handle, name, address));
        return expect(Attach.class);
    }

    /** As {@link #attachReceiver}, whatever came before it. */
    Attach attachReceiverNext(int handle, String name, String address) {
        send(0, receiver(handle, name, address));
        return nextOf(Attach.class);
    }

    /** All transfers that came since the last look. */
    List<Frame> transfers() {
        settle();
        List<Frame> transfers = frames.subList(looked, frames.size()).stream()
                .filter(frame -> frame.body() instanceof Transfer)
                .toList();
        looked = frames.size();
        return transfers;
    }

    byte[] joined(List<Frame> transfers) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        transfers.forEach(frame -> all.writeBytes(frame.payload()));
        return all.toByteArray();
    }
}
