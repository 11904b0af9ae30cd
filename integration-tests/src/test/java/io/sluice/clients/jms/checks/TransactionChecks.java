package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import java.util.List;

/** Transacted sessions. */
final class TransactionChecks {
    private TransactionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.COMMIT, TransactionChecks::commit).can(Feature.ROLLBACK, TransactionChecks::rollback);
    }

    private static void commit(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "", Session.SESSION_TRANSACTED);
                JmsPeer other = JmsPeer.of(scene)) {
            other.send(scene.address(), "x", "y");
            MessageConsumer one = other.consumer(scene.address("one"));
            MessageConsumer two = other.consumer(scene.address("two"));
            assertEquals(List.of("x", "y"), JmsPeer.texts(peer.consumer(scene.address()), 2));
            peer.send(scene.address("one"), "sent");
            peer.send(scene.address("two"), "sent");
            assertTrue(JmsPeer.empty(one) && JmsPeer.empty(two), "seen before the commit");
            peer.session().commit();
            assertEquals("sent", JmsPeer.text(one));
            assertEquals("sent", JmsPeer.text(two));
            peer.session().close();
            assertTrue(JmsPeer.empty(other.consumer(scene.address())));
        }
    }

    private static void rollback(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene, "", Session.SESSION_TRANSACTED);
                JmsPeer other = JmsPeer.of(scene)) {
            other.send(scene.address(), "x", "y", "z");
            MessageConsumer consumer = peer.consumer(scene.address());
            assertEquals(List.of("x", "y"), JmsPeer.texts(consumer, 2));
            peer.send(scene.address("one"), "never sent");
            peer.session().rollback();
            for (String text : List.of("x", "y")) {
                Message again = JmsPeer.next(consumer);
                assertEquals(text, again.getBody(String.class));
                assertTrue(again.getJMSRedelivered());
                assertEquals(2, again.getIntProperty("JMSXDeliveryCount"));
            }
            assertEquals("z", JmsPeer.text(consumer));
            peer.session().commit();
            assertTrue(JmsPeer.empty(other.consumer(scene.address("one"))));
            consumer.close();
            assertTrue(JmsPeer.empty(other.consumer(scene.address())));
        }
    }
}
