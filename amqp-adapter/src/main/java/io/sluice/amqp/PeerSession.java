package io.sluice.amqp;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.engine.Session;

/** One session as its frames show it: its links by handle and name, and the window of each side (AMQP 1.0 §2.5.6). */
final class PeerSession {
    /** What we say of how much we might send. */
    private static final UnsignedInteger WINDOW = UnsignedInteger.valueOf(Integer.MAX_VALUE);

    private final PeerHandles handles = new PeerHandles();
    private final Map<UnsignedInteger, PeerLink> byLocalHandle = new HashMap<>();
    private final Map<String, PeerLink> senders = new HashMap<>();
    private final Map<String, PeerLink> receivers = new HashMap<>();
    /** Links that others of their names took over before their attach was answered, which it will be. */
    private final List<PeerLink> unanswered = new ArrayList<>();
    /** Links on which a delivery of ours has begun and not ended. */
    private final Set<PeerLink> sendingPartly = new HashSet<>();

    private final IncomingWindow window;
    private int nextIncomingId;
    private int nextOutgoingId = 1;
    private int nextDeliveryId;
    private boolean deliveryIdKnown;
    /** The engine's object; null until it has made one. */
    Session session;
    /** Ours, -1 until the begin is answered and after the end. */
    int localChannel = -1;
    /** We ended it: what still comes is to be dropped. */
    boolean ended;

    PeerSession(Begin begin) {
        this.nextIncomingId = begin.getNextOutgoingId().intValue();
        this.window = new IncomingWindow(nextIncomingId);
    }

    PeerHandles handles() {
        return handles;
    }

    PeerLink byHandle(UnsignedInteger handle) {
        return handles.link(handle);
    }

    PeerLink byName(String name, boolean peerSends) {
        return (peerSends ? senders : receivers).get(name);
    }

    /** Those the peer has not detached. */
    Collection<PeerLink> links() {
        return handles.links();
    }

    void add(PeerLink link) {
        handles.add(link);
        PeerLink before = (link.peerSends ? senders : receivers).put(link.name, link);
        if (before != null && !before.answered) {
            unanswered.add(before);
        }
    }

    /** The peer detached it. */
    void remove(PeerLink link) {
        handles.remove(link);
        window.gone(link);
        (link.peerSends ? senders : receivers).remove(link.name, link);
    }

    /** Whether the peer claims to have sent less than it has. */
    boolean rewinds(Flow flow) {
        return flow.getNextOutgoingId().intValue() - nextIncomingId < 0;
    }

    /** What the peer says of the session is so (§2.5.6), as far as it can be. */
    void peerFlow(Flow flow) {
        nextIncomingId = flow.getNextOutgoingId().intValue();
        clampWindow(flow);
    }

    /** Whether the next transfer is one more than the peer was ever told it may send. */
    boolean exceedsWindow() {
        return window.isExceeded(nextIncomingId);
    }

    /** Cuts a window that ends behind what was sent already: the engine would take it for a huge one. */
    private void clampWindow(Flow flow) {
        UnsignedInteger next = flow.getNextIncomingId();
        if (next != null) {
            int end = next.intValue() + flow.getIncomingWindow().intValue();
            if (end - nextOutgoingId < 0) {
                flow.setIncomingWindow(UnsignedInteger.valueOf(nextOutgoingId - next.intValue()));
            }
        }
    }

    /** Whether a first transfer has the number its place in the session asks for (§2.6.12). */
    boolean inSequence(Transfer first) {
        return !deliveryIdKnown || first.getDeliveryId().intValue() == nextDeliveryId;
    }

    void received(Transfer transfer, boolean first) {
        nextIncomingId++;
        if (first) {
            deliveryIdKnown = true;
            nextDeliveryId = transfer.getDeliveryId().intValue() + 1;
        }
    }

    /** The link of a frame we send; null when there is none. */
    PeerLink byLocalHandle(UnsignedInteger handle) {
        return byLocalHandle.get(handle);
    }

    /** @param bytes of the payload */
    void sent(Transfer transfer, int bytes) {
        nextOutgoingId++;
        PeerLink link = byLocalHandle.get(transfer.getHandle());
        if (link != null) {
            boolean before = link.partlySent() != null;
            link.sent(transfer, bytes);
            if (link.partlySent() != null) {
                sendingPartly.add(link);
            } else if (before) {
                sendingPartly.remove(link);
            }
        }
    }

    /** Ids of deliveries of ours that have begun and not ended. */
    List<Integer> partlySent() {
        return sendingPartly.isEmpty()
                ? List.of()
                : sendingPartly.stream()
                        .map(link -> link.partlySent().intValue())
                        .toList();
    }

    /** Ids of deliveries of the peer that have begun and not ended. */
    List<Integer> partlyReceived() {
        return senders.values().stream()
                .filter(link -> !link.startsDelivery())
                .map(PeerLink::deliveryId)
                .toList();
    }

    /** The link whose attach is answered by ours; null where there is none any more. */
    PeerLink answeredBy(Attach attach) {
        boolean peerSends = attach.getRole() == Role.RECEIVER;
        for (PeerLink link : unanswered) {
            if (link.peerSends == peerSends && link.name.equals(attach.getName())) {
                return link;
            }
        }
        return byName(attach.getName(), peerSends);
    }

    void sent(Attach attach) {
        // The engine answers those of one name in their order.
        PeerLink link = answeredBy(attach);
        unanswered.remove(link);
        if (link != null) {
            link.answered = true;
            link.localHandle = attach.getHandle();
            byLocalHandle.put(attach.getHandle(), link);
        }
    }

    void sent(Detach detach) {
        PeerLink link = byLocalHandle.remove(detach.getHandle());
        if (link != null) {
            link.closed = true;
            link.localHandle = null;
            sendingPartly.remove(link);
        }
    }

    /** A transfer came on the link. @return whether the window is to be looked at before output is written */
    boolean windowChanged(PeerLink link) {
        return window.received(link);
    }

    /** @param mayGoOn whether there is room for more of a large message */
    boolean hasWindowToTell(boolean mayGoOn) {
        return window.isToBeTold(nextIncomingId, mayGoOn);
    }

    boolean hasNarrowWindow() {
        return window.isNarrow();
    }

    /** A flow of ours is about to be written. */
    void tellWindow(Flow flow) {
        flow.setNextIncomingId(UnsignedInteger.valueOf(nextIncomingId));
        flow.setIncomingWindow(window.tell(nextIncomingId));
    }

    void sent(Flow flow) {
        PeerLink link = flow.getHandle() == null ? null : byLocalHandle.get(flow.getHandle());
        if (link != null) {
            link.sent(flow);
        }
    }

    /** The answer to a flow with {@code echo}. */
    Flow describe() {
        Flow flow = new Flow();
        flow.setIncomingWindow(UnsignedInteger.ZERO); // told when it is written
        flow.setNextOutgoingId(UnsignedInteger.valueOf(nextOutgoingId));
        flow.setOutgoingWindow(WINDOW);
        return flow;
    }
}
