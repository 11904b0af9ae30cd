package io.sluice.amqp;

import java.util.Objects;
import org.apache.qpid.proton.amqp.UnsignedInteger;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.apache.qpid.proton.amqp.transport.DeliveryState;
import org.apache.qpid.proton.amqp.transport.Disposition;
import org.apache.qpid.proton.amqp.transport.Role;

/** Joins dispositions of neighbours that say the same into one frame (AMQP 1.0 §2.7.6); the engine writes one for each. */
final class DispositionRange {
    private boolean open;
    private int channel;
    private Role role;
    private boolean settled;
    private DeliveryState state;
    private UnsignedInteger first;
    private UnsignedInteger last;

    boolean isOpen() {
        return open;
    }

    /** Whether {@code next} is in the range now; if not, the range has to be taken first. */
    boolean extend(int onChannel, Disposition next) {
        if (!open) {
            start(onChannel, next);
            return true;
        }
        boolean neighbour = next.getFirst().intValue() == last.intValue() + 1;
        if (!neighbour || onChannel != channel || next.getRole() != role || next.getSettled() != settled) {
            return false;
        }
        if (!same(state, next.getState())) {
            return false;
        }
        last = next.getLast();
        return true;
    }

    private void start(int onChannel, Disposition from) {
        open = true;
        channel = onChannel;
        role = from.getRole();
        settled = from.getSettled();
        state = from.getState();
        first = from.getFirst();
        last = from.getLast() == null ? first : from.getLast();
    }

    int channel() {
        return channel;
    }

    /** The range as one frame; empty afterwards. */
    Disposition take() {
        Disposition disposition = new Disposition();
        disposition.setRole(role);
        disposition.setFirst(first);
        disposition.setLast(last);
        disposition.setSettled(settled);
        disposition.setState(state);
        open = false;
        state = null;
        return disposition;
    }

    private static boolean same(DeliveryState one, DeliveryState other) {
        if (one == other || (one instanceof Accepted && other instanceof Accepted)) {
            return true;
        }
        return (one instanceof Released && other instanceof Released) || Objects.equals(one, other);
    }
}
