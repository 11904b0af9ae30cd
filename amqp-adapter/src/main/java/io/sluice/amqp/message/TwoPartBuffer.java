package io.sluice.amqp.message;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.InvalidMarkException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.codec.WritableBuffer;

/**
 * A fresh head and the tail of a stored message, read as one without being copied. proton-j's composite buffer cannot begin
 * inside an array. The arrays are never changed; operations off proton-j's sending path copy what they return.
 */
final class TwoPartBuffer implements ReadableBuffer {
    private final byte[] head;
    private final byte[] tail;
    /** Index in {@code tail} of the first byte behind the head. */
    private final int tailOffset;

    private int position;
    private int limit;
    private int mark = -1;

    TwoPartBuffer(byte[] head, byte[] tail, int tailOffset) {
        this.head = head;
        this.tail = tail;
        this.tailOffset = tailOffset;
        this.limit = capacity();
    }

    @Override
    public int capacity() {
        return head.length + tail.length - tailOffset;
    }

    /** Only without a head is it one array. */
    @Override
    public boolean hasArray() {
        return head.length == 0;
    }

    @Override
    public byte[] array() {
        if (!hasArray()) {
            throw new UnsupportedOperationException("two arrays");
        }
        return tail;
    }

    @Override
    public int arrayOffset() {
        if (!hasArray()) {
            throw new UnsupportedOperationException("two arrays");
        }
        return tailOffset;
    }

    @Override
    public ReadableBuffer reclaimRead() {
        return this;
    }

    @Override
    public byte get() {
        need(1);
        return at(position++);
    }

    @Override
    public byte get(int index) {
        if (index < 0 || index >= limit) {
            throw new IndexOutOfBoundsException(index + " of " + limit);
        }
        return at(index);
    }

    private byte at(int index) {
        return index < head.length ? head[index] : tail[tailOffset + index - head.length];
    }

    private void need(int bytes) {
        if (bytes > remaining()) {
            throw new BufferUnderflowException();
        }
    }

    @Override
    public short getShort() {
        return (short) next(Short.BYTES);
    }

    @Override
    public int getInt() {
        return (int) next(Integer.BYTES);
    }

    @Override
    public long getLong() {
        return next(Long.BYTES);
    }

    @Override
    public float getFloat() {
        return Float.intBitsToFloat(getInt());
    }

    @Override
    public double getDouble() {
        return Double.longBitsToDouble(getLong());
    }

    private long next(int width) {
        need(width);
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (at(position++) & 0xff);
        }
        return value;
    }

    @Override
    public ReadableBuffer get(byte[] target, int offset, int length) {
        need(length);
        int fromHead = Math.max(0, Math.min(length, head.length - position));
        System.arraycopy(head, Math.min(position, head.length), target, offset, fromHead);
        int fromTail = length - fromHead;
        int start = tailOffset + position + fromHead - head.length;
        if (fromTail > 0) {
            System.arraycopy(tail, start, target, offset + fromHead, fromTail);
        }
        position += length;
        return this;
    }

    @Override
    public ReadableBuffer get(byte[] target) {
        return get(target, 0, target.length);
    }

    @Override
    public ReadableBuffer get(WritableBuffer target) {
        byte[] bytes = new byte[Math.min(target.remaining(), remaining())];
        get(bytes);
        target.put(bytes, 0, bytes.length);
        return this;
    }

    @Override
    public ReadableBuffer slice() {
        return ByteBufferReader.wrap(byteBuffer());
    }

    @Override
    public ReadableBuffer flip() {
        limit = position;
        return rewind();
    }

    @Override
    public ReadableBuffer limit(int newLimit) {
        if (newLimit < 0 || newLimit > capacity()) {
            throw new IllegalArgumentException("limit " + newLimit + " of " + capacity());
        }
        limit = newLimit;
        position = Math.min(position, limit);
        return this;
    }

    @Override
    public int limit() {
        return limit;
    }

    @Override
    public ReadableBuffer position(int newPosition) {
        if (newPosition < 0 || newPosition > limit) {
            throw new IllegalArgumentException("position " + newPosition + " of " + limit);
        }
        position = newPosition;
        return this;
    }

    @Override
    public int position() {
        return position;
    }

    @Override
    public ReadableBuffer mark() {
        mark = position;
        return this;
    }

    @Override
    public ReadableBuffer reset() {
        if (mark < 0) {
            throw new InvalidMarkException();
        }
        return position(mark);
    }

    @Override
    public ReadableBuffer rewind() {
        position = 0;
        mark = -1;
        return this;
    }

    @Override
    public ReadableBuffer clear() {
        limit = capacity();
        return rewind();
    }

    @Override
    public int remaining() {
        return limit - position;
    }

    @Override
    public boolean hasRemaining() {
        return position < limit;
    }

    @Override
    public ReadableBuffer duplicate() {
        TwoPartBuffer same = new TwoPartBuffer(head, tail, tailOffset);
        same.limit = limit;
        same.position = position;
        same.mark = mark;
        return same;
    }

    /** What remains, copied. */
    @Override
    public ByteBuffer byteBuffer() {
        byte[] bytes = new byte[remaining()];
        duplicate().get(bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }

    @Override
    public String readUTF8() throws CharacterCodingException {
        return readString(StandardCharsets.UTF_8.newDecoder());
    }

    @Override
    public String readString(CharsetDecoder decoder) throws CharacterCodingException {
        String text = decoder.decode(byteBuffer()).toString();
        position = limit;
        return text;
    }

    @Override
    public String toString() {
        return "TwoPartBuffer[" + position + ".." + limit + " of " + head.length + " + " + (tail.length - tailOffset)
                + "]";
    }
}
