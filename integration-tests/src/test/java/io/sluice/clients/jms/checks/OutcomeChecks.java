package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.List;

/** What a receiver says of a message, and what its sender hears. */
final class OutcomeChecks {
    /** Of Qpid JMS, beyond JMS: each message is acknowledged by itself, with an outcome that a property names. */
    static final int INDIVIDUAL_ACKNOWLEDGE = 101;

    private static final String OUTCOME = "JMS_AMQP_ACK_TYPE";
    private static final int REJECTED = 2;
    private static final int RELEASED = 3;
    private static final int MODIFIED_FAILED = 4;
    private static final int MODIFIED_FAILED_UNDELIVERABLE = 5;
    /** The next message comes when it is asked for. */
    private static final String PULL = "jms.prefetchPolicy.all=0";

    private OutcomeChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ACCEPTED, OutcomeChecks::accepted)
                .can(Feature.RELEASED, scene -> again(scene, RELEASED, 1))
                .can(Feature.MODIFIED, scene -> again(scene, MODIFIED_FAILED, 2))
                .can(Feature.REJECTED, OutcomeChecks::rejected)
                .can(Feature.UNDELIVERABLE_HERE, OutcomeChecks::undeliverableHere)
                .can(Feature.REDELIVERED, OutcomeChecks::redelivered)
                .can(Feature.REFUSED, OutcomeChecks::refused);
    }

    private static void accepted(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            assertEquals(List.of("a", "b"), JmsPeer.texts(peer.consumer(scene.address()), 2));
        }
        try (JmsPeer peer = JmsPeer.of(scene)) {
            assertTrue(JmsPeer.empty(peer.consumer(scene.address())));
        }
    }

    private static void acknowledge(Message message, int outcome) throws JMSException {
        message.setIntProperty(OUTCOME, outcome);
        message.acknowledge();
    }

    private static void again(Scene scene, int outcome, int count) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, PULL, INDIVIDUAL_ACKNOWLEDGE)) {
            peer.send(scene.address(), "a", "b");
            MessageConsumer consumer = peer.consumer(scene.address());
            acknowledge(JmsPeer.next(consumer), outcome);
            // A new count goes to the disk first: when something sent later is there, the message is back.
            peer.send(scene.address("probe"), "later");
            Message message = JmsPeer.next(consumer);
            assertEquals("a", message.getBody(String.class));
            assertEquals(count, message.getIntProperty("JMSXDeliveryCount"));
            assertEquals(count > 1, message.getJMSRedelivered());
            message.acknowledge();
            assertEquals("b", JmsPeer.text(consumer));
        }
    }

    private static void rejected(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, PULL, INDIVIDUAL_ACKNOWLEDGE)) {
            peer.send(scene.address(), scene.address());
            acknowledge(JmsPeer.next(peer.consumer(scene.address())), REJECTED);
        }
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageConsumer dead = peer.consumer("DLQ")) {
            String text = JmsPeer.text(dead);
            while (!text.equals(scene.address())) {
                text = JmsPeer.text(dead);
            }
        }
    }

    private static void undeliverableHere(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, PULL, INDIVIDUAL_ACKNOWLEDGE);
                JmsPeer other = JmsPeer.of(scene)) {
            peer.send(scene.address(), "a");
            MessageConsumer first = peer.consumer(scene.address());
            Message message = JmsPeer.next(first);
            MessageConsumer second = other.consumer(scene.address());
            acknowledge(message, MODIFIED_FAILED_UNDELIVERABLE);
            assertTrue(JmsPeer.empty(first));
            assertEquals("a", JmsPeer.text(second));
        }
    }

    /** The client's default outcome is modified, delivery failed. */
    private static void redelivered(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            peer.send(scene.address(), "a", "b");
            try (JmsPeer first = JmsPeer.of(scene, "", Session.CLIENT_ACKNOWLEDGE)) {
                assertEquals("a", JmsPeer.text(first.consumer(scene.address())));
            }
            MessageConsumer consumer = peer.consumer(scene.address());
            Message message = JmsPeer.next(consumer);
            assertEquals("a", message.getBody(String.class));
            assertTrue(message.getJMSRedelivered());
            assertTrue(message.getIntProperty("JMSXDeliveryCount") >= 2);
            assertEquals("b", JmsPeer.text(consumer));
        }
    }

    private static void refused(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(null)) {
            JMSException refused = assertThrows(
                    JMSException.class,
                    () -> producer.send(peer.queue("$nowhere"), peer.session().createTextMessage("x")));
            assertTrue(refused.getMessage().contains("not-found"), refused.getMessage());
        }
    }
}
