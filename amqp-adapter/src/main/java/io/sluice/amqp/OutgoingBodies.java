package io.sluice.amqp;

import io.sluice.broker.Outcome;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Delivery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The large messages of one link on their way out, one at a time, and what waits behind the one that is being sent: transfers of one link
 * do not interleave. The connection's event loop.
 */
final class OutgoingBodies {
    private static final Logger LOG = LoggerFactory.getLogger(OutgoingBodies.class);

    private final ConnectionScope scope;
    private final OutgoingLink link;
    /** The one that is being sent, null when there is none. */
    private OutgoingBody body;

    private final Deque<Delivery> behind = new ArrayDeque<>();

    OutgoingBodies(ConnectionScope scope, OutgoingLink link) {
        this.scope = scope;
        this.link = link;
    }

    /** Whether a message must wait behind a large one. */
    boolean isSending() {
        return body != null;
    }

    Optional<OutgoingBody> sending() {
        return Optional.ofNullable(body);
    }

    /** Whether it is a large message that has begun and is not complete. */
    boolean isSending(org.apache.qpid.proton.engine.Delivery delivery) {
        return body != null && body.isOf(delivery);
    }

    /** Whether the engine has a part of the one that is being sent. */
    boolean hasBegun() {
        return body != null && body.hasBegun();
    }

    /** Deliveries that are here and have not used up credit of the engine's yet. */
    int held() {
        return behind.size() + (body == null ? 0 : 1);
    }

    /** A large message, or one behind it. */
    void add(Delivery message) {
        behind.add(message);
        sendBehind();
    }

    /** Sends what can be sent up to the next large message, and begins that. */
    void sendBehind() {
        while (body == null && !behind.isEmpty()) {
            Delivery message = behind.poll();
            if (!message.message().isLarge()) {
                link.send(message);
            } else if (link.sender().getCredit() <= 0) {
                refuse(message, Outcome.UNSENT);
            } else if (link.messages().tooLarge(message.message().size())) {
                refuse(message, OutgoingLink.NOT_HERE);
            } else {
                body = new OutgoingBody(scope, this, message, (LargeBodies.Source) message.context());
                body.start();
            }
        }
    }

    private void refuse(Delivery message, Outcome outcome) {
        closeSource(message);
        link.shard().settle(message, outcome);
    }

    /** Nothing is read of it. */
    static void closeSource(Delivery message) {
        if (message.context() instanceof LargeBodies.Source source) {
            source.close();
        }
    }

    /** A chunk is there. */
    void ready(OutgoingBody ready) {
        if (ready == body) {
            push();
        }
    }

    /** Gives the engine the next chunk, if there is one and the one before is written. @return whether it did */
    boolean push() {
        if (body == null) {
            return false;
        }
        if (body.waits()) {
            link.awaitOutput();
        }
        if (!body.canPush()) {
            return false;
        }
        Delivery message = body.message();
        boolean first = !body.hasBegun();
        if (first && link.sender().getCredit() <= 0) {
            endBody();
            link.shard().settle(message, Outcome.UNSENT);
            sendBehind();
            return false;
        }
        ReadableBuffer chunk = body.take();
        if (first) {
            body.begun(link.begin(message, message.message().size()));
        }
        link.sender().sendNoCopy(chunk);
        if (body.isComplete()) {
            link.sender().advance();
            endBody();
            link.sent((org.apache.qpid.proton.engine.Delivery) message.context());
            sendBehind();
            link.awaitOutput();
        }
        return true;
    }

    private void endBody() {
        body.close();
        body = null;
    }

    void failed(OutgoingBody failed, StorageException cause, boolean damaged) {
        if (failed != body) {
            return;
        }
        Delivery message = body.message();
        LOG.error(
                "Message {} of queue '{}' cannot be delivered: {}",
                message.sequence(),
                message.consumer().address(),
                cause.getMessage());
        abort();
        link.shard().settle(message, damaged ? new Outcome.Damaged() : OutgoingLink.NOT_HERE);
        sendBehind();
        link.awaitOutput();
    }

    /** The one that is being sent is not sent on. */
    void abort() {
        abort(body);
        endBody();
    }

    /** Its delivery, if it has begun, ends as {@code aborted}. */
    private void abort(OutgoingBody unfinished) {
        if (unfinished.hasBegun()) {
            org.apache.qpid.proton.engine.Delivery delivery = unfinished.cut();
            // The tag is not used again: until the last transfer is written, the peer knows it.
            scope.marks().aborted().add(link.sender(), delivery.getTag());
            link.sender().advance();
            delivery.settle();
            link.settledUnfinished();
        }
    }

    /** The broker has taken the message back. @return whether it was here and not sent as a whole */
    boolean takenBack(Delivery message) {
        if (behind.remove(message)) {
            closeSource(message);
            link.awaitOutput();
            return true;
        }
        if (body == null || body.message() != message) {
            return false;
        }
        abort();
        sendBehind();
        link.awaitOutput();
        return true;
    }

    /** The link ends: what waits was not sent. */
    void giveBackWaiting() {
        behind.forEach(message -> refuse(message, Outcome.UNSENT));
        behind.clear();
    }

    /** The link ends: nothing more is read of the one that is being sent; one that has not begun was not sent. */
    void stop() {
        if (body != null) {
            if (!body.hasBegun()) {
                link.shard().settle(body.message(), Outcome.UNSENT);
            }
            endBody();
        }
    }

    /** It was stopped, by us. */
    void giveUp(OutgoingBody unfinished) {
        abort(unfinished);
        link.shard().settle(unfinished.message(), Outcome.UNSENT);
    }
}
