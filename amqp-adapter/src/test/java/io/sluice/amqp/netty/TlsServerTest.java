package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.FrameListener;
import io.sluice.amqp.LinkRegistry;
import io.sluice.amqp.netty.TlsSettings.Authorities;
import io.sluice.amqp.netty.TlsSettings.Certificate;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import io.sluice.amqp.sasl.PeerSecurity;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A port with TLS, from a socket of the JDK: headers and SASL by hand. */
@Timeout(60)
class TlsServerTest {
    private static final byte[] AMQP = {'A', 'M', 'Q', 'P', 0, 1, 0, 0};
    private static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final int LIMIT_MILLIS = 1000;

    @TempDir
    static Path made;

    @TempDir
    Path folder;

    private static Path one;
    private static Path two;
    private static Path anna;

    private Path store;
    private TlsFiles files;
    private ExecutorService computing;
    private ServerLoops loops;
    /** What is known of those that connected, in that order. */
    private final BlockingQueue<PeerSecurity> peers = new LinkedBlockingQueue<>();

    private AmqpServer server;

    @BeforeAll
    static void makeCertificates() throws Exception {
        one = TestCertificates.pkcs12(made.resolve("one.p12"), "CN=one.test");
        two = TestCertificates.pkcs12(made.resolve("two.p12"), "CN=two.test");
        anna = TestCertificates.pkcs12(made.resolve("anna.p12"), "CN=anna,O=Sluice");
    }

    @BeforeEach
    void startLoops() throws Exception {
        computing = Executors.newSingleThreadExecutor();
        loops = ServerLoops.start("test", 1);
        AmqpEnvironment environment = new AmqpEnvironment(
                name -> {
                    throw new AssertionError("no link is attached here");
                },
                name -> Optional.empty(),
                new Nobody(),
                AmqpLimits.DEFAULT.withTimeouts(60_000, LIMIT_MILLIS),
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity("server-test", "1"));
        server = new AmqpServer(
                ServerSettings.of(environment).withFrames(peer -> {
                    peers.add(peer.security());
                    return FrameListener.NONE;
                }),
                loops);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
        computing.shutdownNow();
    }

    private static final class Nobody implements Authenticator {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return false;
        }

