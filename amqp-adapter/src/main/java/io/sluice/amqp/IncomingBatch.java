package io.sluice.amqp;

import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.qpid.proton.engine.Delivery;

/**
 * The messages of one delivery in the batch format, on their way to a shard: all are taken, or none, and the delivery has one answer. The
 * connection's event loop.
 */
final class IncomingBatch {
    private final Delivery delivery;
    private final int bytes;
    private final List<IncomingPublish> messages = new ArrayList<>();
    private int unheard;
    private Optional<Refusal> refusal = Optional.empty();

    /** @param bytes of the delivery */
    IncomingBatch(Delivery delivery, int bytes) {
        this.delivery = delivery;
        this.bytes = bytes;
    }

    Delivery delivery() {
        return delivery;
    }

    int bytes() {
        return bytes;
    }

    List<IncomingPublish> messages() {
        return messages;
    }

    /** @param each makes of a message what is sent */
    void add(List<Message> all, Function<Message, IncomingPublish> each) {
        all.forEach(message -> messages.add(each.apply(message)));
        unheard = messages.size();
    }

    /** What becomes of one of the messages. The delivery is answered when it is known of all. */
    void heard(Optional<Refusal> refused, IncomingLink link) {
        refusal = refusal.or(() -> refused);
        if (--unheard > 0) {
            return;
        }
        if (refusal.isPresent()) {
            link.refused(delivery, bytes, refusal.get());
        } else {
            link.accepted(delivery, bytes);
        }
    }
}
