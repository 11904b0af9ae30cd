package io.sluice.amqp;

import io.sluice.broker.Refusal;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;

/** Our end of one link; the context of the engine's link. The connection's event loop. */
interface LinkEndpoint {
    Link link();

    /** What an administrator may want to know and the engine does not. */
    default LinkStatus.Handle handle() {
        return LinkStatus.Handle.NONE;
    }

    /** Why the peer may not have the link, as permissions are now. */
    default Optional<Refusal> refusal() {
        return Optional.empty();
    }

    /** The peer sent a flow for the link. */
    void flow();

    /** The peer asks how the link is. @param answer gets how many messages wait for credit, -1 where that is not known */
    default void asked(LongConsumer answer) {
        answer.accept(-1);
    }

    /** A transfer or disposition changed the delivery. */
    void delivery(Delivery delivery);

    /** The peer detaches, the engine knows. What is pending is answered first, then comes our own detach (AMQP 1.0 §2.6.6). */
    void peerDetached(boolean closed);

    /**
     * Session or connection are gone: nothing can be answered any more.
     *
     * @param clean the peer ended it, so what it has not settled it has not failed at
     */
    void lost(boolean clean);

    /** We detach, at once. */
    void close(ErrorCondition condition);

    /** Output was written. @return whether there is more to write now */
    boolean outputWritten();
}
