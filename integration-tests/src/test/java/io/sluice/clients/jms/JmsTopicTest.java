package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.DefaultBroker;
import jakarta.jms.Connection;
import jakarta.jms.InvalidDestinationException;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics of a JMS application through Qpid JMS, unmodified, against the started program. */
final class JmsTopicTest {
    private static final long WAIT_MILLIS = 20_000;

    @RegisterExtension
    static final DefaultBroker broker = new DefaultBroker();

    private final List<Connection> connections = new ArrayList<>();
    private String name;
    private Session session;
    private Topic topic;

    @BeforeEach
    void connect(TestInfo test) throws JMSException {
        name = test.getTestMethod().orElseThrow().getName();
        session = session("client-" + name);
        topic = session.createTopic("jms." + name);
    }

    @AfterEach
    void disconnect() throws JMSException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    /** @param clientId null for none */
    private Session session(String clientId) throws JMSException {
        Connection connection = new JmsConnectionFactory(broker.uri()).createConnection();
        connections.add(connection);
        if (clientId != null) {
            connection.setClientID(clientId);
        }
        connection.start();
        return connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    }

    private void publish(Session from, String... texts) throws JMSException {
        try (MessageProducer producer = from.createProducer(topic)) {
            for (String text : texts) {
                TextMessage message = from.createTextMessage(text);
                message.setStringProperty("color", text.contains("red") ? "red" : "none");
                producer.send(message);
            }
        }
    }

    private static String next(MessageConsumer consumer) throws JMSException {
        TextMessage message = (TextMessage) consumer.receive(WAIT_MILLIS);
        assertNotNull(message, "no message in " + WAIT_MILLIS + " ms");
        return message.getText();
    }

    /** A drain says that nothing is there: no waiting. */
    private static void assertEmpty(MessageConsumer consumer) throws JMSException {
        assertNull(consumer.receiveNoWait());
    }

    @Test
    void every_subscriber_gets_what_is_published_while_it_is_there() throws JMSException {
        publish(session, "before");
        MessageConsumer one = session.createConsumer(topic);
        MessageConsumer two = session(null).createConsumer(topic);
        publish(session, "1", "2");

        assertEquals("1", next(one));
        assertEquals("2", next(one));
        assertEquals("1", next(two));
        one.close();
        publish(session, "3");
        assertEquals("2", next(two));
        assertEquals("3", next(two));
        MessageConsumer again = session.createConsumer(topic);
        assertEmpty(again);
    }

    @Test
    void a_message_says_that_it_was_sent_to_a_topic() throws JMSException {
        MessageConsumer consumer = session.createConsumer(topic);
        publish(session, "1");
        assertEquals(topic, consumer.receive(WAIT_MILLIS).getJMSDestination());
    }

    @Test
    void a_durable_subscription_gets_what_is_published_while_nobody_is_there() throws JMSException {
        MessageConsumer consumer = session.createDurableConsumer(topic, "sub");
        consumer.close();
        publish(session, "1", "2");

        consumer = session.createDurableConsumer(topic, "sub");
        assertEquals("1", next(consumer));
        consumer.close();
        publish(session, "3");
        consumer = session.createDurableSubscriber(topic, "sub");
        assertEquals("2", next(consumer));
        assertEquals("3", next(consumer));
        assertEmpty(consumer);
    }

    @Test
    void a_durable_subscription_outlives_its_connection() throws JMSException {
        session("other-" + name).createDurableConsumer(topic, "sub");
        connections.remove(connections.size() - 1).close();
        publish(session, "1");
        assertEquals("1", next(session("other-" + name).createDurableConsumer(topic, "sub")));
    }

