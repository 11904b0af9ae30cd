package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A port with WebSocket, from the JDK's own client and from sockets: OASIS AMQP WebSocket binding, RFC 6455. */
@Timeout(60)
class WebSocketServerTest {
    private static final byte[] CLOSE = HexFormat.of().parseHex("0000000c0200000000531845");
    private static final int OPEN_TIMEOUT_MILLIS = 1000;
    private static final int MAX_FRAME_BYTES = 100_000;

    private ServerLoops loops;
    private AmqpServer server;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        loops = ServerLoops.start("test", 1);
        server = new AmqpServer(ServerSettings.of(LinklessEnvironment.of(OPEN_TIMEOUT_MILLIS)), loops);
        address =
                server.start("127.0.0.1", 0, new WebSocketCarrier(Set.of("https://app.example.com"), MAX_FRAME_BYTES));
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
    }

    /** Keeps what comes. */
    private static final class Client implements WebSocket.Listener {
        final LinkedBlockingQueue<Byte> bytes = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        final CompletableFuture<String> pong = new CompletableFuture<>();
        private WebSocket socket;

        static Client connect(InetSocketAddress to, String path, String origin) {
            Client client = new Client();
            WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
            if (origin != null) {
                builder.header("Origin", origin);
            }
            client.socket = builder.subprotocols("amqp")
                    .buildAsync(URI.create("ws://127.0.0.1:" + to.getPort() + path), client)
                    .join();
            return client;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            while (data.hasRemaining()) {
                bytes.add(data.get());
            }
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
            pong.complete(StandardCharsets.US_ASCII.decode(message).toString());
            from.request(1);
            return null;
        }

        void send(byte[] data, boolean last) {
            socket.sendBinary(ByteBuffer.wrap(data), last).join();
        }

        byte[] read(int count) throws InterruptedException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            while (read.size() < count) {
                Byte next = bytes.poll(20, TimeUnit.SECONDS);
                assertTrue(next != null, () -> "only " + read.size() + " bytes came");
                read.write(next);
            }
            return read.toByteArray();
        }

        /** The performative of the next frame, as its descriptor's code. */
        int readFrame() throws InterruptedException {
            int size = ByteBuffer.wrap(read(4)).getInt();
            return read(size - 4)[6];
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/amqp", "/any/path?with=query"})
    void amqpIsSpokenOnAnyPath(String path) throws Exception {
        Client client = Client.connect(address, path, null);
        assertEquals("amqp", client.socket.getSubprotocol());
        client.send(TwoNodes.AMQP, true);
        assertArrayEquals(TwoNodes.AMQP, client.read(8));
    }

    /** Several frames of AMQP in one of WebSocket, and one of AMQP in several. */
    @Test
    void framesOfTheOneAreNotFramesOfTheOther() throws Exception {
        byte[] all = TwoNodes.joined(TwoNodes.AMQP, TwoNodes.OPEN, CLOSE);
        Client coalesced = Client.connect(address, "/", null);
        coalesced.send(all, true);
        assertConversation(coalesced);

        Client fragmented = Client.connect(address, "/", null);
        for (int i = 0; i < all.length; i++) {
            fragmented.send(Arrays.copyOfRange(all, i, i + 1), i % 5 == 4 || i == all.length - 1);
        }
        assertConversation(fragmented);
    }

    /** AMQP is closed first, then WebSocket. */
    private static void assertConversation(Client client) throws Exception {
        assertArrayEquals(TwoNodes.AMQP, client.read(8));
        assertEquals(0x10, client.readFrame());
        assertEquals(0x18, client.readFrame());
        assertEquals(1000, client.closed.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aPingIsAnswered() throws Exception {
        Client client = Client.connect(address, "/", null);
        client.socket
                .sendPing(StandardCharsets.US_ASCII.encode("are you there"))
                .join();
        assertEquals("are you there", client.pong.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aCloseIsAnsweredAndTheConnectionIsGone() throws Exception {
        Client client = Client.connect(address, "/", null);
        client.send(TwoNodes.joined(TwoNodes.AMQP, TwoNodes.OPEN), true);
        client.read(8);
        client.socket.sendClose(WebSocket.NORMAL_CLOSURE, "bye").join();
        assertEquals(1000, client.closed.get(20, TimeUnit.SECONDS));
        awaitNone();
    }

    @Test
    void textIsRefused() throws Exception {
        Client client = Client.connect(address, "/", null);
        client.socket.sendText("AMQP", true).join();
        assertEquals(1003, client.closed.get(20, TimeUnit.SECONDS));
        awaitNone();
    }

    /** By its head, of which the server learns the length: nothing more is sent, so that the answer meets no unread bytes. */
    @Test
    void aFrameThatIsTooLargeIsRefused() throws Exception {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(upgradeRequest("Sec-WebSocket-Protocol: amqp\r\n").getBytes(StandardCharsets.US_ASCII));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (!line(in).isEmpty()) {
                // the head of the answer
            }
            ByteBuffer head = ByteBuffer.allocate(14).put((byte) 0x82).put((byte) 0xff);
            socket.getOutputStream().write(head.putLong(MAX_FRAME_BYTES + 1).array());
            assertEquals(0x88, in.readUnsignedByte(), "a close frame");
            in.readUnsignedByte();
            assertEquals(1009, in.readUnsignedShort());
        }
        awaitNone();
    }

    private static String line(DataInputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.readUnsignedByte(); next != '\n'; next = in.readUnsignedByte()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private String upgrade(String... headers) throws Exception {
        return answer(upgradeRequest(headers));
    }

    private String upgradeRequest(String... headers) {
        return "GET /amqp HTTP/1.1\r\nHost: 127.0.0.1:" + address.getPort()
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + String.join("", headers) + "\r\n";
    }

    /** The status line. */
    private String answer(String request) throws Exception {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] start = socket.getInputStream().readNBytes(12);
            return new String(start, StandardCharsets.US_ASCII);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "amqp, 101",
        "AMQPWSB10, 101",
        "'mqtt, amqp', 101",
        "mqtt, 400",
        "amqp2, 400",
    })
    void theSubProtocolIsAmqp(String offered, String status) throws Exception {
        assertEquals("HTTP/1.1 " + status, upgrade("Sec-WebSocket-Protocol: " + offered + "\r\n"));
    }

    @Test
    void whatIsNoUpgradeIsToldSo() throws Exception {
        assertEquals("HTTP/1.1 400", upgrade());
        assertEquals("HTTP/1.1 426", answer("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
        assertEquals("HTTP/1.1 400", answer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("HTTP/1.1 400", answer("AMQP\0\1\0\0\r\n\r\n"));
        awaitNone();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.com, 101",
        "https://APP.example.com, 101",
        "https://evil.example.com, 403",
        "http://app.example.com, 403",
        "null, 403",
        "http://127.0.0.1:OWN, 101",
        "http://127.0.0.1:1, 403",
    })
    void pagesOfOtherSitesMayNotConnect(String origin, String status) throws Exception {
        String said = origin.replace("OWN", String.valueOf(address.getPort()));
        assertEquals("HTTP/1.1 " + status, upgrade("Sec-WebSocket-Protocol: amqp\r\n", "Origin: " + said + "\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        // a name that a page has made to point to this machine
        "http://evil.test:5680, evil.test:5680, false, true,  false",
        "http://evil.test:5680, evil.test:5680, false, false, true",
        "https://mq.test,       mq.test,        true,  true,  true",
        "http://localhost:80,   localhost:80,   false, true,  true",
        "http://[::1]:80,       [::1]:80,       false, true,  true",
        "http://mq.test,        ,               true,  true,  false",
        "http://a b,            a b,            false, true,  false",
    })
    void theNameOfThisBrokerIsNoOtherSite(
            String origin, String host, boolean protectedName, boolean loopback, boolean allowed) {
        assertEquals(allowed, new WebSocketOrigins(Set.of()).allows(origin, host, protectedName, loopback));
        assertTrue(new WebSocketOrigins(Set.of("*")).allows(origin, host, protectedName, loopback));
        assertTrue(new WebSocketOrigins(Set.of()).allows(null, host, protectedName, loopback));
    }

    @Test
    void whoNeverAsksIsClosed() throws Exception {
        try (Socket silent = new Socket(address.getAddress(), address.getPort())) {
            silent.setSoTimeout(20_000);
            assertEquals(-1, silent.getInputStream().read());
        }
        awaitNone();
    }

    private void awaitNone() throws InterruptedException {
        for (int i = 0; i < 500 && server.connectionCount() > 0; i++) {
            Thread.sleep(20);
        }
        assertEquals(0, server.connectionCount());
    }
}
