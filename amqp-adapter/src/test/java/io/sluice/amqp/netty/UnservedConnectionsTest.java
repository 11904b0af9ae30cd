package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Connections that a node has and does not serve: what is kept of them, how they end, how many there may be. */
@Timeout(60)
class UnservedConnectionsTest {
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

    private void awaitNone() throws Exception {
        nodes.await(
                "nothing is left",
                () -> nodes.backup.unservedCount() == 0
                        && nodes.primary.unservedCount() == 0
                        && nodes.primary.connectionCount() == 0);
    }

    @Test
    void clients_that_leave_at_once_take_nobodys_place() throws Exception {
        for (int i = 0; i < 20 * TwoNodes.MAX_CONNECTIONS; i++) {
            Socket hasty = TwoNodes.connect(nodes.backupPort);
            hasty.setSoLinger(i % 2 == 0, 0);
            hasty.close();
        }
        awaitNone();
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            TwoNodes.assertServed(client);
            assertEquals(1, nodes.backup.unservedCount());
        }
        awaitNone();
    }

    @Test
    void refusals_for_want_of_a_primary_are_worth_one_line() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("io.sluice.amqp");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
        try (TwoNodes impatient = new TwoNodes(0)) {
            impatient.backup.serve(new ServingPlace.Unknown());
            for (int i = 0; i < 3; i++) {
                assertRefused(impatient.backupPort);
            }
            assertEquals(1, lines.list.size(), lines.list::toString);
            impatient.backup.serve(new ServingPlace.Unknown());
            assertRefused(impatient.backupPort);
            assertEquals(2, lines.list.size(), lines.list::toString);
        } finally {
            logger.detachAppender(lines);
            logger.setLevel(null);
        }
    }

    private static void assertRefused(InetSocketAddress port) throws IOException {
        try (Socket client = TwoNodes.connect(port)) {
            client.getOutputStream().write(TwoNodes.joined(TwoNodes.AMQP, TwoNodes.OPEN));
            String said = new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(said.contains("there is no primary at the moment"), said);
        }
    }

    @Test
    void what_came_with_the_header_waits_for_the_role_of_the_primary() throws Exception {
        nodes.primary.serve(new ServingPlace.Unknown());
        CountDownLatch sent = new CountDownLatch(1);
        // All of it is there when the loop looks.
        nodes.loops.executor().execute(() -> awaitQuietly(sent));
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream().write(TwoNodes.joined(TwoNodes.header(), TwoNodes.SASL));
            sent.countDown();
            nodes.await("it waits", () -> nodes.primary.unservedCount() == 1);
            nodes.loops.executor().submit(() -> {}).get();
            nodes.primary.serve(new ServingPlace.Here(TwoNodes.environment()));
            assertArrayEquals(TwoNodes.SASL, node.getInputStream().readNBytes(TwoNodes.SASL.length));
            assertEquals("10.1.2.3:4711", nodes.peers.take().name());
        }
    }

    @Test
    void who_leaves_while_it_waits_leaves_nothing() throws Exception {
        nodes.primary.serve(new ServingPlace.Unknown());
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream().write(TwoNodes.joined(TwoNodes.header(), TwoNodes.SASL));
            nodes.await("it waits", () -> nodes.primary.unservedCount() == 1);
        }
        awaitNone();
    }

    @Test
    void a_stop_ends_what_is_handed_through() throws Exception {
        try (Socket client = TwoNodes.connect(nodes.backupPort)) {
            TwoNodes.assertServed(client);
            nodes.backup.close();
            TwoNodes.assertEnds(client);
        }
        awaitNone();
    }

    @Test
    void connections_without_a_header_count() throws Exception {
        List<Socket> nameless = new ArrayList<>();
        try {
            for (int i = 0; i < TwoNodes.MAX_CONNECTIONS; i++) {
                nameless.add(TwoNodes.connect(nodes.handThrough));
            }
            nodes.await("all are there", () -> nodes.primary.unservedCount() == TwoNodes.MAX_CONNECTIONS);
            try (Socket next = TwoNodes.connect(nodes.handThrough)) {
                TwoNodes.assertEnds(next);
            }
            // They have said nothing in time.
            for (Socket socket : nameless) {
                TwoNodes.assertEnds(socket);
            }
        } finally {
            for (Socket socket : nameless) {
                socket.close();
            }
        }
        awaitNone();
    }

    @Test
    void a_header_may_come_slowly() throws Exception {
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.setTcpNoDelay(true);
            for (byte one : TwoNodes.header()) {
                node.getOutputStream().write(one);
                nodes.loops.executor().submit(() -> {}).get();
            }
            TwoNodes.assertServed(node);
        }
    }

    @Test
    void a_header_that_never_ends_is_cut_off() throws Exception {
        byte[] header = TwoNodes.header();
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream().write(Arrays.copyOf(header, header.length - 1));
            TwoNodes.assertEnds(node);
        }
        awaitNone();
    }

    /** LOCAL, as a load balancer sends it to see whether somebody listens; and headers without or with other addresses. */
    @ParameterizedTest
    @ValueSource(ints = {0x2000, 0x2011, 0x2100})
    void a_header_without_a_client_ends_the_connection(int commandAndFamily) throws Exception {
        ByteBuffer rest = ByteBuffer.allocate(100);
        if ((commandAndFamily & 0xff) != 0) {
            rest.put(new byte[12]);
        }
        byte[] secret = TwoNodes.SECRET.getBytes(StandardCharsets.UTF_8);
        rest.put((byte) 0xE0).putShort((short) 4).put(new byte[] {'a', 'm', 'q', 'p'});
        rest.put((byte) 0xE1).putShort((short) secret.length).put(secret);
        try (Socket node = TwoNodes.connect(nodes.handThrough)) {
            node.getOutputStream().write(TwoNodes.withHead(commandAndFamily >> 8, commandAndFamily & 0xff, rest));
            assertEquals(-1, node.getInputStream().read());
        }
        awaitNone();
    }

    /** A primary that has ended its half, and so has the client; neither closes. */
    @Test
    void two_halves_that_ended_end_both_connections() throws Exception {
        try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nodes.backup.serve(new ServingPlace.Elsewhere((InetSocketAddress) port.getLocalSocketAddress()));
            try (Socket client = TwoNodes.connect(nodes.backupPort);
                    Socket there = port.accept()) {
                client.getOutputStream().write(TwoNodes.SASL);
                // A client that ends its half before it is brought anywhere is closed, as one that is served is.
                awaitBehindHeader(there, TwoNodes.SASL);
                client.shutdownOutput();
                assertEquals(-1, there.getInputStream().read());
                there.getOutputStream().write(TwoNodes.SASL);
                there.shutdownOutput();
                assertArrayEquals(TwoNodes.SASL, client.getInputStream().readAllBytes());
                awaitNone();
            }
        }
    }

    /** One half has ended, the other never does. */
    @Test
    void a_half_does_not_live_on_for_ever() throws Exception {
        try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nodes.backup.serve(new ServingPlace.Elsewhere((InetSocketAddress) port.getLocalSocketAddress()));
            try (Socket client = TwoNodes.connect(nodes.backupPort);
                    Socket there = port.accept()) {
                there.shutdownOutput();
                assertEquals(-1, client.getInputStream().read());
                awaitNone();
            }
        }
    }

    private static void awaitBehindHeader(Socket node, byte[] expected) throws IOException {
        byte[] last = new byte[0];
        while (!Arrays.equals(last, expected)) {
            int next = node.getInputStream().read();
            assertTrue(next >= 0, "it ended");
            byte[] longer = Arrays.copyOf(last, last.length + 1);
            longer[last.length] = (byte) next;
            last = Arrays.copyOfRange(longer, Math.max(0, longer.length - expected.length), longer.length);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
