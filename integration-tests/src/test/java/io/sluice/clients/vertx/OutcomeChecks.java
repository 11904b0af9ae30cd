package io.sluice.clients.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import io.vertx.amqp.AmqpMessage;
import io.vertx.amqp.AmqpSender;
import io.vertx.core.VertxException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.Symbol;

/** What a receiver says of a message, and what its sender hears. */
final class OutcomeChecks {
    private OutcomeChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ACCEPTED, OutcomeChecks::accepted)
                .can(Feature.RELEASED, scene -> again(scene, AmqpMessage::released, 0))
                .can(Feature.MODIFIED, scene -> again(scene, message -> message.modified(true, false), 1))
                .can(Feature.REJECTED, OutcomeChecks::rejected)
                .can(Feature.UNDELIVERABLE_HERE, OutcomeChecks::undeliverableHere)
                .can(Feature.REDELIVERED, OutcomeChecks::redelivered)
                .can(Feature.REFUSED, OutcomeChecks::refused);
    }

    private static void accepted(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            Peer.Inbox inbox = peer.inbox(scene.address());
            assertEquals(List.of("a", "b"), inbox.bodies(2));
            inbox.close();
        }
        try (Peer peer = Peer.of(scene)) {
            assertTrue(peer.inbox(scene.address()).empty());
        }
    }

    /** The client has the next message before it is asked for it, so that the second is sent when the first is back. */
    private static void again(Scene scene, Consumer<AmqpMessage> verdict, int count) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            Peer.Inbox inbox = peer.inbox(scene.address());
            peer.send(scene.address(), "a");
            verdict.accept(inbox.next());
            AmqpMessage message = inbox.next();
            assertEquals("a", message.bodyAsString());
            assertEquals(count, message.deliveryCount());
            peer.send(scene.address(), "b");
            message.accepted();
            assertEquals("b", inbox.body());
        }
    }

    private static void rejected(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "bad");
            peer.inbox(scene.address()).next().rejected();
            Peer.Inbox dead = peer.inbox("DLQ");
            AmqpMessage letter;
            Map<Symbol, Object> annotations;
            do {
                letter = dead.next();
                letter.accepted();
                annotations = letter.unwrap().getMessageAnnotations().getValue();
            } while (!scene.address().equals(annotations.get(Symbol.valueOf("x-opt-dead-letter-queue"))));
            assertEquals("bad", letter.bodyAsString());
            assertEquals("rejected", annotations.get(Symbol.valueOf("x-opt-dead-letter-reason")));
        }
    }

    private static void undeliverableHere(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Peer other = Peer.of(scene)) {
            peer.send(scene.address(), "a");
            Peer.Inbox first = peer.inbox(scene.address());
            AmqpMessage message = first.next();
            Peer.Inbox second = other.inbox(scene.address());
            message.modified(false, true);
            assertTrue(first.empty());
            assertEquals("a", second.body());
        }
    }

    /** The client sets no default outcome: what is given back on a close was not a failure. */
    private static void redelivered(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            try (Peer first = Peer.of(scene)) {
                assertEquals("a", first.inbox(scene.address()).next().bodyAsString());
                first.await(first.connection()::close);
            }
            Peer.Inbox inbox = peer.inbox(scene.address());
            AmqpMessage message = inbox.next();
            assertEquals("a", message.bodyAsString());
            assertEquals(0, message.deliveryCount());
            message.accepted();
            assertEquals("b", inbox.body());
        }
    }

    private static void refused(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            AmqpSender sender = peer.await(peer.connection()::createAnonymousSender);
            AmqpMessage lost =
                    AmqpMessage.create().withBody("x").address("$nowhere").build();
            VertxException refused = assertThrows(VertxException.class, () -> peer.accepted(sender, lost));
            assertTrue(refused.getMessage().contains("REJECTED"), refused.getMessage());
        }
    }
}
