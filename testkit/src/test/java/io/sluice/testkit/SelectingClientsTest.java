package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Filters, asked for by a client that knows nothing of us. */
@Timeout(120)
class SelectingClientsTest {
    private static final UnsignedLong SELECTOR = UnsignedLong.valueOf(0x0000_468c_0000_0004L);

    @RegisterExtension
    static final SluiceExtension SLUICE = new SluiceExtension();

    private final Client client = Client.create();
    private Connection connection;

    @BeforeEach
    void connect(SluiceBroker broker) throws ClientException {
        connection = client.connect(broker.host(), broker.port());
    }

    @AfterEach
    void closeConnections() {
        client.close();
    }

    private Receiver open(String filter, Object descriptor, Object value) throws Exception {
        ReceiverOptions options = new ReceiverOptions();
        options.sourceOptions().addFilter(filter, descriptor, value);
        return connection.openReceiver("numbers", options).openFuture().get(30, TimeUnit.SECONDS);
    }

    /** Messages from 0, each with its number as body, property and end of its subject. */
    private void send(int messages) throws ClientException {
        Sender sender = connection.openSender("numbers");
        List<Tracker> sent = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            Message<Integer> message = Message.create(i);
            message.property("n", i).property("even", i % 2 == 0).subject("number " + i);
            sent.add(sender.send(message));
        }
        for (Tracker tracker : sent) {
            tracker.awaitAccepted(30, TimeUnit.SECONDS);
        }
        sender.close();
    }

    private static Object receive(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(30, TimeUnit.SECONDS);
        assertNotNull(delivery, "nothing came within 30 s");
        return delivery.message().body();
    }

    @Test
    void selectorsAndFilterExpressions() throws Exception {
        send(10);
        Receiver even = open("jms-selector", SELECTOR, "even AND n > 4");
        assertEquals(Set.of("jms-selector"), even.source().filters().keySet());
        assertEquals(List.of(6, 8), List.of(receive(even), receive(even)));

        assertEquals(3, receive(open("sql-filter", Symbol.valueOf("amqp:sql-filter"), "p.subject LIKE '%3'")));

        Map<Symbol, Object> five = Map.of(Symbol.valueOf("subject"), "&s:5");
        assertEquals(5, receive(open("p", Symbol.valueOf("amqp:properties-filter"), five)));

        Map<String, Object> seven = Map.of("n", 7L);
        assertEquals(7, receive(open("a", Symbol.valueOf("amqp:application-properties-filter"), seven)));
    }

    @Test
    void aBrokenSelectorSaysWhere() {
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> open("selector", SELECTOR, "n > 4 AND colour LIKE 5"));
        String text = "filter 'selector': at character 23: '5' where a text is expected";
        assertTrue(e.getCause().getMessage().contains(text), e.getCause()::getMessage);
    }

    @Test
    void aBrowserLeavesWhatItSelects(SluiceBroker broker) throws Exception {
        send(10);
        ReceiverOptions options = new ReceiverOptions();
        options.sourceOptions().distributionMode(DistributionMode.COPY).addFilter("selector", SELECTOR, "n >= 8");
        Receiver browser = connection.openReceiver("numbers", options);
        assertEquals(List.of(8, 9), List.of(receive(browser), receive(browser)));
        assertEquals(10, broker.queue("numbers").messages());
    }
}
