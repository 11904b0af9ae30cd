package io.sluice.amqp;

import org.apache.qpid.proton.amqp.transport.FrameBody;

/** Sees every AMQP frame of one connection, in and out. The connection's event loop; must be quick and not throw. */
@FunctionalInterface
public interface FrameListener {
    FrameListener NONE = (direction, channel, body, payloadBytes) -> {};

    /** Which way a frame goes. */
    enum Direction {
        IN,
        OUT
    }

    /**
     * @param body the performative, reused after the call; {@code EmptyFrame} for a heartbeat (AMQP 1.0 §2.4.5)
     * @param payloadBytes of a transfer, else 0
     */
    void frame(Direction direction, int channel, FrameBody body, int payloadBytes);
}
