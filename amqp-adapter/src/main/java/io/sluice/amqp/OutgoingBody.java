package io.sluice.amqp;

import io.sluice.amqp.message.OutgoingMessage;
import io.sluice.broker.port.LargeBodies;
import io.sluice.broker.port.StorageException;
import io.sluice.broker.queue.Delivery;
import org.apache.qpid.proton.codec.ReadableBuffer;

/**
 * A large message on its way out over one link. The engine gets a chunk when it has written the one before, and only then the next
 * is read: two chunks are in memory, however slow the peer is. Nothing is sent before the first chunk is there and found to be
 * right. The connection's event loop.
 */
final class OutgoingBody implements LargeBodies.SourceListener {
    private final ConnectionScope scope;
    private final OutgoingBodies bodies;
    private final Delivery message;
    private final LargeBodies.Source source;
    /** The engine's; null until the first chunk goes. */
    private org.apache.qpid.proton.engine.Delivery delivery;

    /** The chunk the engine has. */
    private ReadableBuffer written;

    /** Read, but the engine has not written the one before. */
    private byte[] next;

    private boolean nextIsLast;
    private boolean closed;

    OutgoingBody(ConnectionScope scope, OutgoingBodies bodies, Delivery message, LargeBodies.Source source) {
        this.scope = scope;
        this.bodies = bodies;
        this.message = message;
        this.source = source;
    }

    void start() {
        source.read(this);
    }

    Delivery message() {
        return message;
    }

    /** Whether the engine has a part of it. */
    boolean hasBegun() {
        return delivery != null;
    }

    boolean isOf(org.apache.qpid.proton.engine.Delivery other) {
        return delivery == other;
    }

    @Override
    public void chunk(byte[] bytes, boolean last) {
        scope.calls().onLoop(() -> {
            if (!closed) {
                next = bytes;
                nextIsLast = last;
                bodies.ready(this);
            }
        });
    }

    @Override
    public void failed(StorageException cause, boolean damaged) {
        scope.calls().onLoop(() -> {
            if (!closed) {
                bodies.failed(this, cause, damaged);
            }
        });
    }

    /** Whether a chunk waits for the engine. */
    boolean waits() {
        return next != null && !canPush();
    }

    boolean canPush() {
        return next != null && (delivery == null || delivery.available() == 0);
    }

    /**
     * The next chunk, to be given to the engine.
     *
     * @return a buffer of its own; with the message's front in it where it is the first
     */
    ReadableBuffer take() {
        AmqpEnvironment broker = scope.environment();
        written = hasBegun()
                ? ReadableBuffer.ByteBufferReader.wrap(next)
                : OutgoingMessage.encode(
                        message, broker.clock().millis(), broker.deadLetterNames(), scope.dialect(), next);
        next = null;
        if (!nextIsLast) {
            source.read(this);
        }
        return written;
    }

    void begun(org.apache.qpid.proton.engine.Delivery engineDelivery) {
        delivery = engineDelivery;
    }

    /** Whether the chunk taken last is the end. */
    boolean isComplete() {
        return nextIsLast;
    }

    /** What the engine has not written yet is not to be written any more. */
    org.apache.qpid.proton.engine.Delivery cut() {
        written.position(written.limit());
        return delivery;
    }

    /** Nothing more is read. */
    void close() {
        closed = true;
        next = null;
        source.close();
    }
}
