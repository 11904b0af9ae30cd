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
import jakarta.jms.Queue;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.List;

/** Destinations that are not plain queues. */
final class NodeChecks {
    private NodeChecks() {}

    static void addTo(ClientSuite suite) {
        suite.can(Feature.ANONYMOUS_TERMINUS, NodeChecks::anonymousProducer)
                .can(Feature.REQUEST_REPLY, NodeChecks::requestReply)
                .can(Feature.TEMPORARY_QUEUE, NodeChecks::temporaryQueue)
                .can(Feature.TEMPORARY_TOPIC, NodeChecks::temporaryTopic)
                .can(Feature.TOPIC, NodeChecks::topic)
                .can(Feature.TOPIC_WILDCARDS, NodeChecks::wildcards)
                .can(Feature.TOPIC_SELECTOR, NodeChecks::selector)
                .can(Feature.NO_LOCAL, NodeChecks::noLocal);
    }

    private static void anonymousProducer(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                MessageProducer producer = peer.session().createProducer(null)) {
            for (String n : List.of("1", "2", "3")) {
                producer.send(peer.queue(scene.address(n)), peer.session().createTextMessage("to " + n));
            }
            for (String n : List.of("1", "2", "3")) {
                assertEquals("to " + n, JmsPeer.text(peer.consumer(scene.address(n))));
            }
        }
    }

    private static void requestReply(Scene scene) throws JMSException {
        try (JmsPeer server = JmsPeer.of(scene);
                MessageConsumer requests = server.consumer(scene.address());
                MessageProducer answers = server.session().createProducer(null)) {
            Queue replyTo;
            try (JmsPeer client = JmsPeer.of(scene);
                    MessageProducer asks = client.session().createProducer(client.queue(scene.address()))) {
                replyTo = client.session().createTemporaryQueue();
                MessageConsumer replies = client.session().createConsumer(replyTo);
                for (String id : List.of("one", "two")) {
                    TextMessage ask = client.session().createTextMessage("ask " + id);
                    ask.setJMSReplyTo(replyTo);
                    ask.setJMSCorrelationID(id);
                    asks.send(ask);
                    Message request = JmsPeer.next(requests);
                    assertTrue(request.getJMSReplyTo() instanceof TemporaryQueue, "the kind of destination is kept");
                    TextMessage answer = server.session().createTextMessage("answer " + id);
                    answer.setJMSCorrelationID(request.getJMSCorrelationID());
                    answers.send(request.getJMSReplyTo(), answer);
                    Message reply = JmsPeer.next(replies);
                    assertEquals(id, reply.getJMSCorrelationID());
                    assertEquals("answer " + id, reply.getBody(String.class));
                }
            }
            Queue gone = server.queue(replyTo.getQueueName());
            assertThrows(
                    JMSException.class,
                    () -> answers.send(gone, server.session().createTextMessage("x")));
        }
    }

    private static void temporaryQueue(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                JmsPeer other = JmsPeer.of(scene)) {
            TemporaryQueue queue = peer.session().createTemporaryQueue();
            other.send(queue.getQueueName(), "a", "b");
            MessageConsumer consumer = peer.session().createConsumer(queue);
            assertEquals(List.of("a", "b"), JmsPeer.texts(consumer, 2));
            assertThrows(JMSException.class, queue::delete, "it has a consumer");
            assertThrows(JMSException.class, () -> other.consumer(queue.getQueueName()), "it is of another connection");
            consumer.close();
            queue.delete();
            assertThrows(JMSException.class, () -> other.send(queue.getQueueName(), "x"));
        }
    }

    private static void temporaryTopic(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            TemporaryTopic topic = peer.session().createTemporaryTopic();
            MessageConsumer one = peer.session().createConsumer(topic);
            MessageConsumer two = peer.session().createConsumer(topic);
            peer.send(topic, "to all");
            assertEquals("to all", JmsPeer.text(one));
            assertEquals("to all", JmsPeer.text(two));
            one.close();
            two.close();
            topic.delete();
            assertThrows(JMSException.class, () -> peer.session().createConsumer(topic));
        }
    }

    private static void topic(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                JmsPeer other = JmsPeer.of(scene)) {
            Topic topic = peer.session().createTopic(scene.address());
            peer.send(topic, "nobody hears");
            MessageConsumer one = peer.session().createConsumer(topic);
            MessageConsumer two = other.session().createConsumer(topic);
            peer.send(topic, "a", "b");
            for (MessageConsumer consumer : List.of(one, two)) {
                Message first = JmsPeer.next(consumer);
                assertEquals("a", first.getBody(String.class));
                assertEquals(topic, first.getJMSDestination());
                assertEquals("b", JmsPeer.text(consumer));
                assertTrue(JmsPeer.empty(consumer));
            }
        }
    }

    private static void wildcards(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            MessageConsumer one = peer.session().createConsumer(peer.session().createTopic(scene.address("*")));
            MessageConsumer any = peer.session().createConsumer(peer.session().createTopic(scene.address("#")));
            for (String name : List.of("a", "b", "a.b")) {
                peer.send(peer.session().createTopic(scene.address(name)), name);
            }
            assertEquals(List.of("a", "b"), JmsPeer.texts(one, 2));
            assertTrue(JmsPeer.empty(one));
            assertEquals(List.of("a", "b", "a.b"), JmsPeer.texts(any, 3));
        }
    }

    private static void selector(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene)) {
            Topic topic = peer.session().createTopic(scene.address());
            MessageConsumer red = peer.session().createConsumer(topic, "colour = 'red'");
            peer.send(topic, "red", "blue", "red");
            assertEquals(List.of("red", "red"), JmsPeer.texts(red, 2));
            assertTrue(JmsPeer.empty(red));
        }
    }

    private static void noLocal(Scene scene) throws JMSException {
        try (JmsPeer peer = JmsPeer.of(scene);
                JmsPeer other = JmsPeer.of(scene)) {
            Topic topic = peer.session().createTopic(scene.address());
            MessageConsumer consumer = peer.session().createConsumer(topic, null, true);
            peer.send(topic, "mine");
            other.send(topic, "theirs");
            assertEquals("theirs", JmsPeer.text(consumer));
            assertTrue(JmsPeer.empty(consumer));

            Queue queue = peer.session().createQueue(scene.address() + ".queue");
            MessageConsumer ofQueue = peer.session().createConsumer(queue, null, true);
            peer.send(queue, "mine");
            other.send(queue, "theirs");
            assertEquals("theirs", JmsPeer.text(ofQueue));
            assertTrue(JmsPeer.empty(ofQueue));
            assertEquals("mine", JmsPeer.text(other.session().createConsumer(queue)));
        }
    }
}
