package io.sluice.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.types.UnsignedLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who subscribes later gets what was published before, behind kill -9 too. */
final class ReplayTest {
    private static final String LAST = "x-opt-replay-last";
    private static final String FROM = "x-opt-replay-from";

    @TempDir
    Path folder;

    private static Sender sender(Connection connection, String topic) throws Exception {
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities("topic");
        return connection.openSender(topic, options);
    }

    private static ReceiverOptions asking(Map<String, Object> properties) {
        ReceiverOptions options = new ReceiverOptions();
        options.sourceOptions().capabilities("topic");
        options.properties(properties);
        return options;
    }

    private static void publish(Sender sender, int first, int last) throws Exception {
        List<Tracker> trackers = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            trackers.add(sender.send(Message.create("m" + i).durable(true)));
        }
        for (Tracker tracker : trackers) {
            assertTrue(
                    tracker.awaitSettlement(60, TimeUnit.SECONDS).remoteState().isAccepted());
        }
    }

    private static List<String> bodies(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(i -> "m" + i).toList();
    }

    private static List<String> receive(Receiver receiver, int count) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Delivery delivery = receiver.receive(60, TimeUnit.SECONDS);
            bodies.add(delivery == null ? null : (String) delivery.message().body());
        }
        return bodies;
    }

    @Test
    void newSubscribersGetWhatWasKept() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                topics:
                  templates:
                    - {pattern: "news", replayMessages: 50, replayToNew: 2}
                    - {pattern: "*"}
                """);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                Sender news = sender(connection, "news");
                publish(news, 1, 80);
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection connection = broker.connect(client)) {
                Receiver plain = connection.openReceiver("news", asking(null));
                assertEquals(bodies(79, 80), receive(plain, 2));
                Receiver all = connection.openReceiver("news", asking(Map.of(LAST, 1_000)));
                assertEquals(1_000, ((Number) all.properties().get(LAST)).intValue(), "it is in the answer");
                Sender news = sender(connection, "news");
                publish(news, 81, 82);
                assertEquals(bodies(31, 82), receive(all, 52));
                assertEquals(bodies(81, 82), receive(plain, 2));

                Receiver since = connection.openReceiver("news", asking(Map.of(FROM, new Date(0))));
                assertEquals(bodies(33, 82), receive(since, 50));
                Receiver numbered = connection.openReceiver("news", asking(Map.of(FROM, 82L)));
                assertEquals(bodies(82, 82), receive(numbered, 1));
                assertNull(numbered.tryReceive());
                Receiver byPattern = connection.openReceiver("*", asking(Map.of(LAST, 3)));
                assertEquals(bodies(80, 82), receive(byPattern, 3));

                Receiver refused = connection.openReceiver("other", asking(Map.of(LAST, 1)));
                String why = assertThrows(
                                Exception.class,
                                () -> refused.openFuture()
                                        .get(60, TimeUnit.SECONDS)
                                        .receive(60, TimeUnit.SECONDS))
                        .toString();
                assertTrue(why.contains("topic 'other' keeps no messages for later subscribers"), why);
                ReceiverOptions ofQueue = new ReceiverOptions().properties(Map.of(LAST, 1));
                Receiver queue = connection.openReceiver("q", ofQueue);
                String noTopic = assertThrows(
                                Exception.class,
                                () -> queue.openFuture()
                                        .get(60, TimeUnit.SECONDS)
                                        .receive(60, TimeUnit.SECONDS))
                        .toString();
                assertTrue(noTopic.contains("property 'x-opt-replay-last' is for receivers of topics"), noTopic);
            }
        }
    }

    @Test
    void nothingIsLeftOutOrTwiceWhileOthersPublish() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                topics:
                  templates:
                    - {pattern: "*", replayMessages: 100}
                """);
        try (Client client = Client.create();
                BrokerProcess broker = BrokerProcess.start(folder.resolve("data"), "--config", config.toString());
                Connection publishing = broker.connect(client);
                Connection connection = broker.connect(client)) {
            Sender news = sender(publishing, "news");
            publish(news, 1, 100);
            Thread publisher = new Thread(() -> {
                try {
                    publish(news, 101, 3_000);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            publisher.start();
            List<Receiver> receivers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Receiver receiver = connection.openReceiver("news", asking(Map.of(LAST, 100)));
                receivers.add(receiver.openFuture().get(60, TimeUnit.SECONDS));
            }
            for (Receiver receiver : receivers) {
                int first = Integer.parseInt(receive(receiver, 1).get(0).substring(1));
                assertEquals(bodies(first + 1, 3_000), receive(receiver, 3_000 - first), "from " + first);
                assertNull(receiver.tryReceive());
            }
            publisher.join(TimeUnit.SECONDS.toMillis(120));
        }
    }

    @Test
    void whoWantsNothingOfItsOwnGetsWhatOthersPublishedBefore() throws Exception {
        Path config = Files.writeString(folder.resolve("sluice.yaml"), """
                topics:
                  templates:
                    - {pattern: "*", replayMessages: 50}
                """);
        Path data = folder.resolve("data");
        try (Client mine = Client.create(new ClientOptions().id("mine"));
                Client other = Client.create(new ClientOptions().id("other"))) {
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection own = broker.connect(mine);
                    Connection others = broker.connect(other)) {
                Sender fromMine = sender(own, "news");
                Sender fromOther = sender(others, "news");
                for (int i = 1; i <= 20; i++) {
                    publish(i % 2 == 0 ? fromOther : fromMine, i, i);
                }
                broker.kill();
            }
            // Which container published what is told by what was kept, and not by connections.
            try (BrokerProcess broker = BrokerProcess.start(data, "--config", config.toString());
                    Connection own = broker.connect(mine);
                    Connection others = broker.connect(other)) {
                ReceiverOptions options = asking(Map.of(LAST, 1_000));
                options.sourceOptions().addFilter("no-local", UnsignedLong.valueOf(0x468C00000003L), List.of());
                Receiver withoutMine = own.openReceiver("news", options);
                Receiver all = own.openReceiver("news", asking(Map.of(LAST, 1_000)));
                assertEquals(bodies(1, 20), receive(all, 20));
                publish(sender(own, "news"), 21, 21);
                publish(sender(others, "news"), 22, 22);
                List<String> even = bodies(1, 22).stream()
                        .filter(body -> Integer.parseInt(body.substring(1)) % 2 == 0)
                        .toList();
                assertEquals(even, receive(withoutMine, 11));
                assertNull(withoutMine.tryReceive());
                assertEquals(bodies(21, 22), receive(all, 2));
            }
        }
    }
}
