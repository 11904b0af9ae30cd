package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.FrameListener;
import io.sluice.amqp.Peer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A primary and a backup on one event loop, and what their clients say. */
final class TwoNodes implements AutoCloseable {
    static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    static final byte[] OPEN = HexFormat.of().parseHex("0000001402000000005310c00702a10161a10162");
    static final String SECRET = "between us";
    static final int WAIT_SECONDS = 30;
    static final int MAX_CONNECTIONS = 20;

    private static final byte KIND = (byte) 0xE0;
    private static final byte SECRET_TYPE = (byte) 0xE1;
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final int OPEN_TIMEOUT_MILLIS = 2000;
    private static final int LINGER_MILLIS = 500;
    private static final int LOOK_MILLIS = 5;

    final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    final ServerLoops loops = ServerLoops.start("test", 1);
    final AmqpServer primary;
    final AmqpServer backup;
    final InetSocketAddress handThrough;
    final InetSocketAddress backupPort;

    /** @param patienceMillis so long a client waits for a primary */
    TwoNodes(int patienceMillis) throws IOException {
        this(patienceMillis, "amqp", Carrier.TCP);
    }

    TwoNodes(int patienceMillis, String kind, Carrier carrier) throws IOException {
        ServerSettings settings = new ServerSettings("test", 1, MAX_CONNECTIONS, LINGER_MILLIS, environment(), peer -> {
            peers.add(peer);
            return FrameListener.NONE;
        });
        HandThrough rules = new HandThrough(SECRET, patienceMillis);
        primary = new AmqpServer(settings, loops);
        backup = new AmqpServer(settings, loops);
        handThrough = primary.startHandThrough("127.0.0.1", 0, Map.of(kind, carrier), rules);
        backup.startHandThrough("127.0.0.1", 0, Map.of(kind, carrier), rules);
        backupPort = backup.start("127.0.0.1", 0, kind, carrier);
        backup.serve(new ServingPlace.Elsewhere(handThrough));
    }

    static AmqpEnvironment environment() {
        return LinklessEnvironment.of(OPEN_TIMEOUT_MILLIS);
    }

    static Socket connect(InetSocketAddress to) throws IOException {
        Socket socket = new Socket(to.getAddress(), to.getPort());
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        return socket;
    }

    static void assertServed(Socket client) throws IOException {
        client.getOutputStream().write(SASL);
        client.getOutputStream().flush();
        assertArrayEquals(SASL, client.getInputStream().readNBytes(SASL.length));
    }

    /** Nothing more comes. */
    static void assertEnds(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketTimeoutException e) {
            throw new AssertionError("it was not closed", e);
        } catch (IOException e) {
            // a reset is an end, too
        }
    }

    /** As a node sends it for a client with an address of IPv4. */
    static byte[] header(String kind, String secret, byte[] clientAddress) {
        byte[] kindBytes = kind.getBytes(StandardCharsets.UTF_8);
        byte[] secretBytes = secret.getBytes(StandardCharsets.UTF_8);
        ByteBuffer rest = ByteBuffer.allocate(200);
        rest.put(clientAddress)
                .put(new byte[] {127, 0, 0, 1})
                .putShort((short) 4711)
                .putShort((short) 5672);
        rest.put(KIND).putShort((short) kindBytes.length).put(kindBytes);
        rest.put(SECRET_TYPE).putShort((short) secretBytes.length).put(secretBytes);
        return withHead(0x21, 0x11, rest);
    }

    static byte[] header() {
        return header("amqp", SECRET, new byte[] {10, 1, 2, 3});
    }

    /** @param command with the version @param family of the addresses, with the transport */
    static byte[] withHead(int command, int family, ByteBuffer rest) {
        ByteBuffer whole = ByteBuffer.allocate(SIGNATURE.length + 4 + rest.position());
        whole.put(SIGNATURE).put((byte) command).put((byte) family).putShort((short) rest.position());
        return whole.put(rest.flip()).array();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            joined.writeBytes(part);
        }
        return joined.toByteArray();
    }

    /** Looks on the event loop, until it is so. */
    void await(String what, BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        boolean met = false;
        while (!met && System.nanoTime() - end < 0) {
            met = loops.executor()
                    .schedule(condition::getAsBoolean, LOOK_MILLIS, TimeUnit.MILLISECONDS)
                    .get();
        }
        assertTrue(met, what);
    }

    @Override
    public void close() {
        backup.close();
        primary.close();
        loops.close();
    }
}
