package io.sluice.amqp;

import io.sluice.amqp.message.LenientOpen;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * What a peer sends up to its open. The engine gets the open as the specification has it: it takes no other, and clients in dynamic languages
 * let their users send one that is not. The connection's event loop.
 */
final class OpeningBytes {
    private static final int HEAD_BYTES = 8;
    private static final int AMQP_FRAME = 0;
    private static final int AMQP = 'A' << 24 | 'M' << 16 | 'Q' << 8 | 'P';

    private final int maxFrameBytes;
    /** Of a protocol header or a frame: not known how long, or not whole. */
    private ByteBuffer held = ByteBuffer.allocate(HEAD_BYTES);
    /** Of a frame that is not the open. */
    private int toPass;

    private boolean over;

    OpeningBytes(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** The open has been handed on, or something that will never be one. */
    boolean isOver() {
        return over;
    }

    /** Takes all of it, and hands on what is whole. */
    void feed(ByteBuffer bytes, Consumer<ByteBuffer> engine) {
        while (bytes.hasRemaining() && !over) {
            if (toPass > 0) {
                ByteBuffer part = bytes.duplicate();
                part.limit(part.position() + Math.min(toPass, part.remaining()));
                toPass -= part.remaining();
                bytes.position(part.limit());
                engine.accept(part);
            } else {
                hold(bytes, engine);
            }
        }
        if (bytes.hasRemaining()) {
            engine.accept(bytes);
        }
    }

    private void hold(ByteBuffer bytes, Consumer<ByteBuffer> engine) {
        while (bytes.hasRemaining() && held.hasRemaining()) {
            held.put(bytes.get());
        }
        if (held.hasRemaining()) {
            return;
        }
        if (held.capacity() > HEAD_BYTES) {
            over = true;
            engine.accept(ByteBuffer.wrap(LenientOpen.strict(held.array())));
            return;
        }
        int size = held.getInt(0);
        if (size == AMQP) {
            handOn(engine);
        } else if (size < HEAD_BYTES || size > maxFrameBytes) {
            over = true;
            handOn(engine);
        } else if (held.get(HEAD_BYTES - 3) != AMQP_FRAME || size == HEAD_BYTES) {
            toPass = size - HEAD_BYTES;
            handOn(engine);
        } else {
            held = ByteBuffer.allocate(size).put(held.flip());
        }
    }

    private void handOn(Consumer<ByteBuffer> engine) {
        ByteBuffer whole = held.flip();
        held = ByteBuffer.allocate(HEAD_BYTES);
        engine.accept(whole);
    }
}
