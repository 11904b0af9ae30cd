package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RFC 7692 permessage-deflate, from a socket: for whom asks for it, where it is on. */
@Timeout(60)
class WebSocketCompressionTest {
    private static final int MAX_FRAME_BYTES = 100_000;
    private static final int OPEN_TIMEOUT_MILLIS = 5_000;
    private static final int FINAL_BINARY = 0x82;
    private static final int COMPRESSED = 0x40;
    private static final String ASKED = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

    private ServerLoops loops;
    private AmqpServer server;

    @BeforeEach
    void start() {
        loops = ServerLoops.start("test", 1);
        server = new AmqpServer(ServerSettings.of(LinklessEnvironment.of(OPEN_TIMEOUT_MILLIS)), loops);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
    }

    private InetSocketAddress listen(boolean compression) throws IOException {
        return server.start("127.0.0.1", 0, new WebSocketCarrier(Set.of(), MAX_FRAME_BYTES, compression));
    }

    /** @return the head of the answer to the upgrade */
    private static String upgrade(Socket socket, String extensions) throws IOException {
        socket.setSoTimeout(20_000);
        String request = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: amqp\r\n" + extensions + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = socket.getInputStream().read();
            assertTrue(next >= 0, head::toString);
            head.append((char) next);
        }
        return head.toString().toLowerCase(java.util.Locale.ROOT);
    }

    /** A masked frame of a client. @param firstByte with its flags */
    private static byte[] frame(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        }
        return Arrays.copyOf(frame.putInt(0).put(payload).array(), frame.position());
    }

    /** Without the end that every message would have (RFC 7692 §7.2.1). */
    private static byte[] deflated(byte[] message) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(message);
        byte[] out = new byte[message.length + 100];
        int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Arrays.copyOf(out, length - 4);
    }

    private static byte[] answer(Socket socket, int count) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (all.size() < count) {
            assertEquals(FINAL_BINARY, in.readUnsignedByte(), "what is so short is not compressed");
            all.write(in.readNBytes(in.readUnsignedByte()));
        }
        return Arrays.copyOf(all.toByteArray(), count);
    }

    @Test
    void whatAClientCompressesIsUnderstood() throws Exception {
        InetSocketAddress address = listen(true);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertTrue(upgrade(socket, ASKED).contains("sec-websocket-extensions: permessage-deflate"));
            socket.getOutputStream().write(frame(FINAL_BINARY | COMPRESSED, deflated(TwoNodes.SASL)));
            assertArrayEquals(TwoNodes.SASL, answer(socket, TwoNodes.SASL.length));
        }
    }

    @Test
    void whoDoesNotAskIsNotAnsweredSo() throws Exception {
        InetSocketAddress address = listen(true);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertFalse(upgrade(socket, "").contains("sec-websocket-extensions"));
            socket.getOutputStream().write(frame(FINAL_BINARY, TwoNodes.SASL));
            assertArrayEquals(TwoNodes.SASL, answer(socket, TwoNodes.SASL.length));
        }
    }

    @Test
    void whereItIsOffNobodyGetsIt() throws Exception {
        InetSocketAddress address = listen(false);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            assertFalse(upgrade(socket, ASKED).contains("sec-websocket-extensions"));
            socket.getOutputStream().write(frame(FINAL_BINARY, TwoNodes.SASL));
            assertArrayEquals(TwoNodes.SASL, answer(socket, TwoNodes.SASL.length));
        }
    }

    /** A few hundred bytes that would be many millions. */
    @Test
    void whatGrowsBeyondTheLimitClosesTheConnection() throws Exception {
        InetSocketAddress address = listen(true);
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            upgrade(socket, ASKED);
            byte[] bomb = deflated(new byte[20 * MAX_FRAME_BYTES]);
            assertTrue(bomb.length < MAX_FRAME_BYTES / 10, "it is small on the way");
            socket.getOutputStream().write(frame(FINAL_BINARY | COMPRESSED, bomb));
            byte[] rest = socket.getInputStream().readAllBytes();
            assertFalse(new String(rest, StandardCharsets.ISO_8859_1).contains("AMQP"), "nothing of it is answered");
        }
    }
}
