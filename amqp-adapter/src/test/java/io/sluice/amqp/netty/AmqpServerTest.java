package io.sluice.amqp.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.amqp.AmqpEnvironment;
import io.sluice.amqp.AmqpLimits;
import io.sluice.amqp.LinkRegistry;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.security.Authenticator;
import io.sluice.broker.security.Principal;
import io.sluice.broker.shard.InMemoryJournal;
import io.sluice.broker.shard.NoStore;
import io.sluice.broker.shard.Shard;
import io.sluice.broker.shard.ShardLimits;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.ShardSetup;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.test.driver.ProtonTestClient;
import org.apache.qpid.protonj2.test.driver.codec.transport.AMQPHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The endpoint over real sockets, against a scripted peer of another make. */
@Timeout(120)
class AmqpServerTest {
    /** Long: the machine may be busy. */
    private static final int WAIT_SECONDS = 30;

    private static final byte[] MESSAGE = {0, 0x53, 0x75, (byte) 0xa0, 2, 'h', 'i'};

    private ServerLoops loops;
    private AmqpServer server;
    private InetSocketAddress address;

    @BeforeEach
    void start() throws Exception {
        loops = ServerLoops.start("test", 1);
        server = new AmqpServer(ServerSettings.of(environment(loops.executor())).withMaxConnections(3), loops);
        address = server.start("127.0.0.1", 0);
    }

    @AfterEach
    void stop() {
        server.close();
        loops.close();
    }

    private static AmqpEnvironment environment(Executor shardExecutor) throws Exception {
        ShardMailbox shard = Shard.recover(new ShardSetup(
                        shardExecutor,
                        System::currentTimeMillis,
                        new InMemoryJournal(),
                        new NoStore(),
                        ShardLimits.ofMemory(64 << 20),
                        name -> Optional.of(QueueDefinition.named(name)),
                        Throwable::printStackTrace))
                .mailbox();
        return new AmqpEnvironment(
                name -> shard,
                name -> Optional.empty(),
                new Anybody(),
                AmqpLimits.DEFAULT,
                System::currentTimeMillis,
                new LinkRegistry(),
                new AmqpEnvironment.Identity("server-test", "1"));
    }

    private static final class Anybody implements Authenticator {
        @Override
        public boolean anonymousAllowed(boolean loopback) {
            return loopback;
        }

        @Override
        public Optional<Principal> authenticate(String user, String password, boolean loopback) {
            return password.equals("secret") ? Optional.of(new Principal(user)) : Optional.empty();
        }
    }

    private static ProtonTestClient connect(InetSocketAddress to) throws Exception {
        ProtonTestClient peer = new ProtonTestClient();
        peer.connect(to.getHostString(), to.getPort());
        peer.expectAMQPHeader();
        peer.expectOpen();
        peer.remoteHeader(AMQPHeader.getAMQPHeader()).now();
        peer.remoteOpen().withContainerId("driver").now();
        peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
        return peer;
    }

