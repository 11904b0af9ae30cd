package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise to users: what was accepted survives kill -9 at any instant, and what was settled (and the settlement confirmed by the
 * link's clean end) does not come back. Several producers send while a consumer takes; the process is killed in the middle; at the
 * end everything is drained and compared with what the clients were told.
 */
final class KillNineTest {
    private static final int ROUNDS = Integer.getInteger("crash.server.rounds", 5);
    private static final int PRODUCERS = 3;
    private static final String QUEUE = "crash";

    @TempDir
    Path data;

    /** Ids the broker said {@code accepted} to. */
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    /** Ids sent whose fate was not heard: they may be there or not. */
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    /** Ids consumed, with the settlement confirmed. */
    private final Set<String> consumed = ConcurrentHashMap.newKeySet();
    /** Ids consumed whose settlement was under way when the process died: they may come back. */
    private final Set<String> perhapsConsumed = ConcurrentHashMap.newKeySet();

    @Test
    void nothing_accepted_is_lost_and_nothing_settled_comes_back() throws Exception {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("kill -9 of the server, " + ROUNDS + " rounds: -Dsim.seed=" + seed);
        Random random = new Random(seed);
        try (Client client = Client.create()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (BrokerProcess broker = BrokerProcess.start(data)) {
                    loadUntilKilled(client, broker, round, random.nextInt(400) + 50);
                }
            }
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                verifyDrained(client, broker);
                assertEquals(0, broker.stop());
            }
        }
    }

    private void loadUntilKilled(Client client, BrokerProcess broker, int round, int killAfterAccepted)
            throws Exception {
        CountDownLatch enough = new CountDownLatch(killAfterAccepted);
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < PRODUCERS; p++) {
            String prefix = round + "-" + p + "-";
            threads.add(new Thread(() -> produce(client, broker, prefix, enough), "producer-" + p));
        }
        threads.add(new Thread(() -> consume(client, broker), "consumer"));
        threads.forEach(Thread::start);
        assertTrue(enough.await(60, TimeUnit.SECONDS), () -> "too few accepted: " + broker.errors());
        broker.kill();
        for (Thread thread : threads) {
            thread.join(60_000);
        }
    }

    private void produce(Client client, BrokerProcess broker, String prefix, CountDownLatch enough) {
        try (Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender(QUEUE)) {
            for (int i = 0; broker.isAlive(); i++) {
                String id = prefix + i;
                sent.add(id);
                Tracker tracker = sender.send(Message.create(id).durable(true));
                if (tracker.awaitSettlement(30, TimeUnit.SECONDS).remoteState().isAccepted()) {
                    accepted.add(id);
                    enough.countDown();
                }
            }
        } catch (ClientException killed) {
            // what the end of the process looks like from here
        }
    }

    private void consume(Client client, BrokerProcess broker) {
        List<String> unconfirmed = new ArrayList<>();
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            while (broker.isAlive()) {
                try (Receiver receiver = connection.openReceiver(
                        QUEUE, new ReceiverOptions().autoAccept(false).creditWindow(5))) {
                    for (int i = 0; i < 5; i++) {
                        Delivery delivery = receiver.receive(30, TimeUnit.SECONDS);
                        if (delivery == null) {
                            break;
                        }
                        String id = (String) delivery.message().body();
                        unconfirmed.add(id);
                        perhapsConsumed.add(id);
                        delivery.accept();
                    }
                    receiver.closeAsync().get(30, TimeUnit.SECONDS);
                }
                // The client calls a receiver closed when its connection is lost, too: only an answer to what was asked
                // after the detach says that the detach was answered.
                try (Receiver after = connection.openReceiver("crash.probe")) {
                    after.openFuture().get(30, TimeUnit.SECONDS);
                }
                consumed.addAll(unconfirmed);
                unconfirmed.clear();
            }
        } catch (Exception killed) {
            // what the end of the process looks like from here; the last few are not confirmed
        }
    }

    private void verifyDrained(Client client, BrokerProcess broker) throws Exception {
        Set<String> drained = new HashSet<>();
        try (Connection connection = client.connect("127.0.0.1", broker.port());
                Receiver receiver = connection.openReceiver(
                        QUEUE, new ReceiverOptions().autoAccept(true).creditWindow(0))) {
            while (true) {
                receiver.addCredit(500);
                receiver.drain().get(60, TimeUnit.SECONDS);
                Delivery delivery = receiver.tryReceive();
                if (delivery == null) {
                    break;
                }
                while (delivery != null) {
                    String id = (String) delivery.message().body();
                    assertTrue(drained.add(id), "twice in the queue: " + id);
                    delivery = receiver.tryReceive();
                }
            }
        }
        Set<String> lost = new HashSet<>(accepted);
        lost.removeAll(drained);
        lost.removeAll(perhapsConsumed);
        assertEquals(Set.of(), lost, "accepted and lost");
        Set<String> resurrected = new HashSet<>(drained);
        resurrected.retainAll(consumed);
        assertEquals(Set.of(), resurrected, "settled and back again");
        assertTrue(sent.containsAll(drained), "never sent");
        System.out.println(
                "accepted " + accepted.size() + ", consumed " + consumed.size() + ", left " + drained.size());
    }
}
