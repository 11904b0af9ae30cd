package io.sluice.amqp;

import java.util.HashSet;
import java.util.Set;
import org.apache.qpid.proton.amqp.UnsignedInteger;

/**
 * How far ahead the peer of a session may send (AMQP 1.0 §2.5.6). As far as it likes, links limit it; but while it sends a large
 * message, which needs one credit however long it is, only some megabytes ahead of what the disk has taken. Clients that write as
 * fast as the window lets them would else hold the message in their own memory. That is advice: a peer that was faster than the
 * word to stop is not punished, one that goes beyond whatever it was told is.
 */
final class IncomingWindow {
    private static final int WIDE = Integer.MAX_VALUE;
    private static final long NARROW_BYTES = 4L << 20;
    private static final int LEAST_FRAMES = 16;

    /** Links on which a large message is coming in. */
    private final Set<PeerLink> streaming = new HashSet<>();

    private int frames = WIDE;
    /** What the peer was told last: the first transfer it may not send. */
    private int toldEnd;
    /** The first transfer that was never allowed. */
    private int furthestEnd;

    private boolean toldNarrow;

    /** @param nextIncomingId of the session as it begins */
    IncomingWindow(int nextIncomingId) {
        this.furthestEnd = nextIncomingId + WIDE;
    }

    /** @param transferId of a transfer that came */
    boolean isExceeded(int transferId) {
        return transferId - furthestEnd >= 0;
    }

    /** A transfer came, or the link is gone. @return whether the window is narrow, or was until now */
    boolean received(PeerLink link) {
        if (link.streams()) {
            streaming.add(link);
            frames = (int) Math.max(LEAST_FRAMES, NARROW_BYTES / link.averageTransferBytes());
        } else if (!streaming.isEmpty()) {
            streaming.remove(link);
        }
        return isNarrow() || toldNarrow;
    }

    void gone(PeerLink link) {
        streaming.remove(link);
    }

    boolean isNarrow() {
        return !streaming.isEmpty();
    }

    /**
     * Whether the peer has to be told.
     *
     * @param nextIncomingId of the session
     * @param mayGoOn whether there is room for more
     */
    boolean isToBeTold(int nextIncomingId, boolean mayGoOn) {
        if (isNarrow() != toldNarrow) {
            return true;
        }
        return isNarrow() && mayGoOn && toldEnd - nextIncomingId < frames / 2;
    }

    /** What a flow frame of this session has to say. @param nextIncomingId of the session */
    UnsignedInteger tell(int nextIncomingId) {
        int window = isNarrow() ? frames : WIDE;
        toldEnd = nextIncomingId + window;
        if (toldEnd - furthestEnd > 0) {
            furthestEnd = toldEnd;
        }
        toldNarrow = isNarrow();
        return UnsignedInteger.valueOf(window);
    }
}
