package io.sluice.amqp;

import org.apache.qpid.proton.engine.Link;

/**
 * What the transport is to say of links and their deliveries that the engine cannot. The connection's event loop.
 *
 * @param aborted ends of deliveries that are not complete
 * @param resumed deliveries that their peers had before
 * @param notices how links are
 */
record LinkMarks(MarkedDeliveries aborted, MarkedDeliveries resumed, LinkNotices notices) {
    static LinkMarks none() {
        return new LinkMarks(new MarkedDeliveries(), new MarkedDeliveries(), new LinkNotices());
    }

    /** The link is gone. */
    void forget(Link link) {
        aborted.forget(link);
        resumed.forget(link);
        notices.forget(link);
    }
}
