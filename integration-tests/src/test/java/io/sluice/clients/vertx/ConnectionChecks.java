package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslException;

/** Logging in, and what keeps a connection going. */
final class ConnectionChecks {
    private ConnectionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS, scene -> roundTrip(scene, new AmqpClientOptions(), "hello"))
                .can(Feature.PLAIN, scene -> roundTrip(scene, plain("guest"), "hello"))
                .can(
                        Feature.WRONG_PASSWORD,
                        scene -> assertThrows(SaslException.class, () -> Peer.of(scene, plain("wrong"))))
                .can(Feature.TLS, ConnectionChecks::tls)
                .can(Feature.EXTERNAL, ConnectionChecks::external)
                .can(Feature.HEARTBEATS, ConnectionChecks::heartbeats)
                .can(
                        Feature.SMALL_FRAMES,
                        scene -> roundTrip(scene, new AmqpClientOptions().setMaxFrameSize(512), "x".repeat(100_000)));
    }

    private static AmqpClientOptions plain(String password) {
        AmqpClientOptions options = new AmqpClientOptions().setUsername("guest").setPassword(password);
        return options.addEnabledSaslMechanism("PLAIN");
    }

    private static void roundTrip(Scene scene, AmqpClientOptions options, String body) throws Exception {
        try (Peer peer = Peer.of(scene, options)) {
            roundTrip(peer, scene, body);
        }
    }

    private static void roundTrip(Peer peer, Scene scene, String body) throws Exception {
        Peer.Inbox inbox = peer.inbox(scene.address());
        peer.send(scene.address(), body);
        assertEquals(body, inbox.body());
    }

    private static AmqpClientOptions trusting(Scene scene, AmqpClientOptions options) {
        return options.setHost("localhost")
                .setPort(scene.port("amqps"))
                .setSsl(true)
                .setTrustOptions(
                        new PemTrustOptions().addCertPath(scene.authority().toString()))
                .setHostnameVerificationAlgorithm("HTTPS");
    }

    private static void tls(Scene scene) throws Exception {
        try (Peer peer = Peer.connected(trusting(scene, plain("guest")))) {
            roundTrip(peer, scene, "hello");
        }
        AmqpClientOptions distrustful = trusting(scene, plain("guest"));
        distrustful.setTrustOptions(new PemTrustOptions()
                .addCertPath(scene.identities().annaCertificate().toString()));
        assertThrows(Exception.class, () -> Peer.connected(distrustful));
    }

    private static void external(Scene scene) throws Exception {
        AmqpClientOptions options = trusting(scene, new AmqpClientOptions()).addEnabledSaslMechanism("EXTERNAL");
        options.setKeyCertOptions(new PemKeyCertOptions()
                .addCertPath(scene.identities().annaCertificate().toString())
                .addKeyPath(scene.identities().annaKey().toString()));
        try (Peer peer = Peer.connected(options)) {
            roundTrip(peer, scene, "hello");
        }
    }

    private static void heartbeats(Scene scene) throws Exception {
        // Of which the client makes an idle time-out of 1.5 s.
        try (Peer peer = Peer.of(scene, new AmqpClientOptions().setHeartbeat(750))) {
            CountDownLatch lost = new CountDownLatch(1);
            peer.connection().exceptionHandler(any -> lost.countDown());
            assertFalse(lost.await(3, TimeUnit.SECONDS), "the connection was lost");
            roundTrip(peer, scene, "hello");
        }
    }
}
