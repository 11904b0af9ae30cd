package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients of a backup are told when there is no primary, or another. */
@Timeout(60)
class ChangeOfPrimaryTest {
    private static final int SHORT_PATIENCE_MILLIS = 200;
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int OPEN = 0x10;
    private static final int CLOSE = 0x18;

    /** @return the frame's code, and its bytes as text behind it */
    private static String frame(Socket client, int performative) throws Exception {
        byte[] size = client.getInputStream().readNBytes(4);
        int length = ((size[2] & 0xff) << 8 | (size[3] & 0xff)) - 4;
        byte[] frame = client.getInputStream().readNBytes(length);
        assertEquals(performative, frame[6]);
        return new String(frame, StandardCharsets.ISO_8859_1);
    }

    private static void send(Socket client) throws Exception {
        client.getOutputStream().write(TwoNodes.joined(TwoNodes.AMQP, TwoNodes.OPEN));
    }

    private static void assertOpened(Socket client) throws Exception {
        assertArrayEquals(TwoNodes.AMQP, client.getInputStream().readNBytes(TwoNodes.AMQP.length));
        frame(client, OPEN);
    }

    private static void assertRefused(Socket client) throws Exception {
        assertArrayEquals(TwoNodes.AMQP, client.getInputStream().readNBytes(TwoNodes.AMQP.length));
        assertTrue(frame(client, OPEN).contains("amqp:connection-establishment-failed"));
        String close = frame(client, CLOSE);
        assertTrue(close.contains("amqp:connection:forced"), close);
        assertTrue(close.contains("there is no primary at the moment"), close);
        assertEquals(-1, client.getInputStream().read());
    }

    @Test
    void a_client_is_told_when_there_is_no_primary_for_too_long() throws Exception {
        try (TwoNodes nodes = new TwoNodes(SHORT_PATIENCE_MILLIS)) {
            nodes.backup.serve(new ServingPlace.Unknown());
            try (Socket client = TwoNodes.connect(nodes.backupPort)) {
                send(client);
                assertRefused(client);
            }
            nodes.await("nothing is left", () -> nodes.backup.unservedCount() + nodes.backup.connectionCount() == 0);
        }
    }

    @Test
    void a_client_is_told_when_the_primary_cannot_be_reached() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) port.getLocalSocketAddress();
        }
        try (TwoNodes nodes = new TwoNodes(SHORT_PATIENCE_MILLIS)) {
            nodes.backup.serve(new ServingPlace.Elsewhere(nobody));
            try (Socket client = TwoNodes.connect(nodes.backupPort)) {
                send(client);
                assertRefused(client);
            }
        }
    }

    /** Its own node still calls another the primary, which is that no more. */
    @Test
    void a_client_is_told_when_its_node_is_wrong_about_the_primary() throws Exception {
        try (TwoNodes nodes = new TwoNodes(SHORT_PATIENCE_MILLIS)) {
            nodes.primary.serve(new ServingPlace.Unknown());
            try (Socket client = TwoNodes.connect(nodes.backupPort)) {
                send(client);
                assertRefused(client);
            }
        }
    }

    @Test
    void a_client_is_told_by_a_primary_that_is_that_no_more() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS);
                Socket client = TwoNodes.connect(nodes.backupPort)) {
            send(client);
            assertOpened(client);
            nodes.primary.serve(new ServingPlace.Unknown());
            nodes.primary.forceAll("this node is no longer the primary");
            String close = frame(client, CLOSE);
            assertTrue(close.contains("amqp:connection:forced"), close);
            assertTrue(close.contains("this node is no longer the primary"), close);
            assertEquals(-1, client.getInputStream().read());
            nodes.await("nothing is left", () -> nodes.backup.unservedCount() == 0);
        }
    }

    /** Its machine is gone without a word: nothing comes from it, nothing ends. */
    @Test
    void a_client_of_a_primary_that_is_silent_ends_when_there_is_another() throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS);
                ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nodes.backup.serve(new ServingPlace.Elsewhere((InetSocketAddress) port.getLocalSocketAddress()));
            try (Socket client = TwoNodes.connect(nodes.backupPort);
                    Socket silent = port.accept()) {
                silent.getInputStream().readNBytes(TwoNodes.header().length);
                nodes.backup.serve(new ServingPlace.Elsewhere(nodes.handThrough));
                try (Socket next = TwoNodes.connect(nodes.backupPort)) {
                    TwoNodes.assertServed(next);
                    assertEquals(-1, client.getInputStream().read());
                    assertEquals(1, nodes.primary.connectionCount());
                }
            }
        }
    }
}
