package io.sluice.amqp.message;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * An open whose capabilities and locales are not as the specification has them (AMQP 1.0 §2.7.1: one symbol, or an array of symbols), and what
 * is meant by it. A list, as clients in dynamic languages send where their users name several, is an array; a string is a symbol.
 */
public final class LenientOpen {
    private static final int OPEN = 0x10;
    private static final int SMALL_ULONG = 0x53;
    private static final int LIST32 = 0xd0;
    private static final int ARRAY32 = 0xf0;
    private static final int ARRAY8 = 0xe0;
    private static final int STRING8 = 0xa1;
    private static final int STRING32 = 0xb1;
    private static final int SYMBOL8 = 0xa3;
    private static final int SYMBOL32 = 0xb3;
    /** Fields: outgoing-locales, incoming-locales, offered-capabilities, desired-capabilities. */
    private static final int FIRST_OF_SYMBOLS = 5;

    private static final int LAST_OF_SYMBOLS = 8;
    /** Words of a frame's header that are there at least, counted in its fifth byte. */
    private static final int DATA_OFFSET_AT = 4;

    private final EncodedCursor cursor;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private boolean changed;

    private LenientOpen(EncodedCursor cursor) {
        this.cursor = cursor;
    }

    /** @return a whole frame, as it should be; the same one where it is that, is no open, or cannot be read */
    public static byte[] strict(byte[] frame) {
        int body = (frame[DATA_OFFSET_AT] & 0xff) * 4;
        boolean open = body + 3 < frame.length
                && frame[body] == 0
                && frame[body + 1] == SMALL_ULONG
                && frame[body + 2] == OPEN;
        if (!open) {
            return frame;
        }
        try {
            LenientOpen lenient = new LenientOpen(new EncodedCursor(frame, body + 3));
            byte[] fields = lenient.fields();
            return lenient.changed ? frame(frame, body + 3, fields) : frame;
        } catch (MalformedMessageException e) {
            // The engine says what is wrong with it.
            return frame;
        }
    }

    private static byte[] frame(byte[] frame, int head, byte[] list) {
        byte[] whole = new byte[head + list.length];
        System.arraycopy(frame, 0, whole, 0, head);
        System.arraycopy(list, 0, whole, head, list.length);
        ByteBuffer.wrap(whole).putInt(0, whole.length);
        return whole;
    }

    /** The list of the open, with its constructor. */
    private byte[] fields() throws MalformedMessageException {
        cursor.enterList();
        int count = cursor.elements();
        int end = cursor.compoundEnd();
        for (int field = 0; field < count; field++) {
            int start = cursor.at();
            if (field >= FIRST_OF_SYMBOLS && field <= LAST_OF_SYMBOLS) {
                symbols();
            } else {
                cursor.skip();
                out.write(cursor.bytes(), start, cursor.at() - start);
            }
        }
        cursor.leaveCompound(end);
        return compound(LIST32, count, out.toByteArray());
    }

    private void symbols() throws MalformedMessageException {
        int start = cursor.at();
        int constructor = cursor.constructor();
        boolean list = constructor == 0x45 || constructor == 0xc0 || constructor == LIST32;
        if (list) {
            byte[] array = array();
            out.write(array, 0, array.length);
            changed = true;
            return;
        }
        cursor.skip();
        byte[] value = java.util.Arrays.copyOfRange(cursor.bytes(), start, cursor.at());
        int elements = constructor == ARRAY8 ? 3 : constructor == ARRAY32 ? 9 : 0;
        if (elements < value.length && isString(value[elements] & 0xff)) {
            value[elements] += SYMBOL8 - STRING8;
            changed = true;
        }
        out.write(value, 0, value.length);
    }

    private static boolean isString(int constructor) {
        return constructor == STRING8 || constructor == STRING32;
    }

    /** Of a list of strings and symbols. */
    private byte[] array() throws MalformedMessageException {
        cursor.enterList();
        int count = cursor.elements();
        int end = cursor.compoundEnd();
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        values.write(SYMBOL32);
        for (int i = 0; i < count; i++) {
            int constructor = cursor.constructor();
            boolean narrow = constructor == STRING8 || constructor == SYMBOL8;
            if (!narrow && constructor != STRING32 && constructor != SYMBOL32) {
                throw cursor.malformed("a capability is a symbol");
            }
            int content = cursor.at() + (narrow ? 2 : 5);
            cursor.skip();
            int length = cursor.at() - content;
            values.writeBytes(ByteBuffer.allocate(4).putInt(length).array());
            values.write(cursor.bytes(), content, length);
        }
        cursor.leaveCompound(end);
        return compound(ARRAY32, count, values.toByteArray());
    }

    private static byte[] compound(int constructor, int count, byte[] content) {
        return ByteBuffer.allocate(9 + content.length)
                .put((byte) constructor)
                .putInt(4 + content.length)
                .putInt(count)
                .put(content)
                .array();
    }
}