    private static void roundTrip(InetSocketAddress to) throws Exception {
        try (ProtonTestClient peer = connect(to)) {
            peer.expectBegin();
            peer.remoteBegin()
                    .withNextOutgoingId(0)
                    .withIncomingWindow(100)
                    .withOutgoingWindow(100)
                    .now();
            peer.expectAttach().ofReceiver();
            peer.expectFlow().withLinkCredit(1000);
            peer.remoteAttach()
                    .ofSender()
                    .withName("in")
                    .withHandle(0)
                    .withInitialDeliveryCount(0)
                    .withSource()
                    .and()
                    .withTarget()
                    .withAddress("q")
                    .and()
                    .now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectDisposition().withFirst(0).withSettled(true).withState().accepted();
            peer.remoteTransfer()
                    .withHandle(0)
                    .withDeliveryId(0)
                    .withDeliveryTag(new byte[] {1})
                    .withMore(false)
                    .withPayload(MESSAGE)
                    .now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectAttach().ofSender();
            peer.remoteAttach()
                    .ofReceiver()
                    .withName("out")
                    .withHandle(1)
                    .withSource()
                    .withAddress("q")
                    .and()
                    .withTarget()
                    .and()
                    .now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectTransfer();
            peer.remoteFlow()
                    .withHandle(1)
                    .withDeliveryCount(0)
                    .withLinkCredit(1)
                    .withNextIncomingId(1)
                    .withIncomingWindow(100)
                    .withNextOutgoingId(1)
                    .withOutgoingWindow(100)
                    .now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectDetach();
            peer.remoteDisposition()
                    .withRole(true)
                    .withFirst(0)
                    .withSettled(true)
                    .withState()
                    .accepted()
                    .now();
            peer.remoteDetach().withHandle(1).withClosed(true).now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectClose();
            peer.remoteClose().now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void aMessageGoesInAndOut() throws Exception {
        roundTrip(address);
    }

    @Test
    void aShardMayHaveAThreadOfItsOwn() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (AmqpServer other =
                new AmqpServer(ServerSettings.of(environment(thread)).withName("other"))) {
            roundTrip(other.start("127.0.0.1", 0));
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void saslPlainIsServed() throws Exception {
        try (ProtonTestClient peer = new ProtonTestClient()) {
            peer.connect(address.getHostString(), address.getPort());
            peer.expectSASLHeader();
            peer.expectSaslMechanisms();
            peer.remoteHeader(AMQPHeader.getSASLHeader()).now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectSaslOutcome();
            peer.expectAMQPHeader();
            peer.remoteSaslInit()
                    .withMechanism("PLAIN")
                    .withInitialResponse("\0guest\0secret".getBytes(StandardCharsets.UTF_8))
                    .now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
            peer.expectOpen();
            peer.remoteHeader(AMQPHeader.getAMQPHeader()).now();
            peer.remoteOpen().withContainerId("driver").now();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Many times: a stop that returned before the last connection had left failed once in hundreds. */
    @RepeatedTest(100)
    void aStopTellsPeersToConnectAgainAndReturnsWhenTheyAreGone() throws Exception {
        try (ProtonTestClient peer = connect(address)) {
            peer.expectClose().withError("amqp:connection:forced");
            server.close();
            peer.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
        }
        assertEquals(0, server.connectionCount());
    }

    /** A connection is handed from the loop that accepted it to its own: it may be between the two when the stop begins. */
    @RepeatedTest(8)
    void aStopMissesNoConnectionThatIsBeingAccepted() throws Exception {
        ServerLoops several = ServerLoops.start("several", 3);
        AmqpServer other = new AmqpServer(ServerSettings.of(environment(several.executor())), several);
        List<Socket> sockets = new ArrayList<>();
        try {
            InetSocketAddress to = other.start("127.0.0.1", 0);
            for (int i = 0; i < 8; i++) {
                sockets.add(new Socket(to.getAddress(), to.getPort()));
            }
            other.close();
            several.awaitGiven(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            assertEquals(0, other.connectionCount());
        } finally {
            several.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void anHttpRequestGetsAnAnswerAndAnEnd() throws Exception {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(answer.contains("speaks AMQP"), answer);
        }
    }

    @Test
    void aConnectionTooManyIsCutOff() throws Exception {
        List<ProtonTestClient> peers = List.of(connect(address), connect(address), connect(address));
        try (Socket tooMany = new Socket(address.getAddress(), address.getPort())) {
            assertEquals(-1, tooMany.getInputStream().read());
            assertEquals(3, server.connectionCount());
        } finally {
            peers.forEach(ProtonTestClient::close);
        }
    }

    @Test
    void manyServersLiveInOneProcessAndLeaveNoThread() throws Exception {
        for (int i = 0; i < 5; i++) {
            ServerLoops own = ServerLoops.start("many-" + i, 1);
            try (AmqpServer other = new AmqpServer(ServerSettings.of(environment(own.executor())), own)) {
                roundTrip(other.start("127.0.0.1", 0));
            } finally {
                own.close();
            }
        }
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("many-")));
    }
}
