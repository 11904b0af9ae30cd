package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
import org.apache.qpid.protonj2.client.Session;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transaction is whole or absent after kill -9 at any instant. Clients move messages to and fro between two queues, a few at a time,
 * and write each transaction into a third queue, all in the transaction; some they roll back. The process is killed in the middle.
 * At the end each message is in one of the two queues, in that one to which the written transactions moved it; what a client was told
 * to be committed is written, what it was told to be rolled back is not. {@code -Dcrash.server.rounds=} sets how often.
 */
final class KillNineTransactionsTest {
    private static final int ROUNDS = Integer.getInteger("crash.server.rounds", 10);
    private static final int MESSAGES = 60;
    private static final int MOVERS = 3;
    private static final int MOST_COMMITS = 150;
    private static final long WAIT_SECONDS = 180;
    private static final String[] SIDES = {"tx.left", "tx.right"};
    private static final String LOG = "tx.log";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path folder;

    private final Set<String> committed = ConcurrentHashMap.newKeySet();
    private final Set<String> rolledBack = ConcurrentHashMap.newKeySet();

    private String[] arguments() throws Exception {
        Path file = Files.writeString(folder.resolve("sluice.yaml"), """
                amqp: {maxMessageSizeBytes: 65536}
                queues: {templates: [{pattern: "*", maxDeliveries: unlimited}]}
                storage:
                  segmentBytes: 1048576
                  journalBudgetBytes: 1048576
                  journalMaxBytes: 4194304
                  minFreeDiskBytes: 0
                """);
        return new String[] {"--config", file.toString()};
    }

