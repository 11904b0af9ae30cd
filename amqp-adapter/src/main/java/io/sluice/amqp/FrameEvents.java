package io.sluice.amqp;

import java.util.function.LongConsumer;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;

/** What the transport asks of its connection while a frame is handled. */
interface FrameEvents {
    /** Whether frames may be acted on: not after a failed SASL negotiation. */
    boolean accepting();

    /** Handles the engine's events of the frame just read. */
    void dispatch();

    /** The engine's next new session is this one. */
    void expect(PeerSession session);

    /** The engine's next new link is this one. */
    void expect(PeerLink link);

    /** The peer asks how a link is. @param answer gets how many messages wait for its credit, -1 where that is not known */
    void asked(PeerLink link, LongConsumer answer);

    /** The peer broke a rule that ends the session. */
    void endSession(PeerSession session, ErrorCondition condition);

    /** The peer broke a rule that ends the link. */
    void detachLink(PeerLink link, ErrorCondition condition);

    /** The peer attaches a link again that it has: the engine must forget the old one. */
    void stolen(PeerLink link);
}
