package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.QueueBrowser;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** What a receiver asks for. */
final class ReceiverChecks {
    private ReceiverChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.CREDIT, ReceiverChecks::credit)
                .can(Feature.DRAIN, ReceiverChecks::drain)
                .can(Feature.BROWSE, ReceiverChecks::browse)
                .can(Feature.SELECTOR, ReceiverChecks::selector)
                .can(Feature.COMPETING, ReceiverChecks::competing)
                .can(Feature.REFUSED_LINK, ReceiverChecks::refusedLink);
    }

    private static void credit(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "jms.prefetchPolicy.all=3");
                JmsPeer other = JmsPeer.of(scene)) {
            peer.send(scene.address(), "a", "b", "c", "d", "e");
            MessageConsumer prefetching = peer.consumer(scene.address());
            peer.await(scene);
            MessageConsumer rest = other.consumer(scene.address());
            assertEquals(List.of("d", "e"), JmsPeer.texts(rest, 2));
            assertTrue(JmsPeer.empty(rest));
            assertEquals(List.of("a", "b", "c"), JmsPeer.texts(prefetching, 3));
        }
    }

    private static void drain(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                JmsPeer pulling = JmsPeer.of(scene, "jms.prefetchPolicy.all=0")) {
            for (MessageConsumer consumer :
                    List.of(peer.consumer(scene.address()), pulling.consumer(scene.address("2")))) {
                assertNull(consumer.receiveNoWait());
                assertNull(consumer.receive(1));
            }
            peer.send(scene.address(), "a");
            peer.send(scene.address("2"), "b");
            try (MessageConsumer consumer = peer.consumer(scene.address("2"))) {
                assertEquals("b", consumer.receiveNoWait().getBody(String.class));
                assertNull(consumer.receiveNoWait());
            }
        }
    }

    private static List<String> browsed(QueueBrowser browser) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (Enumeration<?> all = browser.getEnumeration(); all.hasMoreElements(); ) {
            texts.add(((TextMessage) all.nextElement()).getText());
        }
        return texts;
    }

    private static void browse(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            peer.send(scene.address(), "a", "b", "c");
            for (int round = 0; round < 2; round++) {
                try (QueueBrowser browser = peer.session().createBrowser(peer.queue(scene.address()))) {
                    assertEquals(List.of("a", "b", "c"), browsed(browser));
                }
            }
            try (QueueBrowser browser = peer.session().createBrowser(peer.queue(scene.address()), "colour = 'b'")) {
                assertEquals(List.of("b"), browsed(browser));
            }
            assertEquals(List.of("a", "b", "c"), JmsPeer.texts(peer.consumer(scene.address()), 3));
        }
    }

    private static void selector(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(peer.queue(scene.address()))) {
            for (int n = 0; n < 6; n++) {
                String colour = n % 2 == 0 ? "blue" : "red";
                TextMessage message = peer.session().createTextMessage(colour + " " + n);
                message.setStringProperty("colour", colour);
                message.setIntProperty("n", n);
                producer.send(message);
            }
            String selector = "colour = 'red' AND n BETWEEN 2 AND 5";
            try (MessageConsumer red = peer.session().createConsumer(peer.queue(scene.address()), selector)) {
                assertEquals(List.of("red 3", "red 5"), JmsPeer.texts(red, 2));
                assertTrue(JmsPeer.empty(red));
            }
            assertEquals(
                    List.of("blue 0", "red 1", "blue 2", "blue 4"), JmsPeer.texts(peer.consumer(scene.address()), 4));
            assertThrows(
                    InvalidSelectorException.class,
                    () -> peer.session().createConsumer(peer.queue(scene.address()), "colour = "));
        }
    }

    private static void competing(Scene scene) throws JMSException {
        try (JmsPeer first = JmsPeer.of(scene, "jms.prefetchPolicy.all=5");
                JmsPeer second = JmsPeer.of(scene, "jms.prefetchPolicy.all=5")) {
            List<MessageConsumer> consumers =
                    List.of(first.consumer(scene.address()), second.consumer(scene.address()));
            first.await(scene);
            second.await(scene);
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                texts.add("m" + i);
            }
            first.send(scene.address(), texts.toArray(String[]::new));
            List<String> received = new ArrayList<>();
            for (MessageConsumer consumer : consumers) {
                received.addAll(JmsPeer.texts(consumer, 5));
            }
            Collections.sort(received);
            assertEquals(texts, received);
        }
    }

    private static void refusedLink(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            assertThrows(InvalidDestinationException.class, () -> peer.consumer("$nowhere"));
            assertThrows(InvalidDestinationException.class, () -> peer.send("$nowhere", "x"));
            peer.send(scene.address(), "the session goes on");
        }
    }
}
