package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.FrameListener;
import io.sluice.amqp.LinkRegistry;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes in one JVM: a client of one is brought to the other. */
@Timeout(60)
class HandThroughTest {
    private static final byte[] SASL = {'A', 'M', 'Q', 'P', 3, 1, 0, 0};
    private static final int WAIT_SECONDS = 30;
    private static final int PATIENCE_MILLIS = 20_000;

    private final BlockingQueue<String> peers = new LinkedBlockingQueue<>();
    private ServerLoops loops;
    private AmqpServer primary;
    private AmqpServer backup;
    private InetSocketAddress handThrough;
    private InetSocketAddress backupPort;

    @BeforeEach
    void start() throws Exception {
        loops = ServerLoops.start("test", 1);
        ServerSettings settings = ServerSettings.of(environment()).withFrames(peer -> {
            peers.add(peer.toString());
            return FrameListener.NONE;
        });
        primary = new AmqpServer(settings, loops);
        backup = new AmqpServer(settings, loops);
        HandThrough rules = new HandThrough("between us", PATIENCE_MILLIS);
        handThrough = primary.startHandThrough("127.0.0.1", 0, Map.of("amqp", Carrier.TCP), rules);
        backup.startHandThrough("127.0.0.1", 0, Map.of("amqp", Carrier.TCP), rules);
        backupPort = backup.start("127.0.0.1", 0, "amqp", Carrier.TCP);
        backup.serve(new ServingPlace.Elsewhere(handThrough));
    }

    @AfterEach
    void stop() {
        backup.close();
        primary.close();
        loops.close();
    }

    private static AmqpEnvironment environment() {
        return new AmqpEnvironment(
                name -> {
                    throw new IllegalStateException("no shard is asked for");
                },
                name -> Optional.empty(),
                new Nobody(),
                AmqpLimits.DEFAULT,
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity("hand-through-test", "1"));
    }

    private static final class Nobody implements Authenticator {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return true;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return Optional.empty();
        }
    }

    private static void assertServed(Socket client) throws Exception {
        client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
        client.getOutputStream().write(SASL);
        assertArrayEquals(SASL, client.getInputStream().readNBytes(SASL.length));
    }

    private static Socket connect(InetSocketAddress to) throws Exception {
        return new Socket(to.getAddress(), to.getPort());
    }

    @Test
    void a_client_of_a_backup_is_served_by_the_primary_under_its_own_address() throws Exception {
        try (Socket client = connect(backupPort)) {
            assertServed(client);
            assertEquals("127.0.0.1:" + client.getLocalPort(), peers.poll(WAIT_SECONDS, TimeUnit.SECONDS));
            assertEquals(1, primary.connectionCount());
            assertEquals(0, backup.connectionCount());
        }
    }

    @Test
    void a_client_waits_until_there_is_a_primary() throws Exception {
        backup.serve(new ServingPlace.Unknown());
        try (Socket client = connect(backupPort)) {
            client.getOutputStream().write(SASL);
            backup.serve(new ServingPlace.Here(environment()));
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            assertArrayEquals(SASL, client.getInputStream().readNBytes(SASL.length));
        }
    }

    @Test
    void a_primary_that_ends_its_connections_ends_those_of_the_client() throws Exception {
        try (Socket client = connect(backupPort)) {
            assertServed(client);
            primary.close();
            InputStream in = client.getInputStream();
            while (in.read() >= 0) {
                // the rest of the SASL frames, and the end
            }
        }
    }

    @Test
    void who_does_not_know_the_secret_is_not_let_in() throws Exception {
        AmqpServer stranger = new AmqpServer(ServerSettings.of(environment()), loops);
        stranger.startHandThrough(
                "127.0.0.1", 0, Map.of("amqp", Carrier.TCP), new HandThrough("a guess", PATIENCE_MILLIS));
        InetSocketAddress port = stranger.start("127.0.0.1", 0, "amqp", Carrier.TCP);
        stranger.serve(new ServingPlace.Elsewhere(handThrough));
        try (Socket client = connect(port)) {
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            client.getOutputStream().write(SASL);
            assertEquals(-1, client.getInputStream().read());
            assertEquals(0, primary.connectionCount());
        } finally {
            stranger.close();
        }
    }

    @Test
    void what_is_no_header_is_not_let_in() throws Exception {
        try (Socket client = connect(handThrough)) {
            client.setSoTimeout((int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertEquals(-1, client.getInputStream().read());
            assertEquals(0, primary.connectionCount());
        }
    }
}
