package io.sluice.amqp;

import io.sluice.broker.Refusal.Kind;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.engine.Transport;

/**
 * What a peer may send when (AMQP 1.0 §2.4 to §2.7). The engine takes well-formed frames at their word: it fails on some
 * violations and overlooks the others. Each method says whether the frame may go on to the engine, and has ended connection,
 * session or link where it may not.
 */
final class FrameRules {
    private static final UnsignedInteger MAX_IDLE = UnsignedInteger.valueOf(Integer.MAX_VALUE);

    /** Asks for transactional acquisition (§4.4.3). */
    private static final Symbol TXN_ID = Symbol.valueOf("txn-id");

    private final Transport transport;
    private final FrameEvents events;
    private final AmqpLimits limits;
    private boolean opened;

    FrameRules(Transport transport, FrameEvents events, AmqpLimits limits) {
        this.transport = transport;
        this.events = events;
        this.limits = limits;
    }

    boolean allowOpen(Open open, int channel) {
        if (channel != 0) {
            return fail(Conditions.CONNECTION_FRAMING_ERROR, "open on channel " + channel + ", not 0");
        }
        if (opened) {
            return fail(Symbol.valueOf(Kind.ILLEGAL_STATE.condition()), "a second open");
        }
        opened = true;
        if (open.getIdleTimeOut() != null && open.getIdleTimeOut().compareTo(MAX_IDLE) > 0) {
            open.setIdleTimeOut(MAX_IDLE);
        }
        return true;
    }

    boolean allowBegin(Begin begin, int channel, boolean inUse) {
        if (!opened) {
            return fail(Conditions.CONNECTION_FRAMING_ERROR, "begin before open");
        }
        if (channel >= limits.endpoints().maxSessions()) {
            return fail(
                    Conditions.CONNECTION_FRAMING_ERROR,
                    "begin on channel " + channel + ", channel-max is "
                            + (limits.endpoints().maxSessions() - 1));
        }
        if (inUse) {
            return fail(Conditions.CONNECTION_FRAMING_ERROR, "begin on channel " + channel + ", which is in use");
        }
        if (begin.getRemoteChannel() != null) {
            return fail(
                    Conditions.CONNECTION_FRAMING_ERROR,
                    "begin answers channel " + begin.getRemoteChannel() + ", where nothing was begun");
        }
        return true;
    }

    void unknownChannel(int channel, String performative) {
        fail(Conditions.CONNECTION_FRAMING_ERROR, performative + " on channel " + channel + ", which has no session");
    }

    boolean allowAttach(Attach attach, PeerSession session) {
        if (attach.getHandle().longValue() > limits.endpoints().maxHandle()) {
            return fail(
                    Conditions.CONNECTION_FRAMING_ERROR,
                    "handle " + attach.getHandle() + ", handle-max is "
                            + limits.endpoints().maxHandle());
        }
        if (session.byHandle(attach.getHandle()) != null) {
            return end(session, Conditions.SESSION_HANDLE_IN_USE, "handle " + attach.getHandle() + " is in use");
        }
        if (attach.getName().length() > limits.endpoints().maxLinkNameChars()) {
            return end(
                    session,
                    Kind.RESOURCE_LIMIT_EXCEEDED,
                    "a link name has " + limits.endpoints().maxLinkNameChars() + " characters at most");
        }
        boolean peerSends = attach.getRole() == Role.SENDER;
        if (peerSends && attach.getInitialDeliveryCount() == null) {
            return end(session, Kind.INVALID_FIELD, "a sender's attach needs initial-delivery-count");
        }
        PeerLink old = session.byName(attach.getName(), peerSends);
        if (old != null) {
            events.stolen(old);
        }
        return true;
    }

    boolean allowFlow(Flow flow, PeerSession session) {
        if (session.rewinds(flow)) {
            return end(
                    session,
                    Conditions.SESSION_WINDOW_VIOLATION,
                    "next-outgoing-id " + flow.getNextOutgoingId() + " is behind what was sent");
        }
        session.peerFlow(flow);
        if (flow.getHandle() == null) {
            return true;
        }
        PeerLink link = session.byHandle(flow.getHandle());
        if (link == null) {
            return unattached(session, flow.getHandle(), "flow");
        }
        if (link.peerSends) {
            if (flow.getDeliveryCount() == null) {
                return end(session, Kind.INVALID_FIELD, "a sender's flow needs delivery-count");
            }
            link.senderFlow(flow);
        } else {
            if (flow.getLinkCredit() == null) {
                return end(session, Kind.INVALID_FIELD, "a receiver's flow needs link-credit");
            }
            link.receiverFlow(flow);
            if (flow.getProperties() != null && flow.getProperties().containsKey(TXN_ID) && !link.closed) {
                link.closed = true;
                String text = "the broker gives out no messages in a transaction, as the flow's property txn-id asks";
                events.detachLink(link, Conditions.of(Kind.NOT_IMPLEMENTED, text));
            }
        }
        if (link.closed) {
            flow.setHandle(null);
        }
        return true;
    }

    /** The link a transfer is for; null when it may not go on to the engine. Marked closed when it is to be dropped there. */
    PeerLink linkFor(Transfer transfer, PeerSession session) {
        PeerLink link = session.byHandle(transfer.getHandle());
        if (link == null || !link.peerSends) {
            unattached(session, transfer.getHandle(), "transfer");
            return null;
        }
        if (session.exceedsWindow()) {
            end(session, Conditions.SESSION_WINDOW_VIOLATION, "a transfer beyond the incoming window");
            return null;
        }
        ErrorCondition sessionError = link.sessionErrorOf(transfer);
        if (sessionError == null && link.startsDelivery() && !session.inSequence(transfer)) {
            sessionError = Conditions.of(
                    Kind.INVALID_FIELD, "delivery-id " + transfer.getDeliveryId() + " is out of sequence");
        }
        if (sessionError != null) {
            session.ended = true;
            events.endSession(session, sessionError);
            return null;
        }
        ErrorCondition linkError = link.closed ? null : link.linkErrorOf(transfer);
        if (linkError != null) {
            link.closed = true;
            events.detachLink(link, linkError);
        }
        return link;
    }

    /** The link a detach is for; null when it may not go on to the engine. */
    PeerLink linkFor(Detach detach, PeerSession session) {
        PeerLink link = session.byHandle(detach.getHandle());
        if (link == null) {
            unattached(session, detach.getHandle(), "detach");
            return null;
        }
        return link;
    }

    private boolean unattached(PeerSession session, UnsignedInteger handle, String performative) {
        return end(
                session,
                Conditions.SESSION_UNATTACHED_HANDLE,
                performative + " on handle " + handle + ", which has no link for it");
    }

    private boolean end(PeerSession session, Kind kind, String text) {
        return end(session, Symbol.valueOf(kind.condition()), text);
    }

    private boolean end(PeerSession session, Symbol condition, String text) {
        session.ended = true;
        events.endSession(session, Conditions.of(condition, text));
        return false;
    }

    private boolean fail(Symbol condition, String text) {
        if (transport.getCondition() == null) {
            transport.setCondition(Conditions.of(condition, text));
        }
        return false;
    }
}