        @Override
        public boolean plainAllowed(boolean readable) {
            return false;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return Optional.empty();
        }
    }

    private InetSocketAddress listen(ClientCertificates clients, String... protocols) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), TestCertificates.PASSWORD);
        store = Files.copy(one, folder.resolve("store.p12"));
        Path trust = Files.writeString(
                folder.resolve("trust.pem"), TestCertificates.pem(TestCertificates.certificate(anna)));
        files = new TlsFiles(new TlsSettings(
                List.of(
                        new Certificate(store, Optional.empty(), Optional.of(password), List.of()),
                        new Certificate(two, Optional.empty(), Optional.of(password), List.of())),
                clients,
                Optional.of(new Authorities(trust, Optional.empty())),
                CertificateUser.COMMON_NAME,
                List.of(protocols),
                List.of()));
        return server.start("127.0.0.1", 0, new TlsCarrier(files, computing, Carrier.TCP, LIMIT_MILLIS));
    }

    /** @param identity PKCS12 with what to show; null for nothing */
    private static SSLSocket connect(InetSocketAddress to, String hostName, Path identity, String... protocols)
            throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = identity == null ? null : TestCertificates.open(identity);
        keys.init(own, TestCertificates.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Everybody()}, new SecureRandom());
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(to.getAddress(), to.getPort());
        SSLParameters parameters = socket.getSSLParameters();
        if (hostName != null) {
            parameters.setServerNames(List.of(new SNIHostName(hostName)));
        }
        if (protocols.length > 0) {
            parameters.setProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static String serverName(SSLSocket socket) throws Exception {
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return shown.getSubjectX500Principal().getName();
    }

    private static byte[] exchange(Socket socket, byte[] header, int answerBytes) throws IOException {
        socket.getOutputStream().write(header);
        socket.getOutputStream().flush();
        return socket.getInputStream().readNBytes(answerBytes);
    }

    /** Asks for the mechanisms, and returns the frame as text. */
    private static String mechanisms(SSLSocket socket) throws IOException {
        assertArrayEquals(SASL, exchange(socket, SASL, 8));
        InputStream in = socket.getInputStream();
        byte[] size = in.readNBytes(4);
        int length = ((size[2] & 0xff) << 8 | (size[3] & 0xff)) - 4;
        return new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void bothVersionsAreSpoken(String version) throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3", "TLSv1.2");
        try (SSLSocket socket = connect(address, null, null, version)) {
            assertArrayEquals(SASL, exchange(socket, SASL, 8));
            assertEquals(version, socket.getSession().getProtocol());
        }
    }

    @Test
    void anOlderVersionIsRefused() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (SSLSocket socket = connect(address, null, null, "TLSv1.2")) {
            assertThrows(IOException.class, socket::startHandshake);
        }
    }

    @Test
    void theCertificateIsTheOneOfTheHostName() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (SSLSocket none = connect(address, null, null);
                SSLSocket first = connect(address, "one.test", null);
                SSLSocket second = connect(address, "two.test", null);
                SSLSocket unknown = connect(address, "three.test", null)) {
            assertEquals("CN=one.test", serverName(none));
            assertEquals("CN=one.test", serverName(first));
            assertEquals("CN=two.test", serverName(second));
            assertEquals("CN=one.test", serverName(unknown));
        }
    }

    @Test
    void theHostNameThatAPeerAsksForIsKnownToItsLogin() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (SSLSocket none = connect(address, null, null)) {
            mechanisms(none);
            assertEquals(Optional.empty(), peers.take().serverName());
        }
        try (SSLSocket asks = connect(address, "blue.example.com", null)) {
            mechanisms(asks);
            assertEquals(Optional.of("blue.example.com"), peers.take().serverName());
        }
    }

    /** With the end of TLS itself behind the answer: the peer sees that nothing was cut off. */
    @Test
    void aClosedConnectionEndsTlsFirst() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (SSLSocket socket = connect(address, null, null)) {
            // Nobody may leave out SASL here.
            assertArrayEquals(SASL, exchange(socket, AMQP, 8));
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    void externalIsOfferedToAPeerWithACertificate(String version) throws Exception {
        InetSocketAddress address = listen(ClientCertificates.WANTED, "TLSv1.3", "TLSv1.2");
        try (SSLSocket known = connect(address, null, anna, version);
                SSLSocket unknown = connect(address, null, null, version)) {
            assertTrue(mechanisms(known).contains("EXTERNAL"));
            assertTrue(!mechanisms(unknown).contains("EXTERNAL"));
        }
    }

    @Test
    void aPeerWithoutOrWithAnotherCertificateIsRefusedWhereOneIsRequired() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.REQUIRED, "TLSv1.3");
        try (SSLSocket known = connect(address, null, anna)) {
            assertTrue(mechanisms(known).contains("EXTERNAL"));
        }
        try (SSLSocket none = connect(address, null, null)) {
            assertThrows(IOException.class, () -> mechanisms(none));
        }
        try (SSLSocket stranger = connect(address, null, two)) {
            assertThrows(IOException.class, () -> mechanisms(stranger));
        }
    }

    @Test
    void aNewCertificateIsForNewConnectionsAndOldOnesGoOn() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (SSLSocket before = connect(address, null, null)) {
            assertEquals("CN=one.test", serverName(before));
            Files.copy(two, store, StandardCopyOption.REPLACE_EXISTING);
            files.readIfChanged();
            try (SSLSocket after = connect(address, null, null)) {
                assertEquals("CN=two.test", serverName(after));
            }
            assertArrayEquals(SASL, exchange(before, SASL, 8));
        }
    }

    @Test
    void whatIsNotTlsIsClosed() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout(20_000);
            // An alert at most.
            assertTrue(exchange(socket, AMQP, 100).length < 8);
        }
        assertEquals(0, awaitNone());
    }

    @Test
    void aPeerThatNeverFinishesItsHandshakeIsClosed() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (Socket silent = new Socket(address.getAddress(), address.getPort());
                Socket half = new Socket(address.getAddress(), address.getPort())) {
            silent.setSoTimeout(20_000);
            half.setSoTimeout(20_000);
            half.getOutputStream().write(new byte[] {0x16, 3, 1, 1, 0, 1, 0, 0, (byte) 0xfc});
            assertTrue(silent.getInputStream().readNBytes(100).length < 8);
            assertTrue(half.getInputStream().readNBytes(100).length < 8);
        }
        assertEquals(0, awaitNone());
    }

    @Test
    void aStopEndsPeersInTheMiddleOfTheirHandshake() throws Exception {
        InetSocketAddress address = listen(ClientCertificates.NONE, "TLSv1.3");
        try (Socket silent = new Socket(address.getAddress(), address.getPort())) {
            silent.setSoTimeout(20_000);
            // Before that the operating system has it alone, and resets it when nobody listens any more.
            assertEquals(1, awaitConnections(1));
            server.close();
            assertEquals(-1, silent.getInputStream().read());
        }
        assertEquals(0, server.connectionCount());
    }

    private int awaitNone() throws InterruptedException {
        return awaitConnections(0);
    }

    private int awaitConnections(int wanted) throws InterruptedException {
        for (int i = 0; i < 200 && server.connectionCount() != wanted; i++) {
            Thread.sleep(20);
        }
        return server.connectionCount();
    }

    /** The client's side is not what is tested. */
    private static final class Everybody implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
