package io.sluice.program;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Close;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/** A client that writes the frames it is told, over a real connection: for what client libraries do not do. */
public final class FrameClient implements AutoCloseable {
    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final byte[] SASL_HEADER = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final byte AMQP_FRAME = 0;
    private static final byte SASL_FRAME = 1;
    private static final int LIMIT_MILLIS = 60_000;
    private static final int MAX_FRAME_BYTES = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);
    private byte[] payload = new byte[0];

    /** Without SASL; one session, on channel 0. */
    public FrameClient(int port, String container) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
        open(container);
    }

    private FrameClient(Socket socket) throws IOException {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        this.socket = socket;
        socket.setSoTimeout(LIMIT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** Before its first SASL frame: the peer's mechanisms come next. */
    static FrameClient beginningSasl(Socket socket) throws IOException {
        FrameClient client = new FrameClient(socket);
        client.out.write(SASL_HEADER);
        client.in.readFully(new byte[SASL_HEADER.length]);
        return client;
    }

    /** One session, on channel 0. */
    void open(String container) throws IOException {
        open(container, "localhost");
        begin();
    }

    /** @param hostname may be null. @return the peer's open */
    Open open(String container, String hostname) throws IOException {
        out.write(HEADER);
        in.readFully(new byte[HEADER.length]);
        Open open = new Open();
        open.setContainerId(container);
        open.setHostname(hostname);
        send(open, new byte[0]);
        return next(Open.class);
    }

    private void begin() throws IOException {
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(1000));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        send(begin, new byte[0]);
        next(Begin.class);
    }

    /** A link that receives from a queue, with credit. */
    public void receiver(int handle, String queue, int credit) throws IOException {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.valueOf(handle));
        attach.setName("receiver" + handle);
        attach.setRole(Role.RECEIVER);
        Source source = new Source();
        source.setAddress(queue);
        attach.setSource(source);
        attach.setTarget(new Target());
        send(attach, new byte[0]);
        next(Attach.class);
        Flow flow = new Flow();
        flow.setNextIncomingId(UnsignedInteger.ONE);
        flow.setIncomingWindow(UnsignedInteger.valueOf(1000));
        flow.setNextOutgoingId(UnsignedInteger.ZERO);
        flow.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        flow.setHandle(UnsignedInteger.valueOf(handle));
        flow.setDeliveryCount(UnsignedInteger.ZERO);
        flow.setLinkCredit(UnsignedInteger.valueOf(credit));
        send(flow, new byte[0]);
    }

    public void send(Object performative, byte[] payload) throws IOException {
        write(AMQP_FRAME, performative, payload);
    }

    void sendSasl(Object performative) throws IOException {
        write(SASL_FRAME, performative, new byte[0]);
    }

    private void write(byte type, Object performative, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(MAX_FRAME_BYTES);
        frame.putInt(0).put((byte) 2).put(type).putShort((short) 0);
        encoder.setByteBuffer(WritableBuffer.ByteBufferWrapper.wrap(frame));
        encoder.writeObject(performative);
        frame.put(payload);
        frame.putInt(0, frame.position());
        out.write(frame.array(), 0, frame.position());
    }

    /** Others before it are passed over. */
    public <T> T next(Class<T> kind) throws IOException {
        while (true) {
            byte[] frame = new byte[in.readInt() - 4];
            in.readFully(frame);
            int offset = frame[0] * 4 - 4;
            if (frame.length > offset) {
                ByteBuffer body = ByteBuffer.wrap(frame, offset, frame.length - offset);
                decoder.setByteBuffer(body);
                Object performative = decoder.readObject();
                if (kind.isInstance(performative)) {
                    payload = Arrays.copyOfRange(frame, body.position(), frame.length);
                    return kind.cast(performative);
                }
            }
        }
    }

    /** What came with the performative that was next. */
    public byte[] payload() {
        return payload;
    }

    /** What it had is anybody's when this returns: the broker answers when all of the connection is gone. */
    public void endInOrder() throws IOException {
        send(new Close(), new byte[0]);
        next(Close.class);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
