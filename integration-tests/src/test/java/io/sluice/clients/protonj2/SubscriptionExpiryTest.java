package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.program.BrokerProcess;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DurabilityMode;
import org.apache.qpid.protonj2.client.ExpiryPolicy;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.SenderOptions;
import org.apache.qpid.protonj2.client.exceptions.ClientException;
import org.apache.qpid.protonj2.client.exceptions.ClientLinkRemotelyClosedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Durable subscriptions that wait for their subscriber so long and no longer, through protonj2-client and restarts of the program. */
final class SubscriptionExpiryTest {
    private static final String TOPIC = "expiring";
    private static final String CONTAINER = "protonj2-expiry";
    private static final int HOUR = 3600;

    @TempDir
    Path data;

    private static Receiver subscribe(Connection connection, ExpiryPolicy policy, int seconds) throws Exception {
        ReceiverOptions options = new ReceiverOptions().linkName("sub");
        options.sourceOptions()
                .capabilities("topic")
                .durabilityMode(DurabilityMode.UNSETTLED_STATE)
                .expiryPolicy(policy)
                .timeout(seconds);
        Receiver receiver = connection.openReceiver(TOPIC, options);
        receiver.openFuture().get(20, TimeUnit.SECONDS);
        assertEquals(policy, receiver.source().expiryPolicy());
        assertEquals(seconds, receiver.source().timeout());
        return receiver;
    }

    private static void publish(Connection connection, String body) throws Exception {
        SenderOptions options = new SenderOptions();
        options.targetOptions().capabilities("topic");
        try (Sender sender = connection.openSender(TOPIC, options)) {
            sender.send(Message.create(body).durable(true)).settlementFuture().get(20, TimeUnit.SECONDS);
        }
    }

    private static String next(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(20, TimeUnit.SECONDS);
        assertNotNull(delivery, "no delivery in 20 s");
        return (String) delivery.message().body();
    }

    /** Waits at the subscription's queue until that is no more. */
    private static void awaitEnd(Connection connection) throws Exception {
        ReceiverOptions options = new ReceiverOptions().creditWindow(0);
        Receiver watcher = connection.openReceiver(TOPIC + "::" + CONTAINER + ".sub", options);
        watcher.openFuture().get(20, TimeUnit.SECONDS);
        ClientLinkRemotelyClosedException gone =
                assertThrows(ClientLinkRemotelyClosedException.class, () -> watcher.receive(60, TimeUnit.SECONDS));
        assertEquals("amqp:resource-deleted", gone.getErrorCondition().condition());
    }

    @Test
    void it_waits_behind_kill_nine_and_not_longer_than_was_asked() throws Exception {
        try (Client subscribers = Client.create(new ClientOptions().id(CONTAINER));
                Client others = Client.create()) {
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                subscribe(subscribers.connect("127.0.0.1", broker.port()), ExpiryPolicy.CONNECTION_CLOSE, HOUR);
                publish(others.connect("127.0.0.1", broker.port()), "before");
                broker.kill();
            }
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                publish(others.connect("127.0.0.1", broker.port()), "while away");
                Connection connection = subscribers.connect("127.0.0.1", broker.port());
                Receiver receiver = subscribe(connection, ExpiryPolicy.LINK_CLOSE, 2);
                assertEquals("before", next(receiver));
                assertEquals("while away", next(receiver));
                publish(connection, "never taken");
                receiver.detach();
                awaitEnd(connection);
                Receiver anew = subscribe(connection, ExpiryPolicy.LINK_CLOSE, 1);
                publish(connection, "anew");
                assertEquals("anew", next(anew));
                assertEquals(0, broker.stop());
            }
            try (BrokerProcess broker = BrokerProcess.start(data)) {
                // One second after the stop, or at the start where that took longer.
                Connection connection = others.connect("127.0.0.1", broker.port());
                ReceiverOptions options = new ReceiverOptions().creditWindow(0);
                Receiver watcher = connection.openReceiver(TOPIC + "::" + CONTAINER + ".sub", options);
                ClientLinkRemotelyClosedException gone = assertThrows(
                        ClientLinkRemotelyClosedException.class, () -> watcher.receive(60, TimeUnit.SECONDS));
                String condition = gone.getErrorCondition().condition();
                assertTrue(condition.equals("amqp:resource-deleted") || condition.equals("amqp:not-found"), condition);
                assertEquals(0, broker.stop());
            }
        }
    }
}
