package io.sluice.amqp;

import org.apache.qpid.proton.engine.Sender;

/** What the shard is granted of the credit of a link's peer, and when a drain is answered. The connection's event loop. */
final class OutgoingCredit {
    private final ConnectionScope scope;
    private final OutgoingLink link;
    private final Grant grant;
    /** The shard has answered a drain, the peer has not heard of it. */
    private boolean drained;

    OutgoingCredit(ConnectionScope scope, OutgoingLink link, Grant grant) {
        this.scope = scope;
        this.link = link;
        this.grant = grant;
    }

    /** The peer sent a flow. */
    void flow() {
        // If it drains, its own answer will come.
        drained = false;
        grant(true);
    }

    /** The peer's, beyond the deliveries that are here. */
    private int credit() {
        return link.sender().getCredit() - link.held();
    }

    /** As far as there is room: what was granted before is not enough, or too much. @param asked the peer sent a flow */
    void grant(boolean asked) {
        if (!link.isOpen()) {
            return;
        }
        Sender sender = link.sender();
        if (link.takesNothingNew()) {
            drained = sender.getDrain();
            finishDrain();
            return;
        }
        OutgoingBodies bodies = link.bodies();
        // The engine counts what has begun as queued.
        int queued = sender.getQueued() + bodies.held() - (bodies.hasBegun() ? 1 : 0);
        if (grant.update(credit(), queued, sender.getDrain(), asked)) {
            link.shard().grant(link.consumer(), grant.limit(), grant.drains());
        }
        ifThrottledAwaitOutput();
    }

    /** The shard has drained. */
    void drained() {
        boolean more = grant.drained() && credit() > 0;
        if (more || !link.sender().getDrain()) {
            grant(true);
        } else {
            drained = true;
            finishDrain();
        }
    }

    /** Not before everything is written: the engine would take back the credit of what waits for the session window. */
    private boolean finishDrain() {
        if (drained && link.sender().getQueued() == 0 && link.held() == 0) {
            drained = false;
            return link.sender().drained() > 0;
        }
        if (drained) {
            awaitOutput();
        }
        return false;
    }

    void ifThrottledAwaitOutput() {
        if (grant.isThrottled()) {
            awaitOutput();
        }
    }

    void awaitOutput() {
        if (grant.startsWaiting()) {
            scope.awaitOutput(link);
        }
    }

    /** @return whether there is more to write */
    boolean outputWritten() {
        grant.stopsWaiting();
        boolean more = link.bodies().push();
        more |= finishDrain();
        if (!drained) {
            // Until a drain is answered its credit is not to be given again.
            grant(false);
        }
        return more;
    }
}
