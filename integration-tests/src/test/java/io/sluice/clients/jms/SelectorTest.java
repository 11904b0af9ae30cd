package io.sluice.clients.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testkit.SluiceBroker;
import io.sluice.testkit.SluiceExtension;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.InvalidSelectorException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import org.apache.qpid.jms.JmsConnectionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Message selectors of a JMS application through Qpid JMS, unmodified. */
@Timeout(180)
final class SelectorTest {
    private static final long WAIT_MILLIS = 20_000;
    private static final int DEEP = 100_000;

    @RegisterExtension
    static final SluiceExtension SLUICE = new SluiceExtension();

    private Connection connection;
    private Session session;
    private Queue queue;
    private MessageProducer producer;

    @BeforeEach
    void connect(SluiceBroker broker) throws JMSException {
        connection = new JmsConnectionFactory(broker.uri()).createConnection();
        connection.start();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        queue = session.createQueue("orders");
        producer = session.createProducer(queue);
    }

    @AfterEach
    void disconnect() throws JMSException {
        connection.close();
    }

    private Message message(String color, int weight) throws JMSException {
        Message message = session.createTextMessage(color + " " + weight);
        message.setStringProperty("color", color);
        message.setIntProperty("weight", weight);
        return message;
    }

    private String receive(String selector) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(queue, selector)) {
            Message message = consumer.receive(WAIT_MILLIS);
            assertNotNull(message, () -> "nothing came for " + selector);
            return message.getBody(String.class);
        }
    }

    @Test
    void eachGetsWhatItSelects(SluiceBroker broker) throws JMSException {
        producer.send(message("red", 1));
        producer.send(message("blue", 2));
        producer.send(message("red", 3));
        assertEquals("blue 2", receive("color = 'blue'"));
        assertEquals("red 3", receive("color LIKE 'r%' AND weight BETWEEN 2 AND 10"));
        try (MessageConsumer none = session.createConsumer(queue, "color IN ('green', 'blue')")) {
            assertNull(none.receiveNoWait());
        }
        assertEquals(1, broker.queue("orders").messages());
        assertEquals("red 1", receive("weight + 1 = 2 AND colour IS NULL"));
    }

    @Test
    void everyTypeOfProperty() throws JMSException {
        Message message = session.createTextMessage("all");
        message.setBooleanProperty("flag", true);
        message.setByteProperty("b", (byte) -5);
        message.setShortProperty("s", (short) 300);
        message.setIntProperty("i", -70_000);
        message.setLongProperty("l", Long.MIN_VALUE);
        message.setFloatProperty("f", 1.5f);
        message.setDoubleProperty("d", 1e300);
        message.setStringProperty("t", "O'Brien Grüße");
        producer.send(message);
        assertEquals(
                "all",
                receive("flag AND flag = TRUE AND b = -5 AND s = 300 AND i = -70000 AND l = -9223372036854775808 "
                        + "AND f = 1.5 AND d > 9e299 AND t = 'O''Brien Grüße'"));
    }

    @Test
    void headersBySelector() throws JMSException {
        producer.setPriority(7);
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        Message message = message("red", 1);
        message.setJMSType("invoice");
        message.setJMSCorrelationID("c-1");
        message.setStringProperty("JMSXGroupID", "g");
        message.setIntProperty("JMSXGroupSeq", -3);
        producer.send(message);
        assertEquals(
                "red 1",
                receive("JMSMessageID = '" + message.getJMSMessageID() + "' AND JMSCorrelationID = 'c-1' AND "
                        + "JMSType = 'invoice' AND JMSPriority = 7 AND JMSDeliveryMode = 'NON_PERSISTENT' AND "
                        + "JMSTimestamp = " + message.getJMSTimestamp()
                        + " AND JMSXGroupID = 'g' AND JMSXGroupSeq = -3"));
    }

    @Test
    void aBrowserWithASelector() throws JMSException {
        producer.send(message("red", 1));
        producer.send(message("blue", 2));
        producer.send(message("red", 3));
        List<String> bodies = new ArrayList<>();
        Enumeration<?> found = session.createBrowser(queue, "color = 'red'").getEnumeration();
        while (found.hasMoreElements()) {
            bodies.add(((Message) found.nextElement()).getBody(String.class));
        }
        assertEquals(List.of("red 1", "red 3"), bodies);
    }

    /** What the client did not check itself is refused by the broker, with the place. */
    @Test
    void aBrokenSelectorIsRefused(SluiceBroker broker) throws JMSException {
        assertThrows(InvalidSelectorException.class, () -> session.createConsumer(queue, "color ="));
        try (Connection unchecked =
                new JmsConnectionFactory(broker.uri() + "?jms.validateSelector=false").createConnection()) {
            Session other = unchecked.createSession();
            JMSException e = assertThrows(JMSException.class, () -> other.createConsumer(queue, "color ="));
            assertTrue(e.getMessage().contains("at character 8: the end where a value is expected"), e.getMessage());
        }
    }

    /** One at a time, so that each is looked for anew. */
    @Test
    void oneInAThousandOfADeepQueue(SluiceBroker broker) throws JMSException {
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        for (int i = 0; i < DEEP; i++) {
            producer.send(message(i % 1_000 == 999 ? "red" : "blue", i));
        }
        try (Connection single =
                new JmsConnectionFactory(broker.uri() + "?jms.prefetchPolicy.all=1").createConnection()) {
            single.start();
            MessageConsumer consumer = single.createSession().createConsumer(queue, "color = 'red'");
            for (int i = 999; i < DEEP; i += 1_000) {
                Message message = consumer.receive(WAIT_MILLIS);
                assertNotNull(message, "nothing came");
                assertEquals("red " + i, message.getBody(String.class));
            }
            assertNull(consumer.receiveNoWait());
        }
        assertEquals(DEEP - DEEP / 1_000, broker.queue("orders").messages());
    }
}
