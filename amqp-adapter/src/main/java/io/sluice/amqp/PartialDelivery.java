package io.sluice.amqp;

import io.sluice.amqp.message.IncomingMessage;
import io.sluice.amqp.message.MalformedMessageException;
import io.sluice.broker.Refusal.Kind;
import java.util.Optional;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Receiver;

/**
 * What has come of the delivery that a link's peer is sending, and how much that may be. Beyond the threshold it is a large message: its body
 * goes on to where those are kept, transfer by transfer. The connection's event loop.
 */
final class PartialDelivery {
    /** A transfer with less costs more to keep than it carries; a delivery may have so many of them. */
    private static final int SLIGHT_BYTES = 128;

    private static final int MAX_SLIGHT_TRANSFERS = 65_535;

    private final ConnectionScope scope;
    private final IncomingLink link;
    private final Receiver receiver;
    private final Destination destination;
    private final MessageAssembly assembly = new MessageAssembly();
    /** Of a large message; else null. */
    private IncomingBody body;

    private int slightTransfers;

    PartialDelivery(ConnectionScope scope, IncomingLink link, Receiver receiver, Destination destination) {
        this.scope = scope;
        this.link = link;
        this.receiver = receiver;
        this.destination = destination;
    }

    /** Of one message, or of a batch. */
    int maxBytes() {
        int most = scope.limits().maxMessageBytes();
        // Service Bus's clients make a buffer as large as a batch may be.
        return destination.takesLarge() && !scope.dialect().isServiceBus()
                ? most
                : Math.min(most, scope.environment().large().thresholdBytes());
    }

    /** One more transfer. @return why the link cannot go on; empty where it can, if nobody has closed it over this */
    Optional<ErrorCondition> add(ReadableBuffer part, Delivery delivery) {
        slightTransfers += part.remaining() < SLIGHT_BYTES ? 1 : 0;
        Optional<ErrorCondition> end = Optional.empty();
        if (body == null) {
            end = assemble(part, delivery);
        } else {
            byte[] bytes = MessageAssembly.array(part);
            body.add(bytes, 0, bytes.length);
        }
        return end.isPresent() ? end : overLimits();
    }

    private Optional<ErrorCondition> overLimits() {
        if ((body == null ? assembly.bytes() : body.messageBytes()) > maxBytes()) {
            String text = "a message on link '" + receiver.getName() + "' is larger than its max-message-size, "
                    + maxBytes() + " bytes";
            return Optional.of(Conditions.of(Conditions.LINK_MESSAGE_SIZE_EXCEEDED, text));
        }
        if (slightTransfers > MAX_SLIGHT_TRANSFERS) {
            String text = "a message on link '" + receiver.getName() + "' has more than " + MAX_SLIGHT_TRANSFERS
                    + " transfers of less than " + SLIGHT_BYTES + " bytes";
            return Optional.of(Conditions.of(Conditions.LINK_TRANSFER_LIMIT_EXCEEDED, text));
        }
        return Optional.empty();
    }

    private Optional<ErrorCondition> assemble(ReadableBuffer part, Delivery delivery) {
        long before = assembly.bytes();
        assembly.add(part);
        boolean fits = scope.bytes().partial(assembly.bytes() - before);
        boolean large = destination.takesLarge()
                && assembly.bytes() > scope.environment().large().thresholdBytes()
                && assembly.bytes() <= maxBytes();
        if (large) {
            return becomeLarge(delivery);
        }
        return fits
                ? Optional.empty()
                : Optional.of(Conditions.of(
                        Kind.RESOURCE_LIMIT_EXCEEDED,
                        "unfinished messages take more than "
                                + scope.limits().flow().maxPartialBytes() + " bytes"));
    }

    private Optional<ErrorCondition> becomeLarge(Delivery delivery) {
        byte[] start = assembled();
        int threshold = scope.environment().large().thresholdBytes();
        if (!IncomingMessages.mayBeLarge(delivery)) {
            String text = "a batch is larger than " + threshold + " bytes";
            return Optional.of(Conditions.of(Conditions.LINK_MESSAGE_SIZE_EXCEEDED, text));
        }
        try {
            IncomingMessage.Front front = IncomingMessage.parseFront(start, delivery.getMessageFormat(), threshold);
            body = new IncomingBody(scope, link, front.message(), destination.bodies(front.message()));
            body.add(start, front.length(), start.length - front.length());
            return Optional.empty();
        } catch (MalformedMessageException e) {
            return Optional.of(Conditions.of(Conditions.DECODE_ERROR, e.getMessage()));
        }
    }

    /** What it takes in memory. */
    long residentBytes() {
        return body == null ? assembly.bytes() : body.front().residentBytes();
    }

    boolean isLarge() {
        return body != null;
    }

    /** Whether it is the large message that is coming in. */
    boolean isOf(IncomingBody some) {
        return some == body;
    }

    /** A large message, complete but not finished; the next delivery begins. */
    IncomingBody takeBody() {
        IncomingBody taken = body;
        body = null;
        slightTransfers = 0;
        return taken;
    }

    /** All of one that is not large; the next delivery begins. */
    byte[] take() {
        slightTransfers = 0;
        return assembled();
    }

    private byte[] assembled() {
        scope.bytes().partial(-assembly.bytes());
        return assembly.take();
    }

    /** No trace of it stays. */
    void forget() {
        scope.bytes().partial(-assembly.bytes());
        assembly.clear();
        slightTransfers = 0;
        if (body != null) {
            body.abort();
            body = null;
        }
    }
}
