package io.sluice.amqp;

import io.sluice.broker.LargeBody;
import io.sluice.broker.Message;
import io.sluice.broker.Refusal;
import io.sluice.broker.port.LargeBodies;

/**
 * The body of a large message on its way from a link to where large bodies are kept. Bytes that wait for the disk count against
 * the connection, which is not read while there are too many. The connection's event loop.
 */
final class IncomingBody implements LargeBodies.SinkListener {
    private final ConnectionScope scope;
    private final IncomingLink link;
    private final Message front;
    private final LargeBodies.Sink sink;
    private long bytes;
    private long waitingBytes;
    private boolean over;

    /**
     * @param front the message without its body
     * @param bodies of the shard that gets the message
     */
    IncomingBody(ConnectionScope scope, IncomingLink link, Message front, LargeBodies bodies) {
        this.scope = scope;
        this.link = link;
        this.front = front;
        this.sink = bodies.create(front.durable(), this);
    }

    Message front() {
        return front;
    }

    /** Of the whole message so far. */
    long messageBytes() {
        return front.residentBytes() + bytes;
    }

    /** The array is the body's from now on. */
    void add(byte[] part, int offset, int length) {
        if (!over && length > 0) {
            bytes += length;
            waitingBytes += length;
            scope.bytes().waitsForDisk(length);
            sink.write(part, offset, length);
        }
    }

    /** That was all: the link hears {@code stored} or {@code refused}. */
    void finish() {
        if (!over) {
            sink.finish();
        }
    }

    /** No trace of it stays. */
    void abort() {
        if (!over) {
            over();
            sink.abort();
        }
    }

    private void over() {
        over = true;
        scope.bytes().waitsForDisk(-waitingBytes);
        waitingBytes = 0;
    }

    @Override
    public void written(int count) {
        scope.calls().onLoop(() -> {
            if (!over) {
                waitingBytes -= count;
                scope.bytes().waitsForDisk(-count);
            }
        });
    }

    @Override
    public void finished(LargeBody body) {
        scope.calls().onLoop(() -> {
            over();
            link.stored(this, front.withBody(body));
        });
    }

    @Override
    public void refused(Refusal refusal) {
        scope.calls().onLoop(() -> {
            if (!over) {
                over();
                link.notStored(this, refusal);
            }
        });
    }
}
