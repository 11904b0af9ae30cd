package io.sluice.crash;

import io.sluice.program.ReachableBroker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** Producers of a queue or topic, and a consumer at each of some places its messages come to, that work until the broker dies under them. */
final class CrashClients {
    private static final int PRODUCERS = 3;
    private static final int WINDOW = 20;
    private static final int TAKEN_AT_ONCE = 50;
    private static final long WAIT_SECONDS = 180;

    private final Client client;
    private final ReachableBroker broker;
    private final Work work;
    private final CountDownLatch enough;
    private final List<Thread> threads = new ArrayList<>();

    /**
     * What is sent and taken.
     *
     * @param address of the producers
     * @param topic whether it is one
     * @param everywhere all that is to get each message
     * @param taken where a consumer is
     */
    record Work(String address, boolean topic, List<ClientAccounts> everywhere, List<Inbox> taken) {}

    /** @param enough accepted messages after which {@link #awaitEnough} returns */
    CrashClients(Client client, ReachableBroker broker, Work work, int enough) {
        this.client = client;
        this.broker = broker;
        this.work = work;
        this.enough = new CountDownLatch(enough);
    }

    void start(int round) {
        for (int p = 0; p < PRODUCERS; p++) {
            String name = round + "-" + p;
            threads.add(new Thread(() -> produce(name), "producer-" + p));
        }
        for (Inbox inbox : work.taken) {
            threads.add(new Thread(() -> consume(inbox), "consumer of " + inbox));
        }
        threads.forEach(Thread::start);
    }

    void awaitEnough() throws InterruptedException {
        if (!enough.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("too few accepted: " + broker.errors());
        }
    }

    /** Waits until so many more are accepted. */
    static void awaitMore(ClientAccounts accounts, int more) throws InterruptedException {
        int wanted = accounts.acceptedSoFar() + more;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (accounts.acceptedSoFar() < wanted) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("nothing is accepted any more");
            }
            Thread.sleep(10);
        }
    }

    void awaitEnd() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(WAIT_SECONDS));
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " goes on without a broker");
            }
        }
    }

    private record UnderWay(SentMessage message, Tracker tracker) {}

    private void produce(String name) {
        int connections = 0;
        for (int next = 0; broker.isAlive(); connections++) {
            next = produce(name + "." + connections, next);
        }
    }

    /** Until the connection ends, by the broker's death or, on a machine that is too busy, before. @return the next number */
    private int produce(String name, int first) {
        int next = first;
        ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
        try (Connection connection = broker.connect(client);
                Sender sender = openSender(connection)) {
            while (broker.isAlive()) {
                SentMessage message = new SentMessage(name, next++);
                work.everywhere.forEach(accounts -> accounts.sent(message));
                underWay.add(new UnderWay(message, sender.send(message.encoded())));
                if (underWay.size() >= WINDOW) {
                    awaitAnswer(underWay.remove());
                }
            }
        } catch (ClientException ended) {
            // the fate of what is under way is not known
        }
        return next;
    }

    private Sender openSender(Connection connection) throws ClientException {
        SenderOptions options = new SenderOptions();
        if (work.topic) {
            options.targetOptions().capabilities("topic");
        }
        return connection.openSender(work.address, options);
    }

    private void awaitAnswer(UnderWay oldest) throws ClientException {
        if (oldest.tracker
                .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted()) {
            work.everywhere.forEach(accounts -> accounts.accepted(oldest.message));
            enough.countDown();
        }
    }

    private void consume(Inbox inbox) {
        while (broker.isAlive()) {
            consumeUntilLost(inbox);
        }
    }

    private void consumeUntilLost(Inbox inbox) {
        try (Connection connection = broker.connect(client)) {
            while (broker.isAlive()) {
                List<SentMessage> unconfirmed = new ArrayList<>();
                try (Receiver receiver = inbox.open(connection, false)) {
                    receiver.addCredit(TAKEN_AT_ONCE);
                    for (int i = 0; i < TAKEN_AT_ONCE; i++) {
                        Delivery delivery = receiver.receive(100, TimeUnit.MILLISECONDS);
                        if (delivery == null) {
                            break;
                        }
                        unconfirmed.add(
                                inbox.accounts().received(delivery.message().body()));
                        delivery.accept();
                    }
                    inbox.leave(receiver);
                }
                // The client calls a receiver closed when its connection is lost, too: only an answer to what was asked
                // after the detach says that the detach was answered.
                try (Receiver after = connection.openReceiver(inbox.probe())) {
                    after.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
                }
                unconfirmed.forEach(inbox.accounts()::consumed);
            }
        } catch (Exception killed) {
            // what the end of the process looks like from here; the last few are not confirmed
        }
    }
}
