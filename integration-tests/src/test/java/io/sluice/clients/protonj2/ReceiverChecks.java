package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRemotelyClosedException;
import org.apache.qpid.protonj2.types.Symbol;
import org.junit.jupiter.api.function.Executable;

/** What a receiver asks for. */
final class ReceiverChecks {
    private static final String SELECTOR = "apache.org:selector-filter:string";

    private ReceiverChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.CREDIT, ReceiverChecks::credit)
                .can(Feature.DRAIN, ReceiverChecks::drain)
                .can(Feature.BROWSE, ReceiverChecks::browse)
                .can(Feature.SELECTOR, ReceiverChecks::selector)
                .can(Feature.FILTERS, ReceiverChecks::filters)
                .can(Feature.COMPETING, ReceiverChecks::competing)
                .can(Feature.DETACH, ReceiverChecks::detach)
                .can(Feature.LINK_STEALING, ReceiverChecks::linkStealing)
                .can(Feature.REFUSED_LINK, ReceiverChecks::refusedLink);
    }

    private static void credit(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address())) {
            peer.send(scene.address(), "a", "b", "c", "d", "e");
            receiver.addCredit(3);
            for (String body : List.of("a", "b", "c")) {
                assertEquals(body, Peer.take(receiver).message().body());
            }
            try (Receiver rest = peer.receiver(scene.address())) {
                assertEquals(List.of("d", "e"), Peer.bodies(rest, 2));
                assertTrue(Peer.empty(rest));
            }
            assertEquals(0, receiver.queuedDeliveries());
        }
    }

    private static void drain(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene);
                Receiver receiver = peer.receiver(scene.address())) {
            assertTrue(Peer.empty(receiver));
            peer.send(scene.address(), "a", "b");
            receiver.addCredit(10);
            receiver.drain().get(Peer.WAIT_SECONDS, TimeUnit.SECONDS);
            assertEquals(2, receiver.queuedDeliveries());
            receiver.tryReceive().accept();
            receiver.tryReceive().accept();
            peer.send(scene.address(), "c");
            assertEquals("c", Peer.body(receiver));
        }
    }

    private static void browse(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b", "c");
            for (int round = 0; round < 2; round++) {
                ReceiverOptions copy = Peer.oneByOne();
                copy.sourceOptions().distributionMode(DistributionMode.COPY);
                try (Receiver browser = peer.receiver(scene.address(), copy)) {
                    assertEquals(List.of("a", "b", "c"), Peer.bodies(browser, 3));
                    assertTrue(Peer.empty(browser));
                }
            }
            assertEquals(List.of("a", "b", "c"), Peer.bodies(peer.receiver(scene.address()), 3));
        }
    }

    private static void coloured(Peer peer, Scene scene) throws Exception {
        try (Sender sender = peer.connection().openSender(scene.address())) {
            for (int n = 0; n < 6; n++) {
                String colour = n % 2 == 0 ? "blue" : "red";
                Message<String> message = Message.create(colour + " " + n);
                Peer.accepted(
                        sender,
                        message.subject(colour).property("colour", colour).property("n", n));
            }
        }
    }

    private static ReceiverOptions filter(String descriptor, Object filter) {
        ReceiverOptions options = Peer.oneByOne();
        options.sourceOptions().addFilter("filter", Symbol.valueOf(descriptor), filter);
        return options;
    }

    private static void selector(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            coloured(peer, scene);
            String red = "colour = 'red' AND n BETWEEN 2 AND 5";
            try (Receiver receiver = peer.receiver(scene.address(), filter(SELECTOR, red))) {
                assertEquals(List.of("red 3", "red 5"), Peer.bodies(receiver, 2));
                assertTrue(Peer.empty(receiver));
            }
            assertEquals(
                    List.of("blue 0", "red 1", "blue 2", "blue 4"), Peer.bodies(peer.receiver(scene.address()), 4));
            refused("amqp:invalid-field", () -> peer.receiver(scene.address(), filter(SELECTOR, "colour = ")));
        }
    }

    private static void filters(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            coloured(peer, scene);
            Map<Symbol, Object> subject = Map.of(Symbol.valueOf("subject"), "red");
            try (Receiver red = peer.receiver(scene.address(), filter("amqp:properties-filter", subject))) {
                assertEquals(List.of("red 1", "red 3", "red 5"), Peer.bodies(red, 3));
                assertTrue(Peer.empty(red));
            }
            String sql = "properties.subject = 'blue' AND n > 1";
            try (Receiver blue = peer.receiver(scene.address(), filter("amqp:sql-filter", sql))) {
                assertEquals(List.of("blue 2", "blue 4"), Peer.bodies(blue, 2));
                assertTrue(Peer.empty(blue));
            }
        }
    }

    private static void competing(Scene scene) throws Exception {
        try (Peer first = Peer.of(scene);
                Peer second = Peer.of(scene);
                Receiver one = first.receiver(scene.address());
                Receiver two = second.receiver(scene.address())) {
            Peer.giveCredit(one, 5);
            Peer.giveCredit(two, 5);
            List<Object> bodies = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                bodies.add("m" + i);
            }
            first.send(scene.address(), bodies.toArray(String[]::new));
            List<Object> received = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                Delivery delivery = Peer.take(i % 2 == 0 ? one : two);
                received.add(delivery.message().body());
                delivery.accept();
            }
            Collections.sort(received, java.util.Comparator.comparing(Object::toString));
            assertEquals(bodies, received);
        }
    }

    private static void detach(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            peer.send(scene.address(), "a", "b", "c");
            for (String body : List.of("a", "b")) {
                Receiver receiver =
                        peer.receiver(scene.address(), Peer.oneByOne().linkName("the-link"));
                assertEquals(body, Peer.body(receiver));
                receiver.detachAsync().get(Peer.WAIT_SECONDS, TimeUnit.SECONDS);
            }
            for (String body : List.of("d", "e")) {
                Sender sender = peer.connection().openSender(scene.address(), new SenderOptions().linkName("out"));
                Peer.accepted(sender, Message.create(body));
                sender.detachAsync().get(Peer.WAIT_SECONDS, TimeUnit.SECONDS);
            }
            assertEquals(List.of("c", "d", "e"), Peer.bodies(peer.receiver(scene.address()), 3));
        }
    }

    private static void linkStealing(Scene scene) throws Exception {
        ConnectionOptions options = new ConnectionOptions();
        try (Peer one = Peer.of(scene.address(), "127.0.0.1", scene.port(), options);
                Peer two = Peer.of(scene.address(), "127.0.0.1", scene.port(), options)) {
            Receiver first = one.receiver(scene.address(), Peer.oneByOne().linkName("the-link"));
            Receiver second = two.receiver(scene.address(), Peer.oneByOne().linkName("the-link"));
            ClientLinkRemotelyClosedException stolen =
                    assertThrows(ClientLinkRemotelyClosedException.class, () -> Peer.take(first));
            assertEquals("amqp:link:stolen", stolen.getErrorCondition().condition());
            two.send(scene.address(), "a");
            assertEquals("a", Peer.body(second));
        }
    }

    static void refused(String condition, Executable attach) {
        ClientException refused = assertInstanceOf(
                ClientException.class,
                assertThrows(ExecutionException.class, attach).getCause());
        ClientLinkRemotelyClosedException closed = assertInstanceOf(ClientLinkRemotelyClosedException.class, refused);
        assertEquals(condition, closed.getErrorCondition().condition());
    }

    private static void refusedLink(Scene scene) throws Exception {
        try (Peer peer = Peer.of(scene)) {
            refused("amqp:not-found", () -> peer.receiver("$nowhere"));
            refused("amqp:not-found", () -> Peer.opened(peer.connection().openSender("$nowhere")));
            peer.send(scene.address(), "the session goes on");
        }
    }
}
