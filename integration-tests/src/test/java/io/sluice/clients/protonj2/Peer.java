package io.sluice.clients.protonj2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.sluice.clients.Scene;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.qpid.protonj2.client.Client;
import org.apache.qpid.protonj2.client.ClientOptions;
import org.apache.qpid.protonj2.client.Connection;
import org.apache.qpid.protonj2.client.ConnectionOptions;
import org.apache.qpid.protonj2.client.Delivery;
import org.apache.qpid.protonj2.client.DeliveryState;
import org.apache.qpid.protonj2.client.Message;
import org.apache.qpid.protonj2.client.Receiver;
import org.apache.qpid.protonj2.client.ReceiverOptions;
import org.apache.qpid.protonj2.client.Sender;
import org.apache.qpid.protonj2.client.exceptions.ClientException;

/** A container with one connection, and what checks do with it. */
final class Peer implements AutoCloseable {
    static final long WAIT_SECONDS = 20;

    private final Client client;
    private final Connection connection;

    private Peer(Client client, Connection connection) {
        this.client = client;
        this.connection = connection;
    }

    static Peer of(Scene scene) throws Exception {
        return of(scene, new ConnectionOptions());
    }

    static Peer of(Scene scene, ConnectionOptions options) throws Exception {
        return of(null, "127.0.0.1", scene.port(), options);
    }

    /** @param containerId null for one that nobody else has */
    static Peer of(String containerId, String host, int port, ConnectionOptions options) throws Exception {
        Client client = containerId == null ? Client.create() : Client.create(new ClientOptions().id(containerId));
        try {
            Connection connection = client.connect(host, port, options);
            connection.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
            return new Peer(client, connection);
        } catch (Exception refused) {
            client.close();
            throw refused;
        }
    }

    static Peer named(Scene scene, String containerId) throws Exception {
        return of(containerId, "127.0.0.1", scene.port(), new ConnectionOptions());
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void close() {
        client.close();
    }

    /** A link that is asked for messages one by one. */
    static ReceiverOptions oneByOne() {
        return new ReceiverOptions().autoAccept(false).creditWindow(0);
    }

    Receiver receiver(String address) throws Exception {
        return receiver(address, oneByOne());
    }

    Receiver receiver(String address, ReceiverOptions options) throws Exception {
        return opened(connection.openReceiver(address, options));
    }

    static Receiver opened(Receiver receiver) throws Exception {
        receiver.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        return receiver;
    }

    static Sender opened(Sender sender) throws Exception {
        sender.openFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
        return sender;
    }

    void send(String address, String... bodies) throws Exception {
        try (Sender sender = connection.openSender(address)) {
            for (String body : bodies) {
                accepted(sender, Message.create(body).durable(true));
            }
        }
    }

    static DeliveryState outcome(Sender sender, Message<?> message) throws ClientException {
        return sender.send(message)
                .awaitSettlement(WAIT_SECONDS, TimeUnit.SECONDS)
                .remoteState();
    }

    static void accepted(Sender sender, Message<?> message) throws ClientException {
        assertEquals(DeliveryState.Type.ACCEPTED, outcome(sender, message).getType());
    }

    /** Gives credit, and waits until the broker has it: an answer to what is asked later says so. */
    static void giveCredit(Receiver receiver, int credit) throws Exception {
        receiver.addCredit(credit);
        opened(receiver.connection().openReceiver(receiver.address() + ".probe"))
                .closeAsync()
                .get(WAIT_SECONDS, TimeUnit.SECONDS);
    }

    /** What comes without being asked for. */
    static Delivery take(Receiver receiver) throws ClientException {
        Delivery delivery = receiver.receive(WAIT_SECONDS, TimeUnit.SECONDS);
        assertNotNull(delivery, "no message in " + WAIT_SECONDS + " s");
        return delivery;
    }

    static Delivery next(Receiver receiver) throws ClientException {
        receiver.addCredit(1);
        return take(receiver);
    }

    /** Takes a message for good. */
    static Object body(Receiver receiver) throws ClientException {
        Delivery delivery = next(receiver);
        Object body = delivery.message().body();
        delivery.accept();
        return body;
    }

    static List<Object> bodies(Receiver receiver, int count) throws ClientException {
        List<Object> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bodies.add(body(receiver));
        }
        return bodies;
    }

    /** Whether the broker has nothing for this link. */
    static boolean empty(Receiver receiver) throws Exception {
        receiver.addCredit(1);
        receiver.drain().get(WAIT_SECONDS, TimeUnit.SECONDS);
        return receiver.queuedDeliveries() == 0;
    }
}
