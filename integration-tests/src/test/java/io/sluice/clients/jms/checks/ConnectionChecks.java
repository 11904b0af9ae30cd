package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.sluice.program.Certificates;
import jakarta.jms.InvalidClientIDException;
import jakarta.jms.JMSException;
import jakarta.jms.JMSSecurityException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Logging in, and what keeps a connection going. */
final class ConnectionChecks {
    private ConnectionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS, scene -> roundTrip(JmsPeer.of(scene), scene, "hello"))
                .can(Feature.PLAIN, scene -> login(scene, "PLAIN"))
                .can(Feature.SCRAM, scene -> {
                    login(scene, "SCRAM-SHA-256");
                    login(scene, "SCRAM-SHA-512");
                })
                .can(
                        Feature.WRONG_PASSWORD,
                        scene -> assertThrows(
                                JMSSecurityException.class, () -> JmsPeer.connected(uri(scene, ""), "guest", "wrong")))
                .can(Feature.TLS, ConnectionChecks::tls)
                .can(
                        Feature.EXTERNAL,
                        scene -> roundTrip(
                                JmsPeer.connected(tlsUri(scene) + withKey(scene), null, null), scene, "hello"))
                .can(Feature.WEBSOCKET, ConnectionChecks::webSocket)
                .can(Feature.SESSIONS, ConnectionChecks::sessions)
                .can(Feature.HEARTBEATS, ConnectionChecks::heartbeats)
                .can(
                        Feature.SMALL_FRAMES,
                        scene -> roundTrip(JmsPeer.of(scene, "amqp.maxFrameSize=512"), scene, "x".repeat(100_000)))
                .can(Feature.CONTAINER_ID, ConnectionChecks::clientId)
                .can(Feature.RECONNECT, ConnectionChecks::reconnect);
    }

    private static String uri(Scene scene, String options) {
        return "amqp://127.0.0.1:" + scene.port() + "?" + options;
    }

    private static void roundTrip(JmsPeer connected, Scene scene, String text) throws JMSException {
        try (JmsPeer peer = connected) {
            peer.send(scene.address(), text);
            assertEquals(text, JmsPeer.text(peer.consumer(scene.address())));
        }
    }

    private static void login(Scene scene, String mechanism) throws JMSException {
        String uri = uri(scene, "amqp.saslMechanisms=" + mechanism);
        roundTrip(JmsPeer.connected(uri, "guest", "guest"), scene, mechanism);
    }

    private static String tlsUri(Scene scene) {
        return "amqps://localhost:" + scene.port("amqps") + "?transport.trustStoreLocation=" + scene.trust()
                + "&transport.trustStorePassword=" + Certificates.PASSWORD;
    }

    private static String withKey(Scene scene) {
        return "&amqp.saslMechanisms=EXTERNAL&transport.keyStoreLocation="
                + scene.identities().anna() + "&transport.keyStorePassword=" + Certificates.PASSWORD;
    }

    private static void tls(Scene scene) throws JMSException {
        roundTrip(JmsPeer.connected(tlsUri(scene), "guest", "guest"), scene, "hello");
        String distrustful = "amqps://localhost:" + scene.port("amqps");
        assertThrows(JMSException.class, () -> JmsPeer.connected(distrustful, "guest", "guest"));
    }

    private static void webSocket(Scene scene) throws JMSException {
        String uri = "amqpws://127.0.0.1:" + scene.port("amqpws") + "/";
        roundTrip(JmsPeer.connected(uri, "guest", "guest"), scene, "x".repeat(200_000));
    }

    private static void sessions(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            List<Session> sessions = new ArrayList<>();
            List<MessageConsumer> consumers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Session session = peer.connection().createSession();
                sessions.add(session);
                consumers.add(session.createConsumer(session.createQueue(scene.address(String.valueOf(i)))));
            }
            for (int i = 0; i < 3; i++) {
                Session session = sessions.get(i);
                String to = scene.address(String.valueOf((i + 1) % 3));
                session.createProducer(session.createQueue(to)).send(session.createTextMessage("from " + i));
            }
            for (int i = 0; i < 3; i++) {
                assertEquals("from " + (i + 2) % 3, JmsPeer.text(consumers.get(i)));
            }
            sessions.get(0).close();
            peer.send(scene.address("1"), "still there");
            assertEquals("still there", JmsPeer.text(consumers.get(1)));
        }
    }

    private static void heartbeats(Scene scene) throws Exception {
        try (JmsPeer peer = JmsPeer.of(scene, "amqp.idleTimeout=2000")) {
            CountDownLatch lost = new CountDownLatch(1);
            peer.connection().setExceptionListener(any -> lost.countDown());
            assertFalse(lost.await(3, TimeUnit.SECONDS), "the connection was lost");
            roundTrip(peer, scene, "hello");
        }
    }

    private static void clientId(Scene scene) throws JMSException {
        try (JmsPeer first = JmsPeer.named(scene, scene.address())) {
            assertThrows(InvalidClientIDException.class, () -> JmsPeer.named(scene, scene.address()));
            first.send(scene.address(), "first");
            assertEquals(scene.address(), first.connection().getClientID());
        }
        try (JmsPeer third = JmsPeer.named(scene, scene.address())) {
            assertEquals("first", JmsPeer.text(third.consumer(scene.address())));
        }
    }

    private static void reconnect(Scene scene) throws Exception {
        String uri = "failover:(amqp://127.0.0.1:" + scene.port()
                + ")?failover.reconnectDelay=50&failover.maxReconnectDelay=200";
        try (JmsPeer peer = JmsPeer.connected(uri, null, null)) {
            MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()));
            producer.send(peer.session().createTextMessage("before"));
            scene.restartBroker();
            // What is on the way when the connection goes is sent again by the client.
            producer.send(peer.session().createTextMessage("after"));
            MessageConsumer consumer = peer.consumer(scene.address());
            assertEquals(List.of("before", "after"), JmsPeer.texts(consumer, 2));
            assertTrue(JmsPeer.empty(consumer));
        }
    }
}
