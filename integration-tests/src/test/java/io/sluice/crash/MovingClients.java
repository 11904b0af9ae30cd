package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.ReachableBroker;
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
import org.apache.qpid.protonj2.client.DistributionMode;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Session;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/**
 * Clients that move messages to and fro between two queues, a few at a time, and write each transaction into a third queue, all in the
 * transaction; some they roll back. At the end each message is in one of the two queues, in that one to which the written transactions moved
 * it; what a client was told to be committed is written, what it was told to be rolled back is not.
 */
final class MovingClients {
    private static final int MESSAGES = 60;
    private static final int MOVERS = 3;
    private static final long WAIT_SECONDS = 180;
    private static final String[] SIDES = {"tx.left", "tx.right"};
    private static final String LOG = "tx.log";

    private final Set<String> committed = ConcurrentHashMap.newKeySet();
    private final Set<String> rolledBack = ConcurrentHashMap.newKeySet();
    private final List<Thread> movers = new ArrayList<>();

    /** @param enough counts commits down */
    void start(Client client, ReachableBroker broker, int round, Random random, CountDownLatch enough) {
        movers.clear();
        for (int i = 0; i < MOVERS; i++) {
            Mover mover = new Mover(client, broker, round + "-" + i, new Random(random.nextLong()), enough);
            movers.add(new Thread(mover, "mover-" + i));
        }
        movers.forEach(Thread::start);
    }

    void awaitEnd() throws InterruptedException {
        for (Thread mover : movers) {
            mover.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            assertTrue(!mover.isAlive(), "goes on without a broker");
        }
    }

    static void fill(Client client, ReachableBroker broker) throws Exception {
        try (Connection connection = broker.connect(client)) {
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

    /** Works until the broker is gone for good. */
    private final class Mover implements Runnable {
        private final Client client;
        private final ReachableBroker broker;
        private final String name;
        private final Random random;
        private final CountDownLatch enough;
        private int transactions;

        Mover(Client client, ReachableBroker broker, String name, Random random, CountDownLatch enough) {
            this.client = client;
            this.broker = broker;
            this.name = name;
            this.random = random;
            this.enough = enough;
        }

        @Override
        public void run() {
            while (broker.isAlive()) {
                try (Connection connection = broker.connect(client)) {
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

    void check(Client client, ReachableBroker broker) throws Exception {
        try (Connection connection = broker.connect(client)) {
            Map<Integer, Integer> moves = new HashMap<>();
            Set<String> written = new HashSet<>();
            for (Object line : browse(connection, LOG)) {
                String[] words = ((String) line).split(" ");
                assertTrue(written.add(words[0]), () -> "twice: " + words[0]);
                for (int i = 1; i < words.length; i++) {
                    moves.merge(Integer.parseInt(words[i]), 1, Integer::sum);
                }
            }
            Map<Integer, Integer> sides = new HashMap<>();
            for (int side = 0; side < SIDES.length; side++) {
                for (Object body : browse(connection, SIDES[side])) {
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

    /** Looks and takes nothing: who is interrupted may look again. */
    private static List<Object> browse(Connection connection, String queue) throws Exception {
        List<Object> bodies = new ArrayList<>();
        ReceiverOptions options = new ReceiverOptions().creditWindow(0);
        options.sourceOptions().distributionMode(DistributionMode.COPY);
        try (Receiver receiver = connection.openReceiver(queue, options)) {
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
