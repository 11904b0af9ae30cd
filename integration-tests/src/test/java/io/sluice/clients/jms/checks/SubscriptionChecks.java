package io.sluice.clients.jms.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.clients.ClientSuite;
import io.sluice.clients.Feature;
import io.sluice.clients.Scene;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Durable and shared subscriptions. */
final class SubscriptionChecks {
    private SubscriptionChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.DURABLE_SUBSCRIPTION, SubscriptionChecks::durable)
                .can(Feature.UNSUBSCRIBE, SubscriptionChecks::unsubscribe)
                .can(Feature.SHARED_SUBSCRIPTION, SubscriptionChecks::shared)
                .can(Feature.SHARED_DURABLE, SubscriptionChecks::sharedDurable);
    }

    private static Topic topic(JmsPeer peer, Scene scene) throws JMSException {
        return peer.session().createTopic(scene.address());
    }

    private static void durable(Scene scene) throws JMSException {
        try (JmsPeer away = JmsPeer.named(scene, scene.address())) {
            away.session().createDurableSubscriber(topic(away, scene), "news").close();
        }
        try (JmsPeer other = JmsPeer.of(scene)) {
            other.send(topic(other, scene), "a", "b");
        }
        try (JmsPeer back = JmsPeer.named(scene, scene.address())) {
            MessageConsumer consumer = back.session().createDurableConsumer(topic(back, scene), "news");
            assertEquals(List.of("a", "b"), JmsPeer.texts(consumer, 2));
            assertTrue(JmsPeer.empty(consumer));
        }
    }

    private static void unsubscribe(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.named(scene, scene.address())) {
            MessageConsumer consumer = peer.session().createDurableConsumer(topic(peer, scene), "news");
            assertThrows(JMSException.class, () -> peer.session().unsubscribe("news"), "it has a consumer");
            consumer.close();
            peer.send(topic(peer, scene), "kept for nobody");
            peer.session().unsubscribe("news");
            assertThrows(InvalidDestinationException.class, () -> peer.session().unsubscribe("news"));
            assertTrue(JmsPeer.empty(peer.session().createDurableConsumer(topic(peer, scene), "news")));
        }
    }

    /** Each message to one of the consumers, which take five each; they are of these two. */
    private static void shares(JmsPeer publisher, JmsPeer other, Scene scene, MessageConsumer... consumers)
            throws JMSException {
        publisher.await(scene);
        other.await(scene);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            texts.add("m" + i);
        }
        publisher.send(topic(publisher, scene), texts.toArray(String[]::new));
        List<String> received = new ArrayList<>();
        for (MessageConsumer consumer : consumers) {
            received.addAll(JmsPeer.texts(consumer, 5));
        }
        Collections.sort(received);
        assertEquals(texts, received);
    }

    private static JmsPeer prefetchingFive(Scene scene) throws JMSException {
        return JmsPeer.of(scene, "jms.prefetchPolicy.all=5");
    }

    private static void shared(Scene scene) throws JMSException {
        try (JmsPeer first = prefetchingFive(scene);
                JmsPeer second = prefetchingFive(scene)) {
            shares(
                    first,
                    second,
                    scene,
                    first.session().createSharedConsumer(topic(first, scene), "team"),
                    second.session().createSharedConsumer(topic(second, scene), "team"));
        }
        try (JmsPeer named = JmsPeer.of(scene, "jms.prefetchPolicy.all=5&jms.clientID=" + scene.address())) {
            shares(
                    named,
                    named,
                    scene,
                    named.session().createSharedConsumer(topic(named, scene), "team"),
                    named.session().createSharedConsumer(topic(named, scene), "team"));
        }
    }

    private static void sharedDurable(Scene scene) throws JMSException {
        try (JmsPeer first = prefetchingFive(scene);
                JmsPeer second = prefetchingFive(scene)) {
            shares(
                    first,
                    second,
                    scene,
                    first.session().createSharedDurableConsumer(topic(first, scene), "team"),
                    second.session().createSharedDurableConsumer(topic(second, scene), "team"));
        }
        try (JmsPeer third = JmsPeer.of(scene)) {
            third.send(topic(third, scene), "kept");
            MessageConsumer back = third.session().createSharedDurableConsumer(topic(third, scene), "team");
            assertEquals("kept", JmsPeer.text(back));
            back.close();
            third.session().unsubscribe("team");
            assertThrows(
                    InvalidDestinationException.class, () -> third.session().unsubscribe("team"));
        }
    }
}