    @Test
    void a_transaction_is_whole_or_absent() throws Exception {
        long seed = Long.getLong("sim.seed", System.nanoTime());
        System.out.println("kill -9 under transactions, " + ROUNDS + " rounds: -Dsim.seed=" + seed);
        Random random = new Random(seed);
        Path data = folder.resolve("data");
        try (Client client = Client.create()) {
            for (int round = 0; round < ROUNDS; round++) {
                try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                    if (round == 0) {
                        fill(client, broker);
                    }
                    CountDownLatch enough = new CountDownLatch(1 + random.nextInt(MOST_COMMITS));
                    List<Thread> movers = new ArrayList<>();
                    for (int i = 0; i < MOVERS; i++) {
                        Mover mover = new Mover(client, broker, round + "-" + i, new Random(random.nextLong()), enough);
                        movers.add(new Thread(mover, "mover-" + i));
                    }
                    movers.forEach(Thread::start);
                    assertTrue(enough.await(WAIT_SECONDS, TimeUnit.SECONDS), () -> "too few: " + broker.errors());
                    broker.kill();
                    for (Thread mover : movers) {
                        mover.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
                        assertTrue(!mover.isAlive(), "goes on without a broker");
                    }
                }
            }
            try (BrokerProcess broker = BrokerProcess.start(data, arguments())) {
                check(client, broker);
                assertEquals(0, broker.stop());
            }
        }
    }

    private static void fill(Client client, BrokerProcess broker) throws Exception {
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            Session session = connection.openSession();
            session.beginTransaction();
            Sender sender = session.openSender(SIDES[0]);
            for (int i = 0; i < MESSAGES; i++) {
                sender.send(Message.create(body(i)).durable(true));
            }
            session.commitTransaction();
        }
    }

    /** Of a size of its own. */
    private static String body(int number) {
        return number + " " + "x".repeat(number * 37 % 1_500);
    }

    private static int number(Object body) {
        String text = (String) body;
        int number = Integer.parseInt(text.substring(0, text.indexOf(' ')));
        assertEquals(body(number), text);
        return number;
    }

    /** Works until the broker dies under it. */
    private final class Mover implements Runnable {
        private final Client client;
        private final BrokerProcess broker;
        private final String name;
        private final Random random;
        private final CountDownLatch enough;
        private int transactions;

        Mover(Client client, BrokerProcess broker, String name, Random random, CountDownLatch enough) {
            this.client = client;
            this.broker = broker;
            this.name = name;
            this.random = random;
            this.enough = enough;
        }

        @Override
        public void run() {
            while (broker.isAlive()) {
                try (Connection connection = client.connect("127.0.0.1", broker.port())) {
                    Session session = connection.openSession();
                    Sender log = session.openSender(LOG);
                    while (broker.isAlive()) {
                        int from = random.nextInt(SIDES.length);
                        move(session, log, SIDES[from], SIDES[1 - from]);
                    }
                } catch (ClientException ended) {
                    // the fate of what was under way is not known
                }
            }
        }

        private void move(Session session, Sender log, String from, String to) throws ClientException {
            String id = name + "-" + transactions++;
            int most = 1 + random.nextInt(5);
            ReceiverOptions options = new ReceiverOptions().autoAccept(false).creditWindow(0);
            session.beginTransaction();
            try (Receiver receiver = session.openReceiver(from, options);
                    Sender sender = session.openSender(to)) {
                receiver.addCredit(most);
                StringBuilder moved = new StringBuilder(id);
                for (int i = 0; i < most; i++) {
                    Delivery delivery = receiver.receive(50, TimeUnit.MILLISECONDS);
                    if (delivery == null) {
                        break;
                    }
                    Object body = delivery.message().body();
                    moved.append(' ').append(number(body));
                    sender.send(Message.create(body).durable(true));
                    delivery.accept();
                }
                log.send(Message.create(moved.toString()).durable(true));
                if (random.nextInt(4) == 0) {
                    session.rollbackTransaction();
                    rolledBack.add(id);
                } else {
                    session.commitTransaction();
                    committed.add(id);
                    enough.countDown();
                }
            }
        }
    }

    private void check(Client client, BrokerProcess broker) throws Exception {
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            Map<Integer, Integer> moves = new HashMap<>();
            Set<String> written = new HashSet<>();
            for (Object line : drain(connection, LOG)) {
                String[] words = ((String) line).split(" ");
                assertTrue(written.add(words[0]), () -> "twice: " + words[0]);
                for (int i = 1; i < words.length; i++) {
                    moves.merge(Integer.parseInt(words[i]), 1, Integer::sum);
                }
            }
            Map<Integer, Integer> sides = new HashMap<>();
            for (int side = 0; side < SIDES.length; side++) {
                for (Object body : drain(connection, SIDES[side])) {
                    assertTrue(sides.put(number(body), side) == null, () -> "in two places: " + body);
                }
            }
            assertEquals(MESSAGES, sides.size(), "messages");
            sides.forEach(
                    (number, side) -> assertEquals(moves.getOrDefault(number, 0) % 2, side, () -> "message " + number));
            Set<String> missing = new HashSet<>(committed);
            missing.removeAll(written);
            assertEquals(Set.of(), missing, "committed and lost");
            Set<String> undead = new HashSet<>(rolledBack);
            undead.retainAll(written);
            assertEquals(Set.of(), undead, "rolled back and there");
            System.out.println("committed for sure " + committed.size() + ", written " + written.size()
                    + ", rolled back " + rolledBack.size() + ", moves " + moves.values());
        }
    }

    private static List<Object> drain(Connection connection, String queue) throws Exception {
        List<Object> bodies = new ArrayList<>();
        try (Receiver receiver = connection.openReceiver(
                queue, new ReceiverOptions().autoAccept(true).creditWindow(0))) {
            boolean more = true;
            while (more) {
                receiver.addCredit(500);
                receiver.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
                Delivery delivery = receiver.tryReceive();
                more = delivery != null;
                for (; delivery != null; delivery = receiver.tryReceive()) {
                    bodies.add(delivery.message().body());
                }
            }
        }
        return bodies;
    }
}
