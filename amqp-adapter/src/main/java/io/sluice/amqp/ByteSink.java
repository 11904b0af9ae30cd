package io.sluice.amqp;

import java.nio.ByteBuffer;

/** Takes a connection's output. The connection's event loop. */
public interface ByteSink {
    /** Whether it takes more now; if not, the owner calls {@link AmqpConnection#drainTo} again when it does. */
    boolean writable();

    /** @param bytes to be taken before the call returns */
    void write(ByteBuffer bytes);
}
