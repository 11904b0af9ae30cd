package io.sluice.amqp;

import io.sluice.amqp.FrameListener.Direction;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Received;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.Begin;
import org.apache.qpid.proton.amqp.transport.Detach;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.EmptyFrame;
import org.apache.qpid.proton.amqp.transport.End;
import org.apache.qpid.proton.amqp.transport.Flow;
import org.apache.qpid.proton.amqp.transport.FrameBody;
import org.apache.qpid.proton.amqp.transport.Open;
import org.apache.qpid.proton.amqp.transport.Role;
import org.apache.qpid.proton.amqp.transport.Transfer;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.engine.impl.TransportImpl;
import org.apache.qpid.proton.framing.TransportFrame;

/**
 * The engine's transport with what it leaves out: every frame is checked by {@link FrameRules} before the engine acts on it,
 * {@code echo} is answered, dispositions are joined on their way out, and each frame's events are handled before the next frame
 * is read. The connection's event loop.
 */
final class BrokerTransport extends TransportImpl {
    private final Map<Integer, PeerSession> channels = new HashMap<>();
    private final Map<Integer, PeerSession> localChannels = new HashMap<>();
    private final DispositionRange dispositions = new DispositionRange();
    private final Echoes echoes = new Echoes();

    private final Deque<EarlyDetach> earlyDetaches = new ArrayDeque<>();
    private final FrameRules rules;
    private final FrameEvents events;
    private final FrameListener frames;
    private final AmqpLimits limits;
    private final ConnectionScope scope;
    private final LinkCount.Traffic in = new LinkCount.Traffic();
    private final LinkCount.Traffic out = new LinkCount.Traffic();
    private int links;
    /** Since the peer last took what we write. */
    private int framesUnheard;
    /** Whose incoming window is not what it usually is. */
    private final Set<PeerSession> windows = new LinkedHashSet<>();

    /** A detach that came before our attach was sent. */
    private record EarlyDetach(PeerSession session, PeerLink link, Detach detach, int channel) {}

    BrokerTransport(FrameEvents events, FrameListener frames, ConnectionScope scope) {
        this.events = events;
        this.frames = frames;
        this.limits = scope.limits();
        this.scope = scope;
        this.rules = new FrameRules(this, events, scope.limits());
    }

    /** By the peer's channel. */
    Map<Integer, PeerSession> sessions() {
        return channels;
    }

    /** What the peer sent. */
    LinkCount.Traffic in() {
        return in;
    }

    /** What it was sent. */
    LinkCount.Traffic out() {
        return out;
    }

    // In

    @Override
    public boolean handleFrame(TransportFrame frame) {
        if (!events.accepting()) {
            return true;
        }
        Binary payload = frame.getPayload();
        framesUnheard++;
        frames.frame(Direction.IN, frame.getChannel(), frame.getBody(), payload == null ? 0 : payload.getLength());
        boolean finished = super.handleFrame(frame);
        events.dispatch();
        echoes.handled(events);
        return finished || getCondition() != null;
    }

    @Override
    public void handleOpen(Open open, Binary payload, Integer channel) {
        if (rules.allowOpen(open, channel)) {
            super.handleOpen(open, payload, channel);
        }
    }

    @Override
    public void handleBegin(Begin begin, Binary payload, Integer channel) {
        if (rules.allowBegin(begin, channel, channels.containsKey(channel))) {
            PeerSession session = new PeerSession(begin);
            channels.put(channel, session);
            events.expect(session);
            super.handleBegin(begin, payload, channel);
        }
    }

    @Override
    public void handleAttach(Attach attach, Binary payload, Integer channel) {
        PeerSession session = session(channel, "attach");
        if (session != null) {
            endPartial(session.byName(attach.getName(), attach.getRole() == Role.SENDER), channel);
        }
        if (session != null && rules.allowAttach(attach, session)) {
            boolean sends = attach.getRole() == Role.SENDER;
            LinkCount count = new LinkCount(++links, scope.environment().clock().millis(), sends ? in : out);
            PeerLink link = new PeerLink(attach, session.handles().give(attach.getHandle()), count);
            session.add(link);
            attach.setHandle(link.handle.ofEngine());
            events.expect(link);
            scope.forgetFinished(link.name, link.peerSends);
            super.handleAttach(attach, payload, channel);
        }
    }

    /** The engine is about to forget the link; in the middle of a message it could not. @param old may be null */
    private void endPartial(PeerLink old, Integer channel) {
        if (old != null && old.peerSends && !old.startsDelivery() && old.link != null) {
            Transfer abort = new Transfer();
            abort.setHandle(old.handle.ofEngine());
            abort.setAborted(true);
            super.handleTransfer(abort, null, channel);
            events.dispatch();
        }
    }

