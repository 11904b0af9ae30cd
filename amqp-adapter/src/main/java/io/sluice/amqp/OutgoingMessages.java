package io.sluice.amqp;

import io.sluice.amqp.message.OutgoingMessage;
import io.sluice.broker.queue.Delivery;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Sender;

/** Messages as the peer of one link is to read them. The connection's event loop. */
final class OutgoingMessages {
    private final ConnectionScope scope;
    private final Sender sender;

    OutgoingMessages(ConnectionScope scope, Sender sender) {
        this.scope = scope;
        this.sender = sender;
    }

    /** The whole message. */
    ReadableBuffer encode(Delivery message) {
        AmqpEnvironment broker = scope.environment();
        return OutgoingMessage.encode(message, broker.clock().millis(), broker.deadLetterNames(), scope.dialect());
    }

    /** For the peer. */
    boolean tooLarge(long bytes) {
        UnsignedLong max = sender.getRemoteMaxMessageSize();
        return max != null && max.longValue() > 0 && bytes > max.longValue();
    }
}
