package io.sluice.amqp;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.amqp.message.MessageBatch;
import io.sluice.amqp.servicebus.StoredMessages;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.Refusal.Kind;
import java.util.List;
import java.util.Optional;
import org.apache.qpid.proton.engine.Delivery;

/** What is in the deliveries of one link, as its sender means it: a message each, or a batch of them. The connection's event loop. */
final class IncomingMessages {
    private final ConnectionScope scope;
    private final Destination destination;
    private final Arrivals arrivals;

    IncomingMessages(ConnectionScope scope, Destination destination, Arrivals arrivals) {
        this.scope = scope;
        this.destination = destination;
        this.arrivals = arrivals;
    }

    /**
     * A delivery is complete: what is in it goes on.
     *
     * @param encoded all of it
     * @return why it does not; empty where it is answered later
     * @throws MalformedMessageException nothing can be made of it
     */
    Optional<Refusal> arrived(byte[] encoded, Delivery delivery) throws MalformedMessageException {
        if (delivery.getMessageFormat() != MessageBatch.FORMAT) {
            arrivals.add(stored(IncomingMessage.parse(encoded, delivery.getMessageFormat())), delivery);
            return Optional.empty();
        }
        List<Message> batch = MessageBatch.parse(encoded);
        if (!destination.transacts()) {
            return Optional.of(Refusal.of(Kind.NOT_IMPLEMENTED, "a node of the broker itself takes no batches"));
        }
        arrivals.addAll(batch.stream().map(this::stored).toList(), delivery, encoded.length);
        return Optional.empty();
    }

    /** Whether what is left of a large delivery may be kept apart: it is one message. */
    static boolean mayBeLarge(Delivery delivery) {
        return delivery.getMessageFormat() != MessageBatch.FORMAT;
    }

    private Message stored(Message message) {
        return scope.dialect().isServiceBus() ? StoredMessages.of(message, scope::newMessageId) : message;
    }
}
