package io.sluice.crash;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.ErrorCondition;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.Tracker;
import org.apache.qpid.protonj2.client.exceptions.ClientConnectionRemotelyClosedException;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientIOException;

/**
 * A producer and a consumer of one node, for as long as it has them. Their messages are not durable: for those a node needs nobody else, so
 * nothing but its lease keeps it from accepting and dispatching them. Each says when it was sent: what is sent after a lease is over
 * must not be accepted or dispatched, however late this process comes to read of it.
 */
final class Witness {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long WAIT_SECONDS = 60;
    private static final String ADDRESS = "witness";

    private final AtomicLong accepted = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong dispatched = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong sent = new AtomicLong(Long.MIN_VALUE);
    private final CompletableFuture<End> end = new CompletableFuture<>();

    /**
     * How the connection ended.
     *
     * @param condition of AMQP that the node closed it with; empty where it said nothing
     */
    record End(long nanos, Optional<String> condition) {}

    private record UnderWay(long sentNanos, Tracker tracker) {}

    /** @param node that serves; returns when both have seen a message */
    Witness(Client client, ClusterProcesses cluster, String node) throws Exception {
        ConnectionOptions options =
                new ConnectionOptions().disconnectedHandler((gone, event) -> ended(event.failureCause()));
        Connection connection = cluster.connect(client, node, options);
        Sender sender = connection.openSender(ADDRESS);
        Receiver receiver = connection.openReceiver(ADDRESS, new ReceiverOptions().autoAccept(true));
        CompletableFuture<Void> seen = new CompletableFuture<>();
        thread("witness-consumer", () -> consume(receiver, seen));
        thread("witness-producer", () -> produce(sender));
        seen.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void consume(Receiver receiver, CompletableFuture<Void> seen) {
        try {
            while (true) {
                Delivery delivery = receiver.receive();
                dispatched.accumulateAndGet((Long) delivery.message().body(), Math::max);
                seen.complete(null);
            }
        } catch (ClientException | RuntimeException gone) {
            seen.completeExceptionally(gone);
        }
    }

    private void produce(Sender sender) {
        ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
        try {
            while (!end.isDone()) {
                long now = System.nanoTime();
                underWay.add(new UnderWay(now, sender.send(Message.create(now).durable(false))));
                sent.set(now);
                answered(underWay);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (ClientException | RuntimeException gone) {
            answered(underWay);
        }
    }

    private void answered(ArrayDeque<UnderWay> underWay) {
        while (!underWay.isEmpty() && underWay.peek().tracker.remoteSettled()) {
            UnderWay oldest = underWay.remove();
            if (oldest.tracker.remoteState().isAccepted()) {
                accepted.set(oldest.sentNanos);
            }
        }
    }

    private void ended(ClientIOException cause) {
        Optional<String> condition = cause instanceof ClientConnectionRemotelyClosedException closed
                ? Optional.ofNullable(closed.getErrorCondition()).map(ErrorCondition::condition)
                : Optional.empty();
        end.complete(new End(System.nanoTime(), condition));
    }

    /** Waits for the end of the connection. */
    End awaitEnd() throws Exception {
        return end.get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** When the last message that was accepted was sent; on the clock of {@link System#nanoTime}. */
    long lastAcceptedNanos() {
        return accepted.get();
    }

    /** When the last message that was dispatched was sent. */
    long lastDispatchedNanos() {
        return dispatched.get();
    }

    /** When the last message was sent, whatever became of it. */
    long lastSentNanos() {
        return sent.get();
    }
}
