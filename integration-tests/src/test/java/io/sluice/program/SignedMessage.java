package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Rejected;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;

/**
 * A message whose bare message is encoded as no library would: wide where narrow would do, nulls at the end of lists, descriptors in each of
 * their forms. Who decodes it and encodes it again changes it, and a signature over it is void (AMQP 1.0 §3.2).
 */
public final class SignedMessage {
    private static final byte[] DURABLE_HEADER = {0, 0x53, 0x70, (byte) 0xc0, 2, 1, 0x41};
    private static final byte[] ANNOTATIONS = {
        0, 0x53, 0x72, (byte) 0xc1, 9, 2, (byte) 0xa3, 3, 'x', '-', 'a', (byte) 0xa1, 1, 'b'
    };
    private static final byte[] NULL = {0x40};

    private SignedMessage() {}

    /** Properties, application-properties, two sections of data, and the footer behind them. */
    private static byte[] bare() {
        byte[] properties = join(
                new byte[] {0},
                wide(0xb3, "amqp:properties:list"),
                wideList(
                        0xd0,
                        join(new byte[] {(byte) 0x80}, new byte[8]),
                        wide(0xb0, "who"),
                        wide(0xb1, "q"),
                        NULL,
                        NULL));
        byte[] application = join(
                new byte[] {0, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0x74},
                wideList(
                        0xd1,
                        wide(0xb1, "true"),
                        new byte[] {0x56, 1},
                        wide(0xb1, "one"),
                        new byte[] {0x71, 0, 0, 0, 1},
                        wide(0xb1, "nan"),
                        new byte[] {0x72, 0x7f, (byte) 0xc0, 0, 1}));
        byte[] data = join(new byte[] {0, 0x53, 0x75}, wide(0xb0, "signed"));
        byte[] footer = join(
                new byte[] {0, 0x53, 0x78}, wideList(0xd1, wide(0xb3, "x-signature"), wide(0xb0, "of all the bytes")));
        return join(properties, application, data, data, footer);
    }

    /** With a size of four bytes. @param code of its type */
    private static byte[] wide(int code, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return join(new byte[] {(byte) code}, number(bytes.length), bytes);
    }

    private static byte[] wideList(int code, byte[]... items) {
        byte[] all = join(items);
        return join(new byte[] {(byte) code}, number(all.length + 4), number(items.length), all);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** It is accepted when this returns. */
    public static void send(FrameClient client, String queue) throws IOException {
        Attach attach = new Attach();
        attach.setHandle(UnsignedInteger.ZERO);
        attach.setName("in");
        attach.setRole(Role.SENDER);
        attach.setInitialDeliveryCount(UnsignedInteger.ZERO);
        attach.setSource(new Source());
        Target target = new Target();
        target.setAddress(queue);
        attach.setTarget(target);
        client.send(attach, new byte[0]);
        client.next(Attach.class);
        client.next(Flow.class);
        Transfer transfer = new Transfer();
        transfer.setHandle(UnsignedInteger.ZERO);
        transfer.setDeliveryId(UnsignedInteger.ZERO);
        transfer.setDeliveryTag(new Binary(new byte[] {0}));
        client.send(transfer, join(DURABLE_HEADER, ANNOTATIONS, bare()));
        assertEquals(Accepted.getInstance(), client.next(Disposition.class).getState());
    }

    /**
     * The first message of a queue is this one, to the byte.
     *
     * @param client that has sent no message
     * @param link a number that the client has not used
     * @return its delivery
     */
    public static UnsignedInteger isFirstOf(FrameClient client, String queue, int link) throws IOException {
        client.receiver(link, queue, 1);
        Transfer transfer = client.next(Transfer.class);
        byte[] expected = bare();
        byte[] came = client.payload();
        assertTrue(came.length > expected.length, () -> Arrays.toString(came));
        assertArrayEquals(expected, Arrays.copyOfRange(came, came.length - expected.length, came.length), queue);
        return transfer.getDeliveryId();
    }

    public static void reject(FrameClient client, UnsignedInteger delivery) throws IOException {
        Disposition rejects = new Disposition();
        rejects.setRole(Role.RECEIVER);
        rejects.setFirst(delivery);
        rejects.setSettled(true);
        rejects.setState(new Rejected());
        client.send(rejects, new byte[0]);
    }
}
