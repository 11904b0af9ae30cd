package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.Peer;
import io.sluice.amqp.netty.TlsSettings.Authorities;
import io.sluice.amqp.netty.TlsSettings.Certificate;
import io.sluice.amqp.netty.TlsSettings.ClientCertificates;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ports of a backup with TLS and with WebSocket: the node that brings the client knows nothing of either, the primary does. */
@Timeout(60)
class HandThroughCarriersTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int LIMIT_MILLIS = 10_000;
    private static final int MAX_FRAME_BYTES = 100_000;

    @TempDir
    static Path folder;

    private static Path server;
    private static Path anna;

    private final ExecutorService computing = Executors.newSingleThreadExecutor();

    @BeforeAll
    static void makeCertificates() throws Exception {
        server = TestCertificates.pkcs12(folder.resolve("server.p12"), "CN=mq.test");
        anna = TestCertificates.pkcs12(folder.resolve("anna.p12"), "CN=anna");
    }

    @AfterEach
    void stop() {
        computing.shutdownNow();
    }

    private TlsCarrier tls(Carrier inner) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), TestCertificates.PASSWORD);
        Path trust = Files.writeString(
                folder.resolve("trust.pem"), TestCertificates.pem(TestCertificates.certificate(anna)));
        TlsFiles files = new TlsFiles(new TlsSettings(
                List.of(new Certificate(server, Optional.empty(), Optional.of(password), List.of())),
                ClientCertificates.WANTED,
                Optional.of(new Authorities(trust, Optional.empty())),
                CertificateUser.COMMON_NAME,
                List.of("TLSv1.3"),
                List.of()));
        return new TlsCarrier(files, computing, inner, LIMIT_MILLIS);
    }

    private static SSLContext client() throws Exception {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(TestCertificates.open(anna), TestCertificates.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Everybody()}, new SecureRandom());
        return context;
    }

    @Test
    void the_certificate_of_a_client_reaches_the_primary() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS, "amqps", tls(Carrier.TCP));
                Socket client = client().getSocketFactory()
                        .createSocket(nodes.backupPort.getAddress(), nodes.backupPort.getPort())) {
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TwoNodes.WAIT_SECONDS));
            TwoNodes.assertServed(client);
            Peer peer = nodes.peers.poll(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
            assertEquals("127.0.0.1:" + client.getLocalPort(), peer.name());
            assertEquals(Optional.of("anna"), peer.security().certificateName());
            assertTrue(peer.security().encrypted());
            assertEquals(1, nodes.backup.unservedCount());
        }
    }

    /** The hello came before there was a primary. */
    @Test
    void a_handshake_waits_for_a_primary() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS, "amqps", tls(Carrier.TCP))) {
            nodes.backup.serve(new ServingPlace.Unknown());
            try (Socket client = client().getSocketFactory()
                    .createSocket(nodes.backupPort.getAddress(), nodes.backupPort.getPort())) {
                client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TwoNodes.WAIT_SECONDS));
                nodes.await("it waits", () -> nodes.backup.unservedCount() == 1);
                nodes.backup.serve(new ServingPlace.Elsewhere(nodes.handThrough));
                TwoNodes.assertServed(client);
            }
        }
    }

    @Test
    void a_web_socket_is_handed_through() throws Exception {
        try (TwoNodes nodes =
                new TwoNodes(PATIENCE_MILLIS, "amqpws", new WebSocketCarrier(Set.of(), MAX_FRAME_BYTES))) {
            assertUpgradedAndServed("ws", nodes.backupPort, HttpClient.newHttpClient());
            assertFalse(nodes.peers.take().security().encrypted());
        }
    }

    @Test
    void a_web_socket_behind_tls_is_handed_through() throws Exception {
        Carrier carrier = tls(new WebSocketCarrier(Set.of(), MAX_FRAME_BYTES));
        HttpClient client = HttpClient.newBuilder().sslContext(client()).build();
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS, "amqpwss", carrier)) {
            assertUpgradedAndServed("wss", nodes.backupPort, client);
            assertTrue(nodes.peers.take().security().encrypted());
        }
    }

    private DetectingCarrier any() throws Exception {
        Carrier webSocket = new WebSocketCarrier(Set.of(), MAX_FRAME_BYTES);
        return new DetectingCarrier(webSocket, Optional.of(tls(new DetectingCarrier(webSocket, Optional.empty()))));
    }

    @Test
    void a_port_for_all_of_them_knows_which_one_came() throws Exception {
        HttpClient secured = HttpClient.newBuilder().sslContext(client()).build();
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS, "any", any())) {
            InetSocketAddress primaryPort = nodes.primary.start("127.0.0.1", 0, "any", any());
            for (InetSocketAddress port : List.of(primaryPort, nodes.backupPort)) {
                try (Socket plain = new Socket(port.getAddress(), port.getPort())) {
                    plain.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TwoNodes.WAIT_SECONDS));
                    TwoNodes.assertServed(plain);
                    assertEquals("amqp", nodes.peers.take().scheme());
                }
                try (Socket tls = client().getSocketFactory().createSocket(port.getAddress(), port.getPort())) {
                    tls.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TwoNodes.WAIT_SECONDS));
                    TwoNodes.assertServed(tls);
                    Peer peer = nodes.peers.take();
                    assertEquals(Optional.of("anna"), peer.security().certificateName());
                    assertEquals("amqps", peer.scheme());
                }
                assertUpgradedAndServed("ws", port, HttpClient.newHttpClient());
                assertEquals("amqpws", nodes.peers.take().scheme());
                assertUpgradedAndServed("wss", port, secured);
                assertEquals("amqpwss", nodes.peers.take().scheme());
            }
        }
    }

    private static void assertUpgradedAndServed(String scheme, InetSocketAddress to, HttpClient client)
            throws Exception {
        BlockingQueue<ByteBuffer> came = new LinkedBlockingQueue<>();
        WebSocket socket = client.newWebSocketBuilder()
                .subprotocols("amqp")
                .buildAsync(URI.create(scheme + "://127.0.0.1:" + to.getPort() + "/"), new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
                        came.add(ByteBuffer.allocate(data.remaining()).put(data).flip());
                        from.request(1);
                        return null;
                    }
                })
                .get(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
        socket.sendBinary(ByteBuffer.wrap(TwoNodes.SASL), true).get(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        while (answer.size() < TwoNodes.SASL.length) {
            ByteBuffer next = came.poll(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
            assertTrue(next != null, "nothing more came");
            answer.write(next.array(), 0, next.limit());
        }
        assertArrayEquals(TwoNodes.SASL, Arrays.copyOf(answer.toByteArray(), TwoNodes.SASL.length));
        socket.abort();
    }

    /** The client's side is not what is tested. */
    private static final class Everybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
