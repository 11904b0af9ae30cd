package io.sluice.crash;

import io.sluice.program.BrokerProcess;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** Producers and a consumer that work until the broker dies under them. */
final class CrashClients {
    static final String QUEUE = "crash";
    private static final int PRODUCERS = 3;
    private static final int WINDOW = 20;
    private static final int TAKEN_AT_ONCE = 50;
    private static final long WAIT_SECONDS = 60;

    private final Client client;
    private final BrokerProcess broker;
    private final ClientAccounts accounts;
    private final CountDownLatch enough;
    private final List<Thread> threads = new ArrayList<>();

    /** @param enough accepted messages after which {@link #awaitEnough} returns */
    CrashClients(Client client, BrokerProcess broker, ClientAccounts accounts, int enough) {
        this.client = client;
        this.broker = broker;
        this.accounts = accounts;
        this.enough = new CountDownLatch(enough);
    }

    void start(int round) {
        for (int p = 0; p < PRODUCERS; p++) {
            String name = round + "-" + p;
            threads.add(new Thread(() -> produce(name), "producer-" + p));
        }
        threads.add(new Thread(this::consume, "consumer"));
        threads.forEach(Thread::start);
    }

    void awaitEnough() throws InterruptedException {
        if (!enough.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("too few accepted: " + broker.errors());
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
        ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
        try (Connection connection = client.connect("127.0.0.1", broker.port());
                Sender sender = connection.openSender(QUEUE)) {
            for (int i = 0; broker.isAlive(); i++) {
                SentMessage message = new SentMessage(name, i);
                accounts.sent(message);
                underWay.add(new UnderWay(message, sender.send(message.encoded())));
                if (underWay.size() >= WINDOW) {
                    awaitAnswer(underWay.remove());
                }
            }
        } catch (ClientException killed) {
            // what the end of the process looks like from here
        }
    }

    private void awaitAnswer(UnderWay oldest) throws ClientException {
        if (oldest.tracker
                .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                .remoteState()
                .isAccepted()) {
            accounts.accepted(oldest.message);
            enough.countDown();
        }
    }

    private void consume() {
        try (Connection connection = client.connect("127.0.0.1", broker.port())) {
            while (broker.isAlive()) {
                List<SentMessage> unconfirmed = new ArrayList<>();
                try (Receiver receiver = connection.openReceiver(
                        QUEUE, new ReceiverOptions().autoAccept(false).creditWindow(0))) {
                    receiver.addCredit(TAKEN_AT_ONCE);
                    for (int i = 0; i < TAKEN_AT_ONCE; i++) {
                        Delivery delivery = receiver.receive(100, TimeUnit.MILLISECONDS);
                        if (delivery == null) {
                            break;
                        }
                        unconfirmed.add(accounts.received(delivery.message().body()));
                        delivery.accept();
                    }
                    receiver.closeAsync().get(WAIT_SECONDS, TimeUnit.SECONDS);
                }
                // The client calls a receiver closed when its connection is lost, too: only an answer to what was asked
                // after the detach says that the detach was answered.
                try (Receiver after = connection.openReceiver("crash.probe")) {
                    after.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
                }
                unconfirmed.forEach(accounts::consumed);
            }
        } catch (Exception killed) {
            // what the end of the process looks like from here; the last few are not confirmed
        }
    }
}
