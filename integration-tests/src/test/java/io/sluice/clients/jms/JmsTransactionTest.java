package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.QueueBrowser;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import jakarta.jms.Topic;
import jakarta.jms.TransactionRolledBackException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.jms.JmsConnection;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.apache.qpid.jms.JmsConnectionListener;
import org.apache.qpid.jms.message.JmsInboundMessageDispatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Transacted sessions of Qpid JMS, unmodified, against the started program. */
final class JmsTransactionTest {
    private static final long WAIT_MILLIS = 20_000;
    private static final int TIMEOUT_MILLIS = 3_000;

    @TempDir
    static Path folder;

    private static BrokerProcess broker;
    private Connection connection;
    private Session transacted;
    /** Sees what is committed. */
    private Session plain;

    private Queue queue;
    private Queue other;

    @BeforeAll
    static void startBroker() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - {name: jms.tx.full, maxMessages: 2}
                """);
        broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        assertEquals(0, broker.stop(), () -> String.join("\n", broker.errors()));
    }

    @BeforeEach
    void connect(TestInfo test) throws JMSException {
        connection = connect(broker.uri());
        transacted = connection.createSession(true, Session.SESSION_TRANSACTED);
        plain = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        String name = "jms.tx." + test.getTestMethod().orElseThrow().getName();
        queue = plain.createQueue(name);
        other = plain.createQueue(name + ".other");
    }

    private static Connection connect(String uri) throws JMSException {
        Connection opened = new JmsConnectionFactory(uri).createConnection("guest", "guest");
        opened.start();
        return opened;
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
    }

    private void send(Session session, Queue to, String... texts) throws JMSException {
        try (MessageProducer producer = session.createProducer(to)) {
            for (String text : texts) {
                producer.send(session.createTextMessage(text));
            }
        }
    }

    private static TextMessage next(MessageConsumer consumer) throws JMSException {
        Message message = consumer.receive(WAIT_MILLIS);
        assertNotNull(message, "no message in " + WAIT_MILLIS + " ms");
        return (TextMessage) message;
    }

    private static List<String> next(MessageConsumer consumer, int count) throws JMSException {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(next(consumer).getText());
        }
        return texts;
    }

    private List<String> browse(Queue in) throws JMSException {
        List<String> texts = new ArrayList<>();
        try (QueueBrowser browser = plain.createBrowser(in)) {
            for (Enumeration<?> messages = browser.getEnumeration(); messages.hasMoreElements(); ) {
                texts.add(((TextMessage) messages.nextElement()).getText());
            }
        }
        return texts;
    }

    private static void assertDelivery(Message message, int count) throws JMSException {
        assertEquals(count, message.getIntProperty("JMSXDeliveryCount"));
        assertEquals(count > 1, message.getJMSRedelivered());
    }

    @Test
    void a_commit_moves_between_queues() throws JMSException {
        send(plain, queue, "1", "2", "3");
        MessageConsumer consumer = transacted.createConsumer(queue);
        MessageProducer producer = transacted.createProducer(other);
        for (int i = 0; i < 2; i++) {
            producer.send(transacted.createTextMessage("moved " + next(consumer).getText()));
        }
        assertEquals(List.of(), browse(other), "nothing is seen before the commit");
        transacted.commit();

        assertEquals(List.of("moved 1", "moved 2"), browse(other));
        consumer.close();
        assertEquals(List.of("3"), next(plain.createConsumer(queue), 1));
    }

    @Test
    void a_rollback_gives_back_in_order_and_counts() throws JMSException {
        send(plain, queue, "1", "2", "3", "4", "5");
        MessageConsumer consumer = transacted.createConsumer(queue);
        send(transacted, other, "never");
        for (String text : List.of("1", "2", "3")) {
            TextMessage message = next(consumer);
            assertEquals(text, message.getText());
            assertDelivery(message, 1);
        }
        transacted.rollback();
        for (int i = 1; i <= 5; i++) {
            TextMessage message = next(consumer);
            assertEquals(String.valueOf(i), message.getText());
            assertDelivery(message, i <= 3 ? 2 : 1);
        }
        transacted.rollback();
        for (int i = 1; i <= 5; i++) {
            TextMessage message = next(consumer);
            assertEquals(String.valueOf(i), message.getText());
            assertDelivery(message, i <= 3 ? 3 : 2);
        }
        transacted.commit();

        assertNull(consumer.receiveNoWait());
        assertEquals(List.of(), browse(other));
    }

    @Test
    void a_rollback_gives_back_to_whoever_comes() throws JMSException {
        send(plain, queue, "1", "2");
        MessageConsumer consumer = transacted.createConsumer(queue);
        next(consumer);
        transacted.rollback();
        // Both are sent ahead again by now, or on their way.
        consumer.close();
        MessageConsumer next = plain.createConsumer(queue);
        assertDelivery(next(next), 2);
        assertDelivery(next(next), 1);
    }

    @Test
    void several_consumers_and_producers_in_one_transaction() throws JMSException {
        send(plain, queue, "1", "2");
        send(plain, other, "3", "4");
        MessageConsumer first = transacted.createConsumer(queue);
        MessageConsumer second = transacted.createConsumer(other);
        assertEquals(List.of("1"), next(first, 1));
        assertEquals(List.of("3"), next(second, 1));
        MessageProducer anonymous = transacted.createProducer(null);
        anonymous.send(queue, transacted.createTextMessage("5"));
        anonymous.send(other, transacted.createTextMessage("6"));
        transacted.rollback();

        assertEquals(List.of("1", "2"), next(first, 2));
        assertEquals(List.of("3", "4"), next(second, 2));
        anonymous.send(queue, transacted.createTextMessage("7"));
        anonymous.send(other, transacted.createTextMessage("8"));
        transacted.commit();
        assertEquals(List.of("7"), next(first, 1));
        assertEquals(List.of("8"), next(second, 1));
        transacted.commit();
    }

    @Test
    void subscribers_get_what_is_committed_and_roll_back() throws JMSException {
        Topic topic = plain.createTopic("jms.tx.topic");
        MessageConsumer one = plain.createConsumer(topic);
        MessageConsumer two = transacted.createConsumer(topic);
        Session publishing = connection.createSession(true, Session.SESSION_TRANSACTED);
        MessageProducer producer = publishing.createProducer(topic);
        producer.send(publishing.createTextMessage("never"));
        publishing.rollback();
        producer.send(publishing.createTextMessage("1"));
        send(publishing, queue, "2");
        publishing.commit();

        assertEquals(List.of("2"), browse(queue));
        assertEquals("1", next(one).getText());
        assertNull(one.receiveNoWait());
        assertDelivery(next(two), 1);
        transacted.rollback();
        assertDelivery(next(two), 2);
        transacted.commit();
        assertNull(two.receiveNoWait());
    }

    @Test
    void two_sessions_have_transactions_of_their_own() throws JMSException {
        Session second = connection.createSession(true, Session.SESSION_TRANSACTED);
        send(transacted, queue, "1");
        send(second, queue, "2");
        second.commit();
        assertEquals(List.of("2"), browse(queue));
        transacted.rollback();
        send(transacted, queue, "3");
        transacted.commit();
        assertEquals(List.of("2", "3"), browse(queue));
    }

    @Test
    void a_session_that_closes_rolls_back() throws JMSException {
        send(plain, queue, "1", "2");
        next(transacted.createConsumer(queue));
        send(transacted, other, "3");
        transacted.close();

        MessageConsumer next = plain.createConsumer(queue);
        assertDelivery(next(next), 2);
        assertDelivery(next(next), 1);
        assertEquals(List.of(), browse(other));
    }

    @Test
    void a_connection_that_closes_rolls_back() throws JMSException {
        send(plain, queue, "1");
        try (Connection second = connect(broker.uri())) {
            Session session = second.createSession(true, Session.SESSION_TRANSACTED);
            next(session.createConsumer(queue));
            send(session, other, "2");
        }
        assertDelivery(next(plain.createConsumer(queue)), 2);
        assertEquals(List.of(), browse(other));
    }

    @Test
    void a_consumer_that_closes_before_the_commit_has_consumed() throws JMSException {
        send(plain, queue, "1", "2");
        try (MessageConsumer consumer = transacted.createConsumer(queue)) {
            next(consumer);
        }
        transacted.commit();
        MessageConsumer next = plain.createConsumer(queue);
        assertEquals("2", next(next).getText());
        assertNull(next.receiveNoWait());
    }

    @Test
    void a_listener_commits_and_rolls_back() throws Exception {
        send(plain, queue, "1", "2", "3");
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        transacted.createConsumer(queue).setMessageListener(message -> {
            try {
                String text = ((TextMessage) message).getText();
                heard.add(text + (message.getJMSRedelivered() ? " again" : ""));
                if (text.equals("2") && !message.getJMSRedelivered()) {
                    transacted.rollback();
                } else {
                    transacted.commit();
                }
            } catch (JMSException e) {
                heard.add(e.toString());
            }
        });
        for (String text : List.of("1", "2", "2 again", "3")) {
            assertEquals(text, heard.poll(WAIT_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    @Test
    void many_transactions() throws JMSException {
        MessageProducer producer = transacted.createProducer(queue);
        MessageConsumer consumer = transacted.createConsumer(queue);
        for (int i = 0; i < 1_500; i++) {
            producer.send(transacted.createTextMessage(String.valueOf(i)));
            transacted.commit();
            assertEquals(String.valueOf(i), next(consumer).getText());
            if (i % 7 == 0) {
                transacted.rollback();
                assertEquals(String.valueOf(i), next(consumer).getText());
            }
        }
        transacted.commit();
        assertEquals(List.of(), browse(queue));
    }

    @Test
    void a_large_transaction() throws JMSException {
        int count = 10_000;
        String filler = "x".repeat(1_000);
        MessageProducer producer = transacted.createProducer(queue);
        for (int i = 0; i < count; i++) {
            producer.send(transacted.createTextMessage(i + filler));
        }
        transacted.commit();
        MessageConsumer consumer = transacted.createConsumer(queue);
        for (boolean commit : new boolean[] {false, true}) {
            for (int i = 0; i < count; i++) {
                assertEquals(i + filler, next(consumer).getText());
            }
            if (commit) {
                transacted.commit();
            } else {
                transacted.rollback();
            }
        }
        assertNull(consumer.receiveNoWait());
    }

    @Test
    void a_large_message_in_a_transaction() throws JMSException {
        byte[] bytes = new byte[10 << 20];
        new Random(1).nextBytes(bytes);
        BytesMessage message = transacted.createBytesMessage();
        message.writeBytes(bytes);
        MessageProducer producer = transacted.createProducer(queue);
        producer.send(message);
        transacted.rollback();
        producer.send(message);
        transacted.commit();

        MessageConsumer consumer = transacted.createConsumer(queue);
        for (int i = 0; i < 2; i++) {
            BytesMessage received = (BytesMessage) consumer.receive(WAIT_MILLIS);
            byte[] body = new byte[(int) received.getBodyLength()];
            received.readBytes(body);
            assertArrayEquals(bytes, body);
            assertDelivery(received, i + 1);
            if (i == 0) {
                transacted.rollback();
            }
        }
        transacted.commit();
        assertNull(consumer.receiveNoWait());
    }

    @Test
    void a_full_queue_rolls_back_the_transaction() throws JMSException {
        send(plain, queue, "1");
        Queue full = plain.createQueue("jms.tx.full");
        MessageConsumer consumer = transacted.createConsumer(queue);
        next(consumer);
        send(transacted, full, "a", "b", "c");
        assertThrows(TransactionRolledBackException.class, transacted::commit);
        assertEquals(List.of(), browse(full));

        assertDelivery(next(consumer), 2);
        send(transacted, full, "a", "b");
        transacted.commit();
        assertEquals(List.of("a", "b"), browse(full));
    }

    @Test
    void a_transaction_that_takes_too_long_is_rolled_back() throws Exception {
        Path config = Files.writeString(
                folder.resolve("impatient.yaml"), "amqp: {transactionTimeoutMillis: " + TIMEOUT_MILLIS + "}\n");
        try (BrokerProcess impatient = BrokerProcess.start(folder.resolve("impatient"), "--config", config.toString());
                Connection slow = connect(impatient.uri());
                Connection quick = connect(impatient.uri())) {
            Session slowly = slow.createSession(true, Session.SESSION_TRANSACTED);
            Session quickly = quick.createSession(false, Session.AUTO_ACKNOWLEDGE);
            send(quickly, queue, "1");
            MessageConsumer consumer = slowly.createConsumer(queue);
            next(consumer);
            send(slowly, other, "2");
            consumer.close();
            // It comes to somebody else when the time is over, and not before.
            assertDelivery(next(quickly.createConsumer(queue)), 2);
            assertThrows(TransactionRolledBackException.class, slowly::commit);
            send(slowly, other, "3");
            slowly.commit();
            assertEquals("3", next(quickly.createConsumer(other)).getText());
            assertEquals(0, impatient.stop());
        }
    }

    /** Waits until a connection has found another broker. */
    private static final class Restored implements JmsConnectionListener {
        private final CountDownLatch restored = new CountDownLatch(1);

        void await() throws InterruptedException {
            assertTrue(restored.await(WAIT_MILLIS, TimeUnit.MILLISECONDS), "not restored");
        }

        @Override
        public void onConnectionRestored(URI remote) {
            restored.countDown();
        }

        @Override
        public void onConnectionEstablished(URI remote) {}

        @Override
        public void onConnectionFailure(Throwable error) {}

        @Override
        public void onConnectionInterrupted(URI remote) {}

        @Override
        public void onInboundMessage(JmsInboundMessageDispatch message) {}

        @Override
        public void onSessionClosed(Session session, Throwable cause) {}

        @Override
        public void onConsumerClosed(MessageConsumer consumer, Throwable cause) {}

        @Override
        public void onProducerClosed(MessageProducer producer, Throwable cause) {}
    }

    @Test
    void a_commit_after_the_connection_was_lost_is_a_rollback() throws Exception {
        try (BrokerProcess first = BrokerProcess.start(folder.resolve("first"));
                BrokerProcess second = BrokerProcess.start(folder.resolve("second"));
                Connection failover = connect("failover:(" + first.uri() + "," + second.uri() + ")")) {
            Session session = failover.createSession(true, Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(queue);
            producer.send(session.createTextMessage("committed"));
            session.commit();
            producer.send(session.createTextMessage("in doubt"));
            Restored restored = new Restored();
            ((JmsConnection) failover).addConnectionListener(restored);
            first.kill();
            restored.await();
            producer.send(session.createTextMessage("after"));
            assertThrows(TransactionRolledBackException.class, session::commit);
            assertTrue(second.isAlive());
            producer.send(session.createTextMessage("new"));
            session.commit();
            MessageConsumer consumer = session.createConsumer(queue);
            assertEquals("new", next(consumer).getText());
            assertNull(consumer.receiveNoWait());
            session.commit();

            try (BrokerProcess again = BrokerProcess.start(folder.resolve("first"));
                    Connection there = connect(again.uri())) {
                Session reader = there.createSession(false, Session.AUTO_ACKNOWLEDGE);
                MessageConsumer left = reader.createConsumer(queue);
                assertEquals("committed", next(left).getText());
                assertNull(left.receiveNoWait());
                left.close();
                assertEquals(0, again.stop());
            }
        }
    }

    @Test
    void selectors_and_priorities_hold_after_a_rollback() throws JMSException {
        MessageProducer producer = plain.createProducer(queue);
        for (int i = 0; i < 6; i++) {
            TextMessage message = plain.createTextMessage(String.valueOf(i));
            message.setBooleanProperty("even", i % 2 == 0);
            producer.setPriority(i < 3 ? 4 : 9);
            producer.send(message);
        }
        MessageConsumer consumer = transacted.createConsumer(queue, "even");
        assertEquals(List.of("4", "0", "2"), next(consumer, 3));
        transacted.rollback();
        assertEquals(List.of("4", "0", "2"), next(consumer, 3));
        transacted.commit();
        assertFalse(transacted.getAcknowledgeMode() != Session.SESSION_TRANSACTED);
        assertTrue(browse(queue).containsAll(List.of("3", "5", "1")));
    }
}
