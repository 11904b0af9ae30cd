package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.sluice.program.Certificates;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Session;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionSecuritySaslException;

/** Logging in, and what keeps a connection going. */
final class ConnectionChecks {
    private ConnectionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS, ConnectionChecks::anonymous)
                .can(Feature.PLAIN, scene -> login(scene, "PLAIN"))
                .can(Feature.SCRAM, scene -> {
                    login(scene, "SCRAM-SHA-256");
                    login(scene, "SCRAM-SHA-512");
                })
                .can(Feature.WRONG_PASSWORD, ConnectionChecks::wrongPassword)
                .can(Feature.TLS, ConnectionChecks::tls)
                .can(Feature.EXTERNAL, ConnectionChecks::external)
                .can(Feature.WEBSOCKET, ConnectionChecks::webSocket)
                .can(Feature.SESSIONS, ConnectionChecks::sessions)
                .can(Feature.HEARTBEATS, ConnectionChecks::heartbeats)
                .can(Feature.SMALL_FRAMES, scene -> {
                    try (Peer peer = Peer.of(scene, new ConnectionOptions().maxFrameSize(512))) {
                        roundTrip(peer, scene, "x".repeat(100_000));
                    }
                })
                .can(Feature.CONTAINER_ID, ConnectionChecks::containerId)
                .can(Feature.RECONNECT, ConnectionChecks::reconnect);
    }

    private static void roundTrip(Peer peer, Scene scene, String body) throws Exception {
        try (Receiver receiver = peer.receiver(scene.address())) {
            peer.send(scene.address(), body);
            assertEquals(body, Peer.body(receiver));
        }
    }

    private static void anonymous(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            roundTrip(peer, scene, "hello");
        }
        ConnectionOptions bare = new ConnectionOptions();
        bare.saslOptions().saslEnabled(false);
        try (Peer peer = Peer.of(scene, bare)) {
            roundTrip(peer, scene, "hello");
        }
    }

    private static ConnectionOptions guest(String password) {
        return new ConnectionOptions().user("guest").password(password);
    }

    private static void login(Scene scene, String mechanism) throws Exception {
        ConnectionOptions options = guest("guest");
        options.saslOptions().addAllowedMechanism(mechanism);
        try (Peer peer = Peer.of(scene, options)) {
            roundTrip(peer, scene, mechanism);
        }
    }

    private static void wrongPassword(Scene scene) {
        ExecutionException refused = assertThrows(ExecutionException.class, () -> Peer.of(scene, guest("wrong")));
        assertInstanceOf(ClientConnectionSecuritySaslException.class, refused.getCause());
    }

    private static ConnectionOptions trusting(ConnectionOptions options, Scene scene) {
        options.sslOptions()
                .sslEnabled(true)
                .trustStoreLocation(scene.trust().toString())
                .trustStorePassword(Certificates.PASSWORD);
        return options;
    }

    private static void tls(Scene scene) throws Exception {
        ConnectionOptions options = trusting(guest("guest"), scene);
        try (Peer peer = Peer.of(null, "localhost", scene.port("amqps"), options)) {
            roundTrip(peer, scene, "hello");
        }
        ConnectionOptions distrustful = guest("guest");
        distrustful.sslOptions().sslEnabled(true);
        assertThrows(ExecutionException.class, () -> Peer.of(null, "localhost", scene.port("amqps"), distrustful));
    }

    private static void external(Scene scene) throws Exception {
        ConnectionOptions options = trusting(new ConnectionOptions(), scene);
        options.sslOptions()
                .keyStoreLocation(scene.identities().anna().toString())
                .keyStorePassword(Certificates.PASSWORD);
        options.saslOptions().addAllowedMechanism("EXTERNAL");
        try (Peer peer = Peer.of(null, "localhost", scene.port("amqps"), options)) {
            roundTrip(peer, scene, "hello");
        }
    }

    private static void webSocket(Scene scene) throws Exception {
        ConnectionOptions options = guest("guest");
        options.transportOptions().useWebSockets(true).webSocketPath("/");
        try (Peer peer = Peer.of(null, "127.0.0.1", scene.port("amqpws"), options)) {
            roundTrip(peer, scene, "x".repeat(200_000));
        }
    }

    private static void sessions(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            List<Session> sessions = new ArrayList<>();
            List<Receiver> receivers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                sessions.add(peer.connection().openSession());
                receivers.add(sessions.get(i).openReceiver(scene.address(String.valueOf(i)), Peer.oneByOne()));
            }
            for (int i = 0; i < 3; i++) {
                String to = scene.address(String.valueOf((i + 1) % 3));
                Peer.accepted(sessions.get(i).openSender(to), Message.create("from " + i));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals("from " + (i + 2) % 3, Peer.body(receivers.get(i)));
            }
            sessions.get(0).close();
            Peer.accepted(sessions.get(1).openSender(scene.address("0")), Message.create("still there"));
        }
    }

    private static void heartbeats(Scene scene) throws Exception {
        CompletableFuture<Throwable> lost = new CompletableFuture<>();
        ConnectionOptions options = new ConnectionOptions()
                .idleTimeout(2_000)
                .disconnectedHandler((connection, event) -> lost.complete(event.failureCause()));
        try (Peer peer = Peer.of(scene, options)) {
            assertThrows(TimeoutException.class, () -> {
                throw new AssertionError("the connection was lost", lost.get(3, TimeUnit.SECONDS));
            });
            roundTrip(peer, scene, "hello");
        }
    }

    private static void containerId(Scene scene) throws Exception {
        ConnectionOptions sole = new ConnectionOptions().desiredCapabilities("sole-connection-for-container");
        try (Peer first = Peer.of(scene.address(), "127.0.0.1", scene.port(), sole)) {
            ClientConnectionRemotelyClosedException closed =
                    assertThrows(ClientConnectionRemotelyClosedException.class, () -> {
                        try (Peer second = Peer.of(scene.address(), "127.0.0.1", scene.port(), sole)) {
                            // The answer to the open said that a close follows.
                            Peer.take(second.receiver(scene.address()));
                        } catch (ExecutionException refused) {
                            throw refused.getCause();
                        }
                    });
            assertEquals("amqp:invalid-field", closed.getErrorCondition().condition());
            roundTrip(first, scene, "first");
        }
        try (Peer third = Peer.of(scene.address(), "127.0.0.1", scene.port(), sole)) {
            roundTrip(third, scene, "third");
        }
    }

    private static void reconnect(Scene scene) throws Exception {
        CountDownLatch again = new CountDownLatch(1);
        ConnectionOptions options =
                new ConnectionOptions().reconnectEnabled(true).reconnectedHandler((c, event) -> again.countDown());
        options.reconnectOptions().reconnectDelay(50).maxReconnectDelay(200);
        try (Peer peer = Peer.of(scene, options);
                Sender sender = peer.connection().openSender(scene.address())) {
            Peer.accepted(sender, Message.create("before").durable(true));
            scene.restartBroker();
            assertTrue(again.await(Peer.WAIT_SECONDS, TimeUnit.SECONDS), "not connected again");
            Peer.accepted(sender, Message.create("after").durable(true));
            try (Receiver receiver = peer.receiver(scene.address())) {
                assertEquals(List.of("before", "after"), Peer.bodies(receiver, 2));
                assertTrue(Peer.empty(receiver));
            }
        }
    }
}
