package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpReceiverOptions;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a receiver asks for. */
final class ReceiverChecks {
    private ReceiverChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.CREDIT, ReceiverChecks::credit)
                .can(Feature.DRAIN, ReceiverChecks::drain)
                .can(Feature.SELECTOR, ReceiverChecks::selector)
                .can(Feature.COMPETING, ReceiverChecks::competing)
                .can(Feature.DETACH, ReceiverChecks::detach)
                .can(Feature.LINK_STEALING, ReceiverChecks::linkStealing)
                .can(Feature.REFUSED_LINK, ReceiverChecks::refusedLink);
    }

    private static void credit(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b", "c", "d", "e");
            Peer.Inbox paused = peer.inbox(scene.address(), new AmqpReceiverOptions().setMaxBufferedMessages(3));
            Peer.Inbox rest = peer.inbox(scene.address());
            assertEquals(List.of("d", "e"), rest.bodies(2));
            assertTrue(rest.empty());
            assertEquals(List.of("a", "b", "c"), paused.bodies(3));
        }
    }

    private static void drain(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address());
            assertTrue(inbox.empty());
            peer.send(scene.address(), "a");
            assertEquals("a", inbox.body());
            assertTrue(inbox.empty());
        }
    }

    static AmqpMessage coloured(String colour, int n) {
        return AmqpMessage.create()
                .withBody(colour + " " + n)
                .applicationProperties(new JsonObject().put("colour", colour).put("n", n))
                .build();
    }

    private static void selector(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.sender(scene.address());
            for (int n = 0; n < 6; n++) {
                peer.accepted(sender, coloured(n % 2 == 0 ? "blue" : "red", n));
            }
            String selector = "colour = 'red' AND n BETWEEN 2 AND 5";
            Peer.Inbox red = peer.inbox(scene.address(), new AmqpReceiverOptions().setSelector(selector));
            assertEquals(List.of("red 3", "red 5"), red.bodies(2));
            assertTrue(red.empty());
            Peer.Inbox rest = peer.inbox(scene.address());
            assertEquals(List.of("blue 0", "red 1", "blue 2", "blue 4"), rest.bodies(4));
            AmqpReceiverOptions wrong = new AmqpReceiverOptions().setSelector("colour = ");
            refused("amqp:invalid-field", () -> peer.inbox(scene.address(), wrong));
        }
    }

    private static void refused(String condition, org.junit.jupiter.api.function.Executable attach) {
        Exception refused = assertThrows(Exception.class, attach);
        assertTrue(refused.toString().contains(condition), refused.toString());
    }

    private static void competing(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene)) {
            List<Peer.Inbox> inboxes = new ArrayList<>();
            for (Peer peer : List.of(first, second)) {
                inboxes.add(peer.inbox(scene.address(), new AmqpReceiverOptions().setMaxBufferedMessages(5)));
                peer.inbox(scene.address("probe"));
            }
            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                bodies.add("m" + i);
            }
            first.send(scene.address(), bodies.toArray(String[]::new));
            List<String> received = new ArrayList<>();
            for (Peer.Inbox inbox : inboxes) {
                received.addAll(inbox.bodies(5));
            }
            Collections.sort(received);
            assertEquals(bodies, received);
        }
    }

    /** A durable receiver of this client is detached where another is closed; it is attached again on another connection. */
    private static void detach(Scene scene) throws Exception {
        for (String body : List.of("a", "b")) {
            try (Peer peer = Peer.named(scene, scene.address())) {
                peer.send(scene.address(), body);
                Peer.Inbox inbox = peer.inbox(
                        scene.address(),
                        new AmqpReceiverOptions().setLinkName("the-link").setDurable(true));
                assertEquals(body, inbox.body());
                inbox.close();
            }
        }
        try (Peer peer = Peer.of(scene)) {
            assertTrue(peer.inbox(scene.address()).empty());
        }
    }

    private static void linkStealing(Scene scene) throws Exception {
        try (Peer one = Peer.named(scene, scene.address());
                Peer two = Peer.named(scene, scene.address())) {
            Peer.Inbox first = one.inbox(scene.address(), new AmqpReceiverOptions().setLinkName("the-link"));
            Peer.Inbox second = two.inbox(scene.address(), new AmqpReceiverOptions().setLinkName("the-link"));
            assertNotNull(first.gone());
            two.send(scene.address(), "a");
            assertEquals("a", second.body());
        }
    }

    private static void refusedLink(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            refused("amqp:not-found", () -> peer.inbox("$nowhere"));
            refused("amqp:not-found", () -> peer.sender("$nowhere"));
            peer.send(scene.address(), "the session goes on");
        }
    }
}
