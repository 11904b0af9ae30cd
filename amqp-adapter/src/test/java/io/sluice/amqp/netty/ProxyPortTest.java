package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.Peer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A port that clients come to by a proxy: who they are, and who may say so. */
@Timeout(60)
class ProxyPortTest {
    private static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};

    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private AmqpServer server;

    @BeforeEach
    void start() {
        server =
                new AmqpServer(ServerSettings.of(LinklessEnvironment.of(10_000)).withFrames(peer -> {
                    peers.add(peer);
                    return io.sluice.amqp.FrameListener.NONE;
                }));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private InetSocketAddress listen(String... trusted) throws Exception {
        return server.start("127.0.0.1", 0, "amqp", Carrier.TCP, new TrustedProxies(List.of(trusted)));
    }

    private static Socket connect(InetSocketAddress address, byte[]... said) throws Exception {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000);
        for (byte[] bytes : said) {
            socket.getOutputStream().write(bytes);
        }
        return socket;
    }

    private static byte[] text(String line) {
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    private Peer peer() throws InterruptedException {
        Peer peer = peers.poll(30, TimeUnit.SECONDS);
        assertTrue(peer != null, "nobody came");
        return peer;
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.9 10.0.0.1 51000 5672, 203.0.113.9:51000, false",
        "PROXY TCP6 2001:db8::9 2001:db8::1 51000 5672, 2001:db8:0:0:0:0:0:9:51000, false",
        "PROXY TCP4 127.0.0.1 127.0.0.1 51000 5672, 127.0.0.1:51000, true"
    })
    void theClientIsWhoTheProxySays(String line, String name, boolean loopback) throws Exception {
        try (Socket socket = connect(listen("127.0.0.0/8"), text(line + "\r\n"), AMQP)) {
            Peer peer = peer();
            assertEquals(name, peer.name());
            assertEquals(loopback, peer.security().loopback());
            assertEquals('A', socket.getInputStream().read());
        }
    }

    @Test
    void theBinaryHeaderIsReadTooAndWhatComesBehindIt() throws Exception {
        byte[] header = TwoNodes.header("amqp", "", new byte[] {(byte) 203, 0, 113, 9});
        try (Socket socket = connect(listen("::1", "127.0.0.1"), TwoNodes.joined(header, AMQP))) {
            assertTrue(peer().name().startsWith("203.0.113.9:"));
            assertEquals('A', socket.getInputStream().read());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AMQP\0\1\0\0AMQP\0\1\0\0",
                "GET / HTTP/1.1\r\n\r\n",
                "PROXY TCP4 nobody 10.0.0.1 1 2\r\n",
                "PROXY UNKNOWN\r\n"
            })
    void whoBringsNoClientIsClosed(String said) throws Exception {
        try (Socket socket = connect(listen("127.0.0.1"), text(said))) {
            assertEquals(-1, socket.getInputStream().read());
        }
        assertTrue(peers.isEmpty());
    }

    @Test
    void whoIsNotTrustedIsClosedWhateverItSays() throws Exception {
        try (Socket socket = connect(listen("10.0.0.0/8"))) {
            assertEquals(-1, socket.getInputStream().read());
        }
        assertTrue(peers.isEmpty());
    }

    /** A client of one kind of address that comes over the other, too. */
    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 203.0.113.9 10.0.0.1 51000 5672, 203.0.113.9:51000",
        "PROXY TCP6 2001:db8::9 2001:db8::1 51000 5672, 2001:db8:0:0:0:0:0:9:51000"
    })
    void aNodeOfAClusterTellsThePrimaryWhoTheProxysClientIs(String line, String name) throws Exception {
        try (TwoNodes nodes = new TwoNodes(20_000)) {
            InetSocketAddress proxied =
                    nodes.backup.start("127.0.0.1", 0, "amqp", Carrier.TCP, new TrustedProxies(List.of("127.0.0.1")));
            try (Socket socket = connect(proxied, text(line + "\r\n"), AMQP)) {
                assertEquals('A', socket.getInputStream().read());
                assertEquals(name, nodes.peers.take().name());
            }
        }
    }

    @Test
    void trustedAreAddressesAndNetworks() {
        TrustedProxies some = new TrustedProxies(List.of("10.1.0.0/16", "192.0.2.7", "2001:db8::/32"));
        some.check();
        assertTrue(some.contain(new InetSocketAddress("10.1.255.1", 1)));
        assertFalse(some.contain(new InetSocketAddress("10.2.0.1", 1)));
        assertTrue(some.contain(new InetSocketAddress("192.0.2.7", 1)));
        assertFalse(some.contain(new InetSocketAddress("192.0.2.8", 1)));
        assertTrue(some.contain(new InetSocketAddress("2001:db8::5", 1)));
        assertFalse(some.contain(new InetSocketAddress("2001:db9::5", 1)));
        for (String wrong : new String[] {"", "example.com", "10.0.0.0/33", "10.0.0.0/x", "::/129", "10.0.0.0/"}) {
            assertThrows(IllegalArgumentException.class, () -> new TrustedProxies(List.of(wrong)).check(), wrong);
        }
    }
}
