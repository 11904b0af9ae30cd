package io.sluice.amqp;

import java.util.function.Consumer;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Sender;

/**
 * Deliveries of a link that the broker has taken back because their consumer did not settle them in time. The consumer hears of it as if
 * it had released them itself, and the link goes on.
 */
final class LostLocks {
    /** Context of a delivery that was taken back before it was written. */
    private static final Object UNWRITTEN = new Object();

    private LostLocks() {}

    /** @param settled hears of the delivery when it is settled; what its consumer says of one that is not is for {@link #answer} */
    static void takeBack(Sender sender, Delivery delivery, Consumer<Delivery> settled) {
        if (isWritten(sender, delivery)) {
            release(delivery, settled);
        } else {
            // Settled now, it would go out as if it were the consumer's for good.
            delivery.setContext(UNWRITTEN);
        }
    }

    /** Whether it is taken back and not settled before its consumer speaks of it. */
    static boolean isAnsweredLater(Delivery delivery) {
        return delivery.getContext() == UNWRITTEN;
    }

    /** Its consumer says something of a delivery. @return whether that was taken back and settled now, whatever is said */
    static boolean answer(Delivery delivery, Consumer<Delivery> settled) {
        boolean is = isAnsweredLater(delivery) && (delivery.getRemoteState() != null || delivery.remotelySettled());
        if (is) {
            release(delivery, settled);
        }
        return is;
    }

    private static void release(Delivery delivery, Consumer<Delivery> settled) {
        delivery.setContext(null);
        if (!delivery.remotelySettled()) {
            delivery.disposition(Released.getInstance());
        }
        delivery.settle();
        settled.accept(delivery);
    }

    /** The engine has the deliveries that are not written at the end of its list. */
    private static boolean isWritten(Sender sender, Delivery delivery) {
        Delivery behind = delivery;
        for (int unwritten = sender.getQueued(); unwritten > 0 && behind != null; unwritten--) {
            behind = behind.next();
        }
        return behind != null;
    }
}
