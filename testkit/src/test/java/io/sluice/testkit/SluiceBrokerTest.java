package io.sluice.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.Overflow;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** The broker as a test sees it, without a client. */
class SluiceBrokerTest {
    /** In a thread group of its own: what other tests of this process leave behind is not counted. */
    @Test
    void leavesNoThreadAndNoPortBehind() throws Exception {
        ThreadGroup group = new ThreadGroup("broker");
        FutureTask<Void> use = new FutureTask<>(() -> {
            startUseAndClose(group);
            return null;
        });
        Thread user = new Thread(group, use, "user");
        user.start();
        use.get();
    }

    private static void startUseAndClose(ThreadGroup group) throws IOException {
        int port;
        try (SluiceBroker broker = SluiceBroker.start()) {
            port = broker.port();
            new Socket(broker.host(), port).close();
            List<String> threads = threadsOf(group);
            assertFalse(threads.isEmpty());
            threads.forEach(name -> assertTrue(name.startsWith("sluice"), name));
        }
        assertEquals(List.of(), threadsOf(group));
        // Without SO_REUSEADDR's help for what still listens: a port that is in use stays refused.
        new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
    }

    /** Those alive, but for the one that asks. */
    private static List<String> threadsOf(ThreadGroup group) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() == group && thread != Thread.currentThread())
                .map(Thread::getName)
                .toList();
    }

    /** Printed, not asserted: the machine may be busy. The goals are 300 ms and 100 ms. */
    @Test
    void startsAndStopsFast() {
        for (int round = 1; round <= 3; round++) {
            long start = System.nanoTime();
            SluiceBroker broker = SluiceBroker.start();
            long ready = System.nanoTime();
            broker.close();
            long closed = System.nanoTime();
            System.out.printf(
                    "testkit: start %d ready in %.1f ms, closed in %.1f ms%n",
                    round, (ready - start) / 1e6, (closed - ready) / 1e6);
        }
    }

    @Test
    void manyRunSideBySide() {
        List<SluiceBroker> brokers = new ArrayList<>();
        try {
            Set<Integer> ports = new HashSet<>();
            for (int i = 0; i < 10; i++) {
                SluiceBroker broker = SluiceBroker.start();
                brokers.add(broker);
                broker.queue("only in " + i);
                ports.add(broker.port());
            }
            assertEquals(10, ports.size());
            for (int i = 0; i < 10; i++) {
                assertEquals(List.of("only in " + i), brokers.get(i).queues());
            }
        } finally {
            brokers.forEach(SluiceBroker::close);
        }
    }

    @Test
    void aPortOfOnesOwn() {
        int port;
        try (SluiceBroker broker = SluiceBroker.start()) {
            port = broker.port();
            SluiceBrokerException taken = assertThrows(
                    SluiceBrokerException.class,
                    () -> SluiceBroker.builder().port(port).start());
            assertTrue(taken.getMessage().contains(Integer.toString(port)), taken.getMessage());
        }
        try (SluiceBroker broker = SluiceBroker.builder().port(port).start()) {
            assertEquals(port, broker.port());
            assertEquals("amqp://127.0.0.1:" + port, broker.uri().toString());
        }
    }

    @Test
    void queuesAreWhatTheyAreAskedToBe() {
        try (SluiceBroker broker = SluiceBroker.start()) {
            TestQueue plain = broker.queue("plain");
            assertEquals(QueueDefinition.named("plain"), plain.status().definition());
            assertEquals(0, plain.messages());
            assertEquals(0, plain.purge());

            QueueDefinition orders = broker.queue(
                            "orders",
                            q -> q.fifo()
                                    .maxMessages(10)
                                    .maxBytes(1000)
                                    .dropHeadWhenFull()
                                    .maxTtl(Duration.ofMinutes(1))
                                    .deadLetterTo("dead")
                                    .expireTo("expired")
                                    .maxDeliveries(3)
                                    .deduplicateBy("order")
                                    .duplicateWindow(5, Duration.ofSeconds(1)))
                    .status()
                    .definition();
            assertEquals(QueueDefinition.Service.FIFO, orders.service());
            assertEquals(new QueueDefinition.Limits(10, 1000, Overflow.DROP_HEAD, 60_000), orders.limits());
            assertEquals(
                    new QueueDefinition.DeadLetter(Optional.of("dead"), Optional.of("expired"), 3),
                    orders.deadLetter());
            assertEquals(new QueueDefinition.Deduplication(5, 1_000, "order"), orders.deduplication());
            assertEquals(List.of("orders", "plain"), broker.queues());
            assertEquals(orders, broker.queue("orders").status().definition());
            assertThrows(IllegalArgumentException.class, () -> broker.queue("x", q -> q.deadLetterTo("")));
        }
    }

    @Test
    void anotherQueueOfTheSameNameIsRefused() {
        try (SluiceBroker broker = SluiceBroker.start()) {
            broker.queue("orders", QueueOptions::fifo);
            broker.queue("orders", QueueOptions::fifo);
            SluiceBrokerException refused =
                    assertThrows(SluiceBrokerException.class, () -> broker.queue("orders", QueueOptions::weighted));
            assertTrue(refused.getMessage().contains("'orders' exists with another service"), refused.getMessage());
        }
    }

    @Test
    void resetLeavesNoQueueAndKeepsThePort() {
        try (SluiceBroker broker = SluiceBroker.start()) {
            int port = broker.port();
            TestQueue queue = broker.queue("orders", q -> q.weighted(1, 1, 1, 1, 1, 1, 1, 1, 1, 5));
            broker.queue("others").delete();
            broker.reset();
            assertEquals(List.of(), broker.queues());
            assertEquals(port, broker.port());
            assertEquals(
                    "there is no queue 'orders'",
                    assertThrows(SluiceBrokerException.class, queue::messages).getMessage());
            broker.queue("orders", QueueOptions::fifo);
        }
    }

    @Test
    void aClosedBrokerSaysSo() {
        SluiceBroker broker = SluiceBroker.start();
        TestQueue queue = broker.queue("orders");
        broker.close();
        broker.close();
        assertEquals(
                "the broker is closed",
                assertThrows(SluiceBrokerException.class, queue::messages).getMessage());
    }

    @Test
    void aClockStandsUntilItIsMoved() {
        VirtualClock clock = VirtualClock.atNow();
        long start = clock.millis();
        clock.advance(Duration.ofHours(1));
        assertEquals(3_600_000, clock.millis() - start);
        assertEquals(clock.millis(), clock.now().toEpochMilli());
        assertNotEquals(start, clock.millis());
        assertThrows(IllegalArgumentException.class, () -> clock.advance(Duration.ofMillis(-1)));
    }
}
