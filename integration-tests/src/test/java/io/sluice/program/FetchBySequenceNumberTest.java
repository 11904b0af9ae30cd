package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.types.Symbol;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A consumer parks messages and fetches them by their numbers later, all or none, also behind kill -9. */
final class FetchBySequenceNumberTest {
    @TempDir
    Path folder;

    private static ReceiverOptions asking(List<UnsignedLong> numbers) {
        ReceiverOptions options = new ReceiverOptions().autoAccept(false).creditWindow(0);
        options.sourceOptions().addFilter("numbers", Symbol.valueOf("sluice:sequence-numbers"), numbers);
        return options;
    }

    /** Bodies, and what is said of those that nobody could have. */
    private static List<String> browsed(Connection connection, boolean locked) throws Exception {
        ReceiverOptions options = new ReceiverOptions().autoAccept(false).creditWindow(0);
        options.sourceOptions().distributionMode(DistributionMode.COPY);
        options.properties(Map.of("sluice:browse-locked", locked));
        List<String> seen = new ArrayList<>();
        try (Receiver browser = connection.openReceiver("orders", options)) {
            browser.openFuture().get(60, TimeUnit.SECONDS);
            assertEquals(locked, browser.properties().get("sluice:browse-locked"));
            browser.addCredit(10);
            browser.drain().get(60, TimeUnit.SECONDS);
            for (Delivery next = browser.tryReceive(); next != null; next = browser.tryReceive()) {
                Object state = next.message().annotation("x-opt-state");
                seen.add(next.message().body() + (state == null ? "" : " " + state));
            }
        }
        return seen;
    }

    @Test
    void parked_messages_are_fetched_behind_a_crash() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                queues:
                  declared:
                    - name: orders
                      stampMessages: true
                """);
        Path data = folder.resolve("data");
        List<UnsignedLong> numbers = new ArrayList<>();
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port());
                    Sender sender = connection.openSender("orders");
                    Receiver receiver = connection.openReceiver(
                            "orders", new ReceiverOptions().autoAccept(false).creditWindow(0))) {
                for (String body : new String[] {"first", "second", "third"}) {
                    assertTrue(sender.send(Message.create(body).durable(true))
                            .awaitSettlement(60, TimeUnit.SECONDS)
                            .remoteState()
                            .isAccepted());
                }
                receiver.addCredit(2);
                for (int i = 0; i < 2; i++) {
                    Delivery delivery = receiver.receive(60, TimeUnit.SECONDS);
                    long number = (Long) delivery.message().annotation("x-opt-sequence-number");
                    numbers.add(0, UnsignedLong.valueOf(number));
                    delivery.disposition(DeliveryState.modified(false, true, Map.of("x-opt-defer", true)), true);
                }
                // Who asks for something behind them hears of it when they are durable.
                receiver.addCredit(1);
                receiver.receive(60, TimeUnit.SECONDS).release();
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = client.connect("127.0.0.1", broker.port())) {
                Receiver fetching = connection.openReceiver("orders", asking(numbers));
                fetching.addCredit(2);
                Delivery second = fetching.receive(60, TimeUnit.SECONDS);
                assertEquals("second", second.message().body());
                second.accept();
                Receiver refused = connection.openReceiver("orders", asking(numbers));
                ExecutionException why = assertThrows(
                        ExecutionException.class, () -> refused.openFuture().get(60, TimeUnit.SECONDS));
                assertTrue(why.getMessage().contains("has no message"), why.getMessage());
                Delivery first = fetching.receive(60, TimeUnit.SECONDS);
                assertEquals("first", first.message().body());
                // Others see that they are somebody's only where they ask for it.
                assertEquals(List.of("third"), browsed(connection, false));
                assertEquals(List.of("first locked", "third"), browsed(connection, true));
                first.accept();
            }
        }
    }
}