    @Override
    public void handleFlow(Flow flow, Binary payload, Integer channel) {
        PeerSession session = session(channel, "flow");
        if (session == null || !rules.allowFlow(flow, session)) {
            return;
        }
        PeerLink link = flow.getHandle() == null ? null : session.byHandle(flow.getHandle());
        if (link != null) {
            flow.setHandle(link.handle.ofEngine());
        }
        super.handleFlow(flow, payload, channel);
        if (flow.getEcho()) {
            echoes.ask(session, link);
        }
    }

    @Override
    public void handleTransfer(Transfer transfer, Binary payload, Integer channel) {
        PeerSession session = session(channel, "transfer");
        if (session == null) {
            return;
        }
        PeerLink link = rules.linkFor(transfer, session);
        if (link == null) {
            return;
        }
        boolean first = link.startsDelivery();
        boolean resumes = link.resumes(transfer);
        if (!transfer.getMore() && link.ignores(transfer)) {
            // What is resumed is to be ignored where it is not in the receiver's unsettled map (§2.7.5).
            transfer.setAborted(true);
        }
        session.received(transfer, first);
        link.received(transfer, payload == null ? 0 : payload.getLength());
        if (session.windowChanged(link)) {
            windows.add(session);
        }
        transfer.setHandle(link.handle.ofEngine());
        if (!link.closed) {
            super.handleTransfer(transfer, resumes ? null : payload, channel);
        } else if (first || link.link != null) {
            // The engine has to count it; settled, it makes no answer, and nothing of it is kept.
            transfer.setSettled(true);
            transfer.setMore(transfer.getMore() && link.link != null);
            super.handleTransfer(transfer, null, channel);
        }
    }

    @Override
    public void handleDisposition(Disposition disposition, Binary payload, Integer channel) {
        PeerSession session = session(channel, "disposition");
        if (session == null) {
            return;
        }
        if (!disposition.getSettled()) {
            super.handleDisposition(disposition, payload, channel);
            return;
        }
        List<Disposition> pieces = disposition.getRole() == Role.SENDER
                ? EarlySettlement.without(disposition, session.partlyReceived())
                : EarlySettlement.split(disposition, session.partlySent());
        for (Disposition piece : pieces) {
            super.handleDisposition(piece, payload, channel);
        }
    }

    @Override
    public void handleDetach(Detach detach, Binary payload, Integer channel) {
        PeerSession session = session(channel, "detach");
        PeerLink link = session == null ? null : rules.linkFor(detach, session);
        if (link == null) {
            return;
        }
        detach.setHandle(link.handle.ofEngine());
        if (link.localHandle == null && !link.closed) {
            // The engine would never answer an attach whose detach it has seen.
            session.handles().free(link);
            earlyDetaches.add(new EarlyDetach(session, link, detach, channel));
        } else {
            session.remove(link);
            super.handleDetach(detach, payload, channel);
        }
    }

    @Override
    public void handleEnd(End end, Binary payload, Integer channel) {
        if (channels.remove(channel) == null) {
            rules.unknownChannel(channel, "end");
        } else {
            super.handleEnd(end, payload, channel);
        }
    }

    /** The session of a channel; null when there is none, which closes the connection, or when we ended it already. */
    private PeerSession session(Integer channel, String performative) {
        PeerSession session = channels.get(channel);
        if (session == null) {
            rules.unknownChannel(channel, performative);
        }
        return session == null || session.ended ? null : session;
    }

    /** Detaches that came before their attach was answered, now that it is. @return whether there was one */
    boolean replayEarlyDetaches() {
        boolean any = false;
        for (int i = earlyDetaches.size(); i > 0; i--) {
            EarlyDetach waiting = earlyDetaches.poll();
            if (waiting.session.ended || channels.get(waiting.channel) != waiting.session) {
                continue;
            }
            if (waiting.link.localHandle == null && !waiting.link.closed) {
                earlyDetaches.add(waiting);
                continue;
            }
            any = true;
            waiting.session.remove(waiting.link);
            super.handleDetach(waiting.detach, null, waiting.channel);
            events.dispatch();
        }
        return any;
    }

    /** The peer takes what we write. */
    void heard() {
        framesUnheard = 0;
    }

    /** How many frames came since the peer last took what we write; each may have an answer that waits. */
    int framesUnheard() {
        return framesUnheard;
    }

    /** What a peer could make grow here. */
    int retained() {
        return channels.size() + localChannels.size() + echoes.size() + earlyDetaches.size() + windows.size();
    }

    // Out

