package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not read what is handed through holds back who sends it: the node between does not keep it. */
@Timeout(60)
class SpliceBackPressureTest {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int PART_BYTES = 64 * 1024;
    private static final int PARTS = 1024;
    /** What four sockets of the operating system and the node may hold of it, at the very most. */
    private static final int MAX_PARTS_UNREAD = PARTS / 2;

    private static final int LOOKS = 60;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void who_does_not_read_holds_back_who_sends(boolean fromClient) throws Exception {
        try (TwoNodes nodes = new TwoNodes(PATIENCE_MILLIS);
                ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nodes.backup.serve(new ServingPlace.Elsewhere((InetSocketAddress) port.getLocalSocketAddress()));
            try (Socket client = TwoNodes.connect(nodes.backupPort);
                    Socket primary = port.accept()) {
                primary.getInputStream().readNBytes(TwoNodes.header().length);
                Socket from = fromClient ? client : primary;
                Socket to = fromClient ? primary : client;
                AtomicInteger parts = new AtomicInteger();
                CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> send(from, parts));
                awaitStandstill(nodes, parts);
                assertTrue(parts.get() < MAX_PARTS_UNREAD, () -> parts.get() + " parts are taken and not read");
                assertAllComes(to);
                sending.get(TwoNodes.WAIT_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    /** Each byte says which part it is of. */
    private static void send(Socket from, AtomicInteger parts) {
        try {
            OutputStream out = from.getOutputStream();
            byte[] part = new byte[PART_BYTES];
            for (int i = 0; i < PARTS; i++) {
                Arrays.fill(part, (byte) i);
                out.write(part);
                parts.incrementAndGet();
            }
            from.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitStandstill(TwoNodes nodes, AtomicInteger parts) throws Exception {
        int[] seen = {-1, 0};
        nodes.await("it stands still", () -> {
            int now = parts.get();
            seen[1] = now > 0 && now == seen[0] ? seen[1] + 1 : 0;
            seen[0] = now;
            return seen[1] >= LOOKS;
        });
    }

    private static void assertAllComes(Socket to) throws IOException {
        DataInputStream in = new DataInputStream(to.getInputStream());
        byte[] part = new byte[PART_BYTES];
        for (int i = 0; i < PARTS; i++) {
            in.readFully(part);
            assertEquals((byte) i, part[0]);
            assertEquals((byte) i, part[PART_BYTES - 1]);
        }
        assertEquals(-1, in.read());
    }
}
