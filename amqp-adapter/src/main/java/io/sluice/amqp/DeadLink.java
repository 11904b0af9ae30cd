package io.sluice.amqp;

import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;

/** The end of a link that was refused: drops what the peer sent before it knew. */
final class DeadLink implements LinkEndpoint {
    private final ConnectionScope scope;
    private final Link link;

    DeadLink(ConnectionScope scope, Link link) {
        this.scope = scope;
        this.link = link;
    }

    /** Drops what came of a delivery. One that is still coming must not be settled: the engine would not know it again. */
    static void drop(Receiver receiver, Delivery delivery) {
        if (receiver.current() != delivery) {
            return;
        }
        receiver.recv();
        if (!delivery.isPartial() || delivery.isAborted()) {
            receiver.advance();
            delivery.settle();
        }
    }

    @Override
    public Link link() {
        return link;
    }

    @Override
    public void flow() {
        // Credit for a link that is no more.
    }

    @Override
    public void delivery(Delivery delivery) {
        if (link instanceof Receiver receiver) {
            drop(receiver, delivery);
        }
    }

    @Override
    public void peerDetached(boolean closed) {
        scope.remove(this);
        scope.finished(link);
    }

    @Override
    public void lost(boolean clean) {
        scope.remove(this);
    }

    @Override
    public void close(ErrorCondition condition) {
        // It is.
    }

    @Override
    public boolean outputWritten() {
        return false;
    }
}
