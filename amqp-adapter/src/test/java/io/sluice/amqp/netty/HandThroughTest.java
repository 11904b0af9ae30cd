package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.Peer;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes in one JVM: a client of one is brought to the other. */
@Timeout(60)
class HandThroughTest {
    private static final int PATIENCE_MILLIS = 20_000;

    private TwoNodes nodes;

    @BeforeEach
    void start() throws Exception {
        nodes = new TwoNodes(PATIENCE_MILLIS);
    }

    @AfterEach
    void stop() {
        nodes.close();
    }

    @Test
    void a_client_of_a_backup_is_served_by_the_primary_under_its_own_address() throws Exception {
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            TwoNodes.assertServed(client);
            Peer peer = nodes.peers.poll(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
            assertEquals("127.0.0.1:" + client.getLocalPort(), peer.name());
            assertEquals("amqp", peer.scheme());
            assertEquals(1, nodes.primary.connectionCount());
            assertEquals(0, nodes.backup.connectionCount());
        }
    }

    @Test
    void a_client_waits_until_there_is_a_primary() throws Exception {
        nodes.backup.serve(new ServingPlace.Unknown());
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            client.getOutputStream().write(TwoNodes.SASL);
            nodes.backup.serve(new ServingPlace.Here(TwoNodes.environment()));
            assertArrayEquals(TwoNodes.SASL, client.getInputStream().readNBytes(TwoNodes.SASL.length));
        }
    }

    @Test
    void a_primary_that_ends_its_connections_ends_those_of_the_client() throws Exception {
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            TwoNodes.assertServed(client);
            nodes.primary.close();
            InputStream in = client.getInputStream();
            while (in.read() >= 0) {
                // the rest of the SASL frames, and the end
            }
        }
    }

    @Test
    void who_does_not_know_the_secret_is_not_let_in() throws Exception {
        AmqpServer stranger = new AmqpServer(ServerSettings.of(TwoNodes.environment()), nodes.loops);
        stranger.startHandThrough(
                "127.0.0.1", 0, Map.of("amqp", Carrier.TCP), new HandThrough("a guess", PATIENCE_MILLIS));
        InetSocketAddress port = stranger.start("127.0.0.1", 0, "amqp", Carrier.TCP);
        stranger.serve(new ServingPlace.Elsewhere(nodes.handThrough));
        try (Socket client = TwoNodes.connect(port)) {
            client.getOutputStream().write(TwoNodes.SASL);
            assertEquals(-1, client.getInputStream().read());
            assertEquals(0, nodes.primary.connectionCount());
        } finally {
            stranger.close();
        }
    }

    @Test
    void what_is_no_header_is_not_let_in() throws Exception {
        try (Socket client = TwoNodes.connect(nodes.handThrough)) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(-1, client.getInputStream().read());
            assertEquals(0, nodes.primary.connectionCount());
        }
    }
}
