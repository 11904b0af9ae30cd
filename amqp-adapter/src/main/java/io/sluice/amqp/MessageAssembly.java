package io.sluice.amqp;

import java.util.ArrayList;
import java.util.List;
import org.apache.qpid.proton.codec.ReadableBuffer;

/** Puts the transfers of one delivery together (AMQP 1.0 §2.6.14). One at a time: transfers of a link do not interleave. */
final class MessageAssembly {
    private final List<byte[]> parts = new ArrayList<>();
    private long bytes;

    long bytes() {
        return bytes;
    }

    void add(ReadableBuffer part) {
        if (part.hasRemaining()) {
            byte[] array = array(part);
            parts.add(array);
            bytes += array.length;
        }
    }

    /** What remains in the buffer, not copied where it need not be. */
    static byte[] array(ReadableBuffer part) {
        int length = part.remaining();
        // The engine made the array for this transfer alone and has let go of it.
        if (part.hasArray() && part.arrayOffset() == 0 && part.position() == 0 && part.array().length == length) {
            return part.array();
        }
        byte[] copy = new byte[length];
        part.get(copy);
        return copy;
    }

    /** The whole payload; empty afterwards. */
    byte[] take() {
        if (parts.size() == 1) {
            byte[] only = parts.get(0);
            clear();
            return only;
        }
        byte[] whole = new byte[(int) bytes];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        clear();
        return whole;
    }

    void clear() {
        parts.clear();
        bytes = 0;
    }
}
