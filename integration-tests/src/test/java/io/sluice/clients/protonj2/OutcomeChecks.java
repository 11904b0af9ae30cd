package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import java.util.Map;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** What a receiver says of a message, and what its sender hears. */
final class OutcomeChecks {
    private OutcomeChecks() {}

    /** What is said of a delivery. */
    private interface Verdict {
        void on(Delivery delivery) throws ClientException;
    }

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ACCEPTED, OutcomeChecks::accepted)
                .can(Feature.RELEASED, scene -> again(scene, Delivery::release, 0))
                .can(Feature.MODIFIED, scene -> again(scene, delivery -> delivery.modified(true, false), 1))
                .can(Feature.REJECTED, OutcomeChecks::rejected)
                .can(Feature.UNDELIVERABLE_HERE, OutcomeChecks::undeliverableHere)
                .can(Feature.MODIFIED_ANNOTATIONS, OutcomeChecks::annotations)
                .can(Feature.REDELIVERED, OutcomeChecks::redelivered)
                .can(Feature.REFUSED, OutcomeChecks::refused);
    }

    private static void accepted(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            try (Receiver receiver = peer.receiver(scene.address())) {
                assertEquals(java.util.List.of("a", "b"), Peer.bodies(receiver, 2));
            }
        }
        try (Peer peer = Peer.of(scene)) {
            assertTrue(Peer.empty(peer.receiver(scene.address())));
        }
    }

    private static void again(Scene scene, Verdict verdict, int count) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address())) {
            peer.send(scene.address(), "a", "b");
            verdict.on(Peer.next(receiver));
            // A new count goes to the disk first: when something sent later is there, the message is back.
            peer.send(scene.address("probe"), "later");
            Delivery delivery = Peer.next(receiver);
            assertEquals("a", delivery.message().body());
            assertEquals(count, delivery.message().deliveryCount());
            delivery.accept();
            assertEquals("b", Peer.body(receiver));
        }
    }

    private static void rejected(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address());
                Receiver dead = peer.receiver("DLQ")) {
            peer.send(scene.address(), "bad");
            Peer.next(receiver).reject("app:broken", "no such customer");
            Message<Object> letter;
            do {
                Delivery delivery = Peer.next(dead);
                letter = delivery.message();
                delivery.accept();
            } while (!scene.address().equals(letter.annotation("x-opt-dead-letter-queue")));
            assertEquals("bad", letter.body());
            assertEquals("rejected", letter.annotation("x-opt-dead-letter-reason"));
            assertEquals("app:broken", letter.annotation("x-opt-dead-letter-condition"));
            assertEquals("no such customer", letter.annotation("x-opt-dead-letter-description"));
        }
    }

    private static void undeliverableHere(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene);
                Receiver first = peer.receiver(scene.address());
                Receiver second = other.receiver(scene.address())) {
            peer.send(scene.address(), "a");
            Peer.next(first).modified(false, true);
            assertTrue(Peer.empty(first));
            assertEquals("a", Peer.body(second));
        }
    }

    private static void annotations(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openSender(scene.address());
                Receiver receiver = peer.receiver(scene.address())) {
            Peer.accepted(sender, Message.create("a").annotation("x-opt-old", "kept"));
            Peer.next(receiver).disposition(DeliveryState.modified(true, false, Map.of("x-opt-new", "added")), true);
            Delivery again = Peer.next(receiver);
            assertEquals("kept", again.message().annotation("x-opt-old"));
            assertEquals("added", again.message().annotation("x-opt-new"));
            again.accept();
        }
    }

    private static void redelivered(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            try (Peer first = Peer.of(scene)) {
                ReceiverOptions options = Peer.oneByOne();
                options.sourceOptions().defaultOutcome(DeliveryState.modified(true, false));
                assertEquals(
                        "a",
                        Peer.next(first.receiver(scene.address(), options))
                                .message()
                                .body());
            }
            try (Receiver receiver = peer.receiver(scene.address())) {
                Delivery delivery = Peer.next(receiver);
                assertEquals("a", delivery.message().body());
                assertEquals(1, delivery.message().deliveryCount());
                delivery.accept();
                delivery = Peer.next(receiver);
                assertEquals("b", delivery.message().body());
                assertEquals(0, delivery.message().deliveryCount());
            }
        }
    }

    private static void refused(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Sender sender = peer.connection().openAnonymousSender()) {
            DeliveryState state = Peer.outcome(sender, Message.create("x").to("$nowhere"));
            assertEquals(DeliveryState.Type.REJECTED, state.getType());
        }
    }
}