    @Test
    void an_unsubscribed_one_has_nothing_left() throws JMSException {
        session.createDurableConsumer(topic, "sub").close();
        publish(session, "1");
        session.unsubscribe("sub");

        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("sub"));
        assertEmpty(session.createDurableConsumer(topic, "sub"));
        assertThrows(JMSException.class, () -> session.unsubscribe("sub"), "it is in use");
    }

    @Test
    void another_selector_starts_a_new_subscription() throws JMSException {
        session.createDurableConsumer(topic, "sub", "color = 'red'", false).close();
        publish(session, "red 1", "green 1");
        MessageConsumer same = session.createDurableConsumer(topic, "sub", "color = 'red'", false);
        assertEquals("red 1", next(same));
        assertEmpty(same);
        same.close();

        publish(session, "red 2");
        MessageConsumer other = session.createDurableConsumer(topic, "sub", "color <> 'red'", false);
        publish(session, "red 3", "green 3");
        assertEquals("green 3", next(other));
        assertEmpty(other);
    }

    @Test
    void another_topic_starts_a_new_subscription() throws JMSException {
        session.createDurableConsumer(topic, "sub").close();
        publish(session, "old");
        Topic other = session.createTopic("jms.other." + name);
        MessageConsumer consumer = session.createDurableConsumer(other, "sub");
        session.createProducer(other).send(session.createTextMessage("new"));
        publish(session, "old");
        assertEquals("new", next(consumer));
        assertEmpty(consumer);
    }

    @Test
    void a_selector_counts_on_a_volatile_subscription_too() throws JMSException {
        MessageConsumer consumer = session.createConsumer(topic, "color = 'red'");
        publish(session, "green", "red");
        assertEquals("red", next(consumer));
        assertEmpty(consumer);
    }

    @Test
    void no_local_keeps_back_what_the_own_connection_publishes() throws JMSException {
        MessageConsumer volatileOne = session.createConsumer(topic, null, true);
        MessageConsumer durable = session.createDurableConsumer(topic, "sub", null, true);
        publish(session, "mine");
        publish(session(null), "theirs");

        assertEquals("theirs", next(volatileOne));
        assertEquals("theirs", next(durable));
        assertEmpty(volatileOne);
        assertEmpty(durable);
    }

    @Test
    void shared_consumers_get_each_message_once() throws JMSException {
        MessageConsumer one = session.createSharedConsumer(topic, "sub");
        MessageConsumer two = session.createSharedConsumer(topic, "sub");
        MessageConsumer somebodyElses = session("other-" + name).createSharedConsumer(topic, "sub");
        publish(session, "1", "2", "3", "4");

        List<String> texts = new ArrayList<>(List.of(next(one), next(one), next(two), next(two)));
        texts.sort(null);
        assertEquals(List.of("1", "2", "3", "4"), texts);
        assertEquals("1", next(somebodyElses), "of another client id, so another subscription");
    }

    @Test
    void a_global_shared_subscription_is_that_of_all_connections_without_client_id() throws JMSException {
        Session first = session(null);
        Session second = session(null);
        MessageConsumer one = first.createSharedDurableConsumer(topic, name);
        MessageConsumer two = second.createSharedDurableConsumer(topic, name);
        publish(session, "1", "2");
        List<String> texts = new ArrayList<>(List.of(next(one), next(two)));
        texts.sort(null);
        assertEquals(List.of("1", "2"), texts);

        one.close();
        assertThrows(JMSException.class, () -> first.unsubscribe(name), "the second connection uses it");
        two.close();
        publish(session, "3");
        assertEquals("3", next(second.createSharedDurableConsumer(topic, name)));
        connections.remove(connections.size() - 1).close();
        first.unsubscribe(name);
        assertThrows(InvalidDestinationException.class, () -> first.unsubscribe(name));
    }

    @Test
    void a_shared_durable_subscription_of_a_client_id_keeps_its_backlog() throws JMSException {
        MessageConsumer one = session.createSharedDurableConsumer(topic, "sub");
        MessageConsumer two = session.createSharedDurableConsumer(topic, "sub");
        one.close();
        two.close();
        publish(session, "1");
        MessageConsumer again = session.createSharedDurableConsumer(topic, "sub");
        assertEquals("1", next(again));
        again.close();
        session.unsubscribe("sub");
        assertThrows(InvalidDestinationException.class, () -> session.unsubscribe("sub"));
    }

    @Test
    void a_shared_subscription_in_use_is_not_changed_by_another_connection() throws JMSException {
        MessageConsumer user = session(null).createSharedDurableConsumer(topic, name, "color = 'red'");
        Session other = session(null);
        assertThrows(JMSException.class, () -> other.createSharedDurableConsumer(topic, name, "color = 'green'"));
        user.close();
        MessageConsumer changed = other.createSharedDurableConsumer(topic, name, "color = 'green'");
        changed.close();
        other.unsubscribe(name);
    }

    @Test
    void wildcards_stand_for_words() throws JMSException {
        MessageConsumer one = session.createConsumer(session.createTopic(name + ".eu.*"));
        MessageConsumer any = session.createConsumer(session.createTopic(name + ".#"));
        MessageProducer producer = session.createProducer(null);
        for (String word : List.of(".eu.fr", ".eu.fr.paris", ".us")) {
            producer.send(session.createTopic(name + word), session.createTextMessage(word));
        }

        assertEquals(".eu.fr", next(one));
        assertEmpty(one);
        assertEquals(".eu.fr", next(any));
        assertEquals(".eu.fr.paris", next(any));
        assertEquals(".us", next(any));
    }

    @Test
    void a_queue_of_the_same_name_is_something_else() throws JMSException {
        MessageConsumer ofTopic = session.createConsumer(topic);
        MessageConsumer ofQueue = session.createConsumer(session.createQueue(topic.getTopicName()));
        MessageProducer anonymous = session.createProducer(null);
        anonymous.send(topic, session.createTextMessage("to the topic"));
        anonymous.send(session.createQueue(topic.getTopicName()), session.createTextMessage("to the queue"));

        assertEquals("to the topic", next(ofTopic));
        assertEquals("to the queue", next(ofQueue));
        assertEmpty(ofTopic);
        assertEmpty(ofQueue);
    }

    @Test
    void what_is_rolled_back_was_never_published() throws JMSException {
        MessageConsumer one = session.createDurableConsumer(topic, "one");
        MessageConsumer two = session.createConsumer(topic);
        Connection other = new JmsConnectionFactory(broker.uri()).createConnection();
        connections.add(other);
        Session transacted = other.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer producer = transacted.createProducer(topic);
        producer.send(transacted.createTextMessage("undone"));
        transacted.rollback();
        producer.send(transacted.createTextMessage("1"));
        producer.send(transacted.createTextMessage("2"));
        assertEmpty(one);
        transacted.commit();

        assertEquals("1", next(one));
        assertEquals("2", next(one));
        assertEquals("1", next(two));
        assertEquals("2", next(two));
    }

    @Test
    void a_transacted_subscriber_gets_again_what_it_rolled_back() throws JMSException {
        Connection other = new JmsConnectionFactory(broker.uri()).createConnection();
        connections.add(other);
        other.setClientID("transacted-" + name);
        other.start();
        Session transacted = other.createSession(true, Session.SESSION_TRANSACTED);
        MessageConsumer consumer = transacted.createDurableConsumer(topic, "sub");
        publish(session, "1", "2");
        assertEquals("1", next(consumer));
        transacted.rollback();
        TextMessage again = (TextMessage) consumer.receive(WAIT_MILLIS);
        assertEquals("1", again.getText());
        assertTrue(again.getJMSRedelivered());
        assertEquals("2", next(consumer));
        transacted.commit();
        assertEmpty(consumer);
    }

    @Test
    void ten_megabytes_reach_every_subscriber() throws Exception {
        MessageConsumer one = session.createDurableConsumer(topic, "one");
        MessageConsumer two = session.createConsumer(topic);
        byte[] bytes = new byte[10 << 20];
        new java.util.Random(1).nextBytes(bytes);
        var message = session.createBytesMessage();
        message.writeBytes(bytes);
        try (MessageProducer producer = session.createProducer(topic)) {
            producer.send(message);
        }
        for (MessageConsumer consumer : List.of(one, two)) {
            byte[] received = consumer.receive(WAIT_MILLIS).getBody(byte[].class);
            assertTrue(java.util.Arrays.equals(bytes, received));
        }
    }
}
