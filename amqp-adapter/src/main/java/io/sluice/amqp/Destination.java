package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.port.LargeBodies;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.engine.Delivery;

/** Where the messages of one incoming link go. It answers to its {@link IncomingLink}, on the connection's event loop. */
interface Destination {
    /** The queue, where it is one. */
    default Optional<LinkNode> node() {
        return Optional.empty();
    }

    /** The one it is all for: a queue's or a topic's; empty where each message has its own, or it is the broker's. */
    default Optional<String> address() {
        return Optional.empty();
    }

    /** What is kept of the link's deliveries when it goes; empty where nothing is. */
    default Optional<KeptDeliveries> kept() {
        return Optional.empty();
    }

    /** Leads to {@code attached} or {@code refused}. */
    void attach(IncomingLink link);

    /** Leads to {@code accepted} or {@code refused} for the delivery. */
    void send(Message message, Delivery delivery);

    /**
     * As {@link #send}, of all messages of a batch: together or not at all. Asked only of one that {@link #transacts}.
     *
     * @param bytes of the delivery
     */
    default void sendAll(List<Message> batch, Delivery delivery, int bytes) {
        throw new IllegalStateException("no batch goes there");
    }

    /** Whether it can do with a message whose body is kept apart. */
    boolean takesLarge();

    /** Where the body of such a message is kept. @param front the message without it */
    default LargeBodies bodies(Message front) {
        throw new IllegalStateException("no large message goes there");
    }

    /** Whether messages to it can be sent in a transaction, and in batches. */
    boolean transacts();

    /** The link is gone. What was sent before is still answered. */
    void detach();
}
