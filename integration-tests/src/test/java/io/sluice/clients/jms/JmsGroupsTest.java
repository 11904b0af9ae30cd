package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testkit.SluiceBroker;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageListener;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** JMSXGroupID and JMSXGroupSeq, as Qpid JMS sends them: one consumer for each group, in order. */
final class JmsGroupsTest {
    private static final long WAIT_MILLIS = 20_000;

    private final SluiceBroker broker = SluiceBroker.builder().start();
    private Connection connection;
    private Session session;
    private MessageProducer producer;

    @BeforeEach
    void connect() throws JMSException {
        connection = new JmsConnectionFactory(broker.uri().toString()).createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        producer = session.createProducer(session.createQueue("q"));
    }

    @AfterEach
    void stop() throws JMSException {
        connection.close();
        broker.close();
    }

    /** Of a session of its own, as a JMS application has one for each thread. */
    private MessageConsumer consumer(int acknowledgeMode) throws JMSException {
        Session own = connection.createSession(false, acknowledgeMode);
        return own.createConsumer(own.createQueue("q"));
    }

    private void send(String group, int sequence, String text) throws JMSException {
        TextMessage message = session.createTextMessage(text);
        message.setStringProperty("JMSXGroupID", group);
        message.setIntProperty("JMSXGroupSeq", sequence);
        producer.send(message);
    }

    private static String text(MessageConsumer consumer) throws JMSException {
        TextMessage message = (TextMessage) consumer.receive(WAIT_MILLIS);
        assertNotNull(message);
        return message.getText();
    }

    /** Writes down what comes. */
    private record Listening(List<String> texts, CountDownLatch all) implements MessageListener {
        @Override
        public void onMessage(Message message) {
            try {
                texts.add(((TextMessage) message).getText());
                all.countDown();
            } catch (JMSException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void each_group_is_with_one_consumer_and_in_order() throws Exception {
        CountDownLatch all = new CountDownLatch(700);
        List<List<String>> got = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            got.add(new CopyOnWriteArrayList<>());
            consumer(Session.AUTO_ACKNOWLEDGE).setMessageListener(new Listening(got.get(i), all));
        }
        for (int i = 0; i < 700; i++) {
            send("group " + i % 7, i / 7 + 1, i % 7 + ":" + i / 7);
        }
        assertTrue(all.await(1, TimeUnit.MINUTES));

        Map<String, List<String>> byGroup = new HashMap<>();
        for (List<String> ofOne : got) {
            assertFalse(ofOne.isEmpty(), "each has a share");
            Map<String, List<String>> groups = new HashMap<>();
            ofOne.forEach(text -> groups.computeIfAbsent(text.split(":")[0], group -> new ArrayList<>())
                    .add(text));
            groups.forEach((group, texts) -> assertEquals(null, byGroup.put(group, texts), "group " + group));
        }
        byGroup.forEach((group, texts) -> {
            for (int i = 0; i < 100; i++) {
                assertEquals(group + ":" + i, texts.get(i));
            }
        });
        assertEquals(7, byGroup.size());
    }

    @Test
    void a_closed_group_goes_to_the_next_consumer() throws JMSException {
        MessageConsumer one = consumer(Session.AUTO_ACKNOWLEDGE);
        MessageConsumer other = consumer(Session.AUTO_ACKNOWLEDGE);
        send("a", 1, "a1");
        assertEquals("a1", text(one));
        send("b", 1, "b1");
        assertEquals("b1", text(other));
        send("b", -1, "b2");
        assertEquals("b2", text(other));
        send("b", 1, "b3");

        assertEquals("b3", text(one));
    }

    @Test
    void the_groups_of_a_connection_that_is_gone_go_to_another_consumer_with_what_it_had() throws JMSException {
        Connection leaving = new JmsConnectionFactory(broker.uri().toString()).createConnection();
        leaving.start();
        Session own = leaving.createSession(false, Session.CLIENT_ACKNOWLEDGE);
        MessageConsumer one = own.createConsumer(own.createQueue("q"));
        for (int i = 1; i <= 5; i++) {
            send("a", i, "a" + i);
        }
        assertEquals("a1", text(one));
        assertEquals("a2", text(one));
        MessageConsumer other = consumer(Session.AUTO_ACKNOWLEDGE);
        assertNull(other.receiveNoWait());
        leaving.close();

        for (int i = 1; i <= 5; i++) {
            assertEquals("a" + i, text(other));
        }
    }

    @Test
    void groups_are_shared_with_a_consumer_that_joins() throws JMSException {
        MessageConsumer one = consumer(Session.AUTO_ACKNOWLEDGE);
        send("a", 1, "a1");
        send("b", 1, "b1");
        assertEquals("a1", text(one));
        assertEquals("b1", text(one));
        MessageConsumer other = consumer(Session.AUTO_ACKNOWLEDGE);
        send("a", 2, "a2");
        send("b", 2, "b2");

        assertEquals("a2", text(one));
        assertEquals("b2", text(other));
    }
}
