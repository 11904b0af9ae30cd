package io.sluice.program;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.apache.qpid.proton.codec.WritableBuffer;

/** A client that writes the frames it is told, over a real connection: for what client libraries do not do. */
final class FrameClient implements AutoCloseable {
    private static final byte[] HEADER = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final int LIMIT_MILLIS = 60_000;
    private static final int MAX_FRAME_BYTES = 64 << 10;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final DecoderImpl decoder = new DecoderImpl();
    private final EncoderImpl encoder = new EncoderImpl(decoder);

    /** One session, on channel 0. */
    FrameClient(int port, String container) throws IOException {
        AMQPDefinedTypes.registerAllTypes(decoder, encoder);
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(LIMIT_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
        out.write(HEADER);
        in.readFully(new byte[HEADER.length]);
        Open open = new Open();
        open.setContainerId(container);
        open.setHostname("localhost");
        send(open, new byte[0]);
        Begin begin = new Begin();
        begin.setNextOutgoingId(UnsignedInteger.ZERO);
        begin.setIncomingWindow(UnsignedInteger.valueOf(1000));
        begin.setOutgoingWindow(UnsignedInteger.valueOf(1000));
        send(begin, new byte[0]);
        next(Begin.class);
    }

    void send(Object performative, byte[] payload) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(MAX_FRAME_BYTES);
        frame.putInt(0).put((byte) 2).put((byte) 0).putShort((short) 0);
        encoder.setByteBuffer(WritableBuffer.ByteBufferWrapper.wrap(frame));
        encoder.writeObject(performative);
        frame.put(payload);
        frame.putInt(0, frame.position());
        out.write(frame.array(), 0, frame.position());
    }

    /** Others before it are passed over. */
    <T> T next(Class<T> kind) throws IOException {
        while (true) {
            byte[] frame = new byte[in.readInt() - 4];
            in.readFully(frame);
            int offset = frame[0] * 4 - 4;
            if (frame.length > offset) {
                decoder.setByteBuffer(ByteBuffer.wrap(frame, offset, frame.length - offset));
                Object performative = decoder.readObject();
                if (kind.isInstance(performative)) {
                    return kind.cast(performative);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