    @Override
    public boolean writeInto(ByteBuffer output) {
        if (getCondition() == null) {
            echoes.answer((channel, flow) -> writeFrame(channel, flow, null, null));
            writeWindows();
        }
        boolean done = super.writeInto(output);
        boolean more = dispositions.isOpen();
        writeDispositions();
        if (getCondition() == null && !scope.marks().notices().isEmpty()) {
            // Behind the attach that is written now.
            scope.marks()
                    .notices()
                    .write(localChannels.values(), (channel, flow) -> writeFrame(channel, flow, null, null));
            more = true;
        }
        return more ? super.writeInto(output) : done;
    }

    @Override
    protected void writeFrame(int channel, FrameBody body, ReadableBuffer payload, Runnable onPayloadTooLarge) {
        if (body instanceof Disposition disposition) {
            if (!dispositions.extend(channel, disposition)) {
                writeDispositions();
                dispositions.extend(channel, disposition);
            }
            return;
        }
        writeDispositions();
        before(channel, body);
        int before = payload == null ? 0 : payload.remaining();
        super.writeFrame(channel, body, payload, onPayloadTooLarge);
        int written = before - (payload == null ? 0 : payload.remaining());
        after(channel, body, written);
        frames.frame(Direction.OUT, channel, body == null ? EmptyFrame.INSTANCE : body, written);
    }

    private void writeDispositions() {
        if (dispositions.isOpen()) {
            int channel = dispositions.channel();
            Disposition disposition = dispositions.take();
            super.writeFrame(channel, disposition, null, null);
            frames.frame(Direction.OUT, channel, disposition, 0);
        }
    }

    private void writeWindows() {
        if (windows.isEmpty()) {
            return;
        }
        boolean mayGoOn = !scope.bytes().tooMany();
        for (PeerSession session : List.copyOf(windows)) {
            if (session.localChannel >= 0 && !session.ended && session.hasWindowToTell(mayGoOn)) {
                writeFrame(session.localChannel, session.describe(), null, null);
            }
            if (session.ended || !session.hasNarrowWindow()) {
                windows.remove(session);
            }
        }
    }

    private void before(int channel, FrameBody body) {
        if (body instanceof Transfer transfer) {
            if (transfer.getMore()
                    || !scope.marks().aborted().isEmpty()
                    || !scope.marks().resumed().isEmpty()) {
                complete(channel, transfer);
            }
        } else if (body instanceof Flow flow) {
            PeerSession session = localChannels.get(channel);
            if (session != null) {
                session.tellWindow(flow);
            }
        } else if (body instanceof Attach attach) {
            PeerSession session = localChannels.get(channel);
            PeerLink link = session == null ? null : session.answeredBy(attach);
            if (link != null) {
                link.unsettled.write(attach, getRemoteMaxFrameSize());
            }
        } else if (body instanceof Begin begin && begin.getRemoteChannel() != null) {
            begin.setHandleMax(UnsignedInteger.valueOf(limits.endpoints().maxHandle()));
            PeerSession session = channels.get(begin.getRemoteChannel().intValue());
            if (session != null) {
                session.localChannel = channel;
                localChannels.put(channel, session);
            }
        }
    }

    /** Says on a transfer what the engine does not: that it is settled, resumed, or the end without the rest. */
    private void complete(int channel, Transfer transfer) {
        PeerSession session = localChannels.get(channel);
        PeerLink link = session == null ? null : session.byLocalHandle(transfer.getHandle());
        if (link != null && link.presettled) {
            transfer.setSettled(true);
        }
        if (link != null && scope.marks().resumed().has(link.link, transfer.getDeliveryTag())) {
            resume(link, transfer);
        }
        if (link != null
                && !transfer.getMore()
                && scope.marks().aborted().remove(link.link, transfer.getDeliveryTag())) {
            transfer.setAborted(true);
        }
    }

    private void resume(PeerLink link, Transfer transfer) {
        transfer.setResume(true);
        if (transfer.getState() == null) {
            // From the beginning, whatever the peer has of it.
            Received nothing = new Received();
            nothing.setSectionNumber(UnsignedInteger.ZERO);
            nothing.setSectionOffset(UnsignedLong.ZERO);
            transfer.setState(nothing);
        }
        if (!transfer.getMore()) {
            scope.marks().resumed().remove(link.link, transfer.getDeliveryTag());
        }
    }

    private void after(int channel, FrameBody body, int payloadBytes) {
        PeerSession session = localChannels.get(channel);
        if (session == null) {
            return;
        }
        if (body instanceof Transfer transfer) {
            session.sent(transfer, payloadBytes);
        } else if (body instanceof Flow flow) {
            session.sent(flow);
        } else if (body instanceof Attach attach) {
            session.sent(attach);
        } else if (body instanceof Detach detach) {
            session.sent(detach);
        } else if (body instanceof End) {
            session.ended = true;
            session.localChannel = -1;
            localChannels.remove(channel);
        }
    }
}
