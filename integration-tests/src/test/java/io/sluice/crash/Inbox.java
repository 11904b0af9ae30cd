package io.sluice.crash;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.ReachableBroker;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DurabilityMode;
import org.apache.qpid.protonj2.client.ExpiryPolicy;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/**
 * Where consumers take from: a queue, or a durable subscription.
 *
 * @param subscription its name, "" for a queue
 * @param accounts what is known of the messages that are to come here
 */
record Inbox(String address, String subscription, ClientAccounts accounts) {
    private static final String PROBE = "crash.probe";
    private static final long WAIT_SECONDS = 180;
    private static final long DRAIN_LIMIT_SECONDS = 60;
    private static final int LONGER_THAN_ANY_TEST_SECONDS = 3600;

    /** Consumes nothing by itself. */
    Receiver open(Connection connection, boolean autoAccept) throws ClientException {
        ReceiverOptions options = new ReceiverOptions().autoAccept(autoAccept).creditWindow(0);
        if (isSubscription()) {
            options.linkName(subscription)
                    .sourceOptions()
                    .capabilities("topic")
                    .durabilityMode(DurabilityMode.UNSETTLED_STATE)
                    .expiryPolicy(ExpiryPolicy.CONNECTION_CLOSE)
                    .timeout(LONGER_THAN_ANY_TEST_SECONDS);
        }
        return connection.openReceiver(address, options);
    }

    /** Of a queue where nothing is, in the same shard. */
    String probe() {
        int mark = address.indexOf('@');
        return mark < 0 ? PROBE : PROBE + address.substring(mark);
    }

    private boolean isSubscription() {
        return !subscription.isEmpty();
    }

    /** Ends the link; a subscription stays. */
    void leave(Receiver receiver) throws Exception {
        (isSubscription() ? receiver.detachAsync() : receiver.closeAsync()).get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** The subscription is there when this returns. */
    void subscribe(Client client, ReachableBroker broker) throws Exception {
        try (Connection connection = broker.connect(client)) {
            Receiver receiver = open(connection, false);
            receiver.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
            leave(receiver);
        }
    }

    /** Takes all there is, until nothing is missing: what was scheduled may not be due at once. @return how many there were */
    int drain(Client client, ReachableBroker broker) throws Exception {
        Set<String> drained = new HashSet<>();
        SentOrder order = new SentOrder(accounts);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_LIMIT_SECONDS);
        try (Connection connection = broker.connect(client)) {
            Receiver receiver = open(connection, true);
            boolean more = true;
            while (more || (!accounts.lost().isEmpty() && System.nanoTime() < deadline)) {
                receiver.addCredit(500);
                receiver.drain().get(DRAIN_LIMIT_SECONDS, TimeUnit.SECONDS);
                Delivery delivery = receiver.tryReceive();
                more = delivery != null;
                for (; delivery != null; delivery = receiver.tryReceive()) {
                    SentMessage message = accounts.received(delivery.message().body());
                    assertTrue(drained.add(message.id()), () -> "twice in the queue: " + message.id());
                    order.check(message);
                }
            }
            leave(receiver);
        }
        return drained.size();
    }
}
