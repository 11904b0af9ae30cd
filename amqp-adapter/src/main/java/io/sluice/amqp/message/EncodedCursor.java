package io.sluice.amqp.message;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Walks over encoded AMQP values (AMQP 1.0 §1.6) by their sizes. Reads no value it is not asked for, allocates nothing by an
 * announced size and does not recurse: a compound is skipped as a whole and nested descriptors are counted.
 */
final class EncodedCursor {
    static final int DESCRIBED = 0x00;
    static final int NULL = 0x40;
    private static final int MAX_SYMBOL = 255;

    private final byte[] bytes;
    private int at;
    /** What is read, for the text of an error: its code, 0 between sections. */
    private int section;

    private int sectionOffset;
    /** Of the compound entered last. */
    private int elements;

    private int compoundEnd;

    EncodedCursor(byte[] bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    byte[] bytes() {
        return bytes;
    }

    int at() {
        return at;
    }

    void backTo(int offset) {
        at = offset;
    }

    boolean atEnd() {
        return at >= bytes.length;
    }

    /** How many values the compound entered last holds; a map's keys and values count one each. */
    int elements() {
        return elements;
    }

    /** The offset behind the compound entered last. */
    int compoundEnd() {
        return compoundEnd;
    }

    MalformedMessageException malformed(String what) {
        String where = section == 0 ? "message" : Section.name(section) + " section";
        return new MalformedMessageException(where + " at offset " + sectionOffset + ": " + what);
    }

    /** Reads a section's descriptor, in any of its encodings; the cursor is then before the section's value. */
    int enterSection() throws MalformedMessageException {
        sectionOffset = at;
        section = 0;
        int code = byteAt(at) == DESCRIBED ? descriptor() : -1;
        if (code < 0) {
            throw malformed("no section begins here");
        }
        section = code;
        return code;
    }

    private int descriptor() throws MalformedMessageException {
        int constructor = byteAt(at + 1);
        if (constructor == 0x53) {
            int code = byteAt(at + 2);
            at += 3;
            return Section.isSection(code) ? code : -1;
        }
        at++;
        if (constructor == 0x80) {
            long code = longAt(at + 1);
            at += 9;
            return Section.isSection(code) ? (int) code : -1;
        }
        if (constructor == 0xa3 || constructor == 0xb3) {
            String symbol = symbol();
            return symbol == null ? -1 : Section.code(symbol);
        }
        return -1;
    }

    /** The constructor of the next value; the cursor stays before it. */
    int constructor() throws MalformedMessageException {
        return byteAt(at);
    }

    /** Skips one value, whatever it is. */
    void skip() throws MalformedMessageException {
        // A described value is two more values, its descriptor and itself; each costs a byte, so this ends.
        int values = 1;
        while (values > 0) {
            int constructor = byteAt(at);
            if (constructor == DESCRIBED) {
                at++;
                values++;
            } else {
                at = endOfPrimitive(constructor);
                values--;
            }
        }
    }

    private int endOfPrimitive(int constructor) throws MalformedMessageException {
        long end;
        switch (constructor >>> 4) {
            case 0x4:
                end = at + 1L;
                break;
            case 0x5:
                end = at + 2L;
                break;
            case 0x6:
                end = at + 3L;
                break;
            case 0x7:
                end = at + 5L;
                break;
            case 0x8:
                end = at + 9L;
                break;
            case 0x9:
                end = at + 17L;
                break;
            case 0xa:
            case 0xc:
            case 0xe:
                end = at + 2L + byteAt(at + 1);
                break;
            case 0xb:
            case 0xd:
            case 0xf:
                end = at + 5L + sizeAt(at + 1);
                break;
            default:
                throw malformed("byte 0x" + Integer.toHexString(constructor) + " at offset " + at + " begins no value");
        }
        if (end > bytes.length) {
            throw malformed("a value at offset " + at + " goes on for " + (end - bytes.length)
                    + " bytes behind the end of the message");
        }
        return (int) end;
    }

    /** Enters a list: see {@link #elements} and {@link #compoundEnd}. The cursor is then before its first value. */
    void enterList() throws MalformedMessageException {
        if (byteAt(at) == 0x45) {
            at++;
            elements = 0;
            compoundEnd = at;
        } else {
            enterCompound(0xc0, 0xd0, "a list");
        }
    }

    /** Enters a map: see {@link #elements} and {@link #compoundEnd}. The cursor is then before its first key. */
    void enterMap() throws MalformedMessageException {
        enterCompound(0xc1, 0xd1, "a map");
        if ((elements & 1) != 0) {
            throw malformed("a map of " + elements + " keys and values");
        }
    }

    private void enterCompound(int narrow, int wide, String what) throws MalformedMessageException {
        int constructor = byteAt(at);
        if (constructor != narrow && constructor != wide) {
            throw expected(what, constructor);
        }
        int width = constructor == narrow ? 1 : 4;
        int end = endOfPrimitive(constructor);
        int first = at + 1 + 2 * width;
        if (first > end) {
            throw malformed(what + " at offset " + at + " has no room for its count");
        }
        long count = width == 1 ? byteAt(at + 2) : sizeAt(at + 5);
        // Each value takes a byte at least, so an impossible count is seen before anything is walked.
        if (count > end - first) {
            throw malformed(
                    what + " at offset " + at + " announces " + count + " values in " + (end - first) + " bytes");
        }
        elements = (int) count;
        compoundEnd = end;
        at = first;
    }

    /** Checks that the values of a compound fill it. @param end what {@link #compoundEnd} was after entering it */
    void leaveCompound(int end) throws MalformedMessageException {
        if (at != end) {
            throw malformed("its values end at offset " + at + ", the size it announces at " + end);
        }
    }

    /** Skips a binary, without looking into it. */
    void skipBinary() throws MalformedMessageException {
        int constructor = byteAt(at);
        if (constructor != 0xa0 && constructor != 0xb0) {
            throw expected("binary", constructor);
        }
        at = endOfPrimitive(constructor);
    }

    /** A binary; the bytes are a copy. */
    byte[] readBinary() throws MalformedMessageException {
        int start = at + (byteAt(at) == 0xa0 ? 2 : 5);
        skipBinary();
        return Arrays.copyOfRange(bytes, start, at);
    }

    /** Skips a list or map by its size, without looking into it. */
    void skipCompound(boolean map) throws MalformedMessageException {
        if (map) {
            enterMap();
        } else {
            enterList();
        }
        at = compoundEnd;
    }

    /** True when the next value is null, which is then skipped. */
    boolean skipNull() throws MalformedMessageException {
        if (byteAt(at) != NULL) {
            return false;
        }
        at++;
        return true;
    }

    boolean readBoolean() throws MalformedMessageException {
        int constructor = byteAt(at);
        int value = constructor == 0x56 ? byteAt(at + 1) : constructor == 0x41 ? 1 : constructor == 0x42 ? 0 : 2;
        if (value > 1) {
            throw expected("boolean", constructor);
        }
        at = endOfPrimitive(constructor);
        return value == 1;
    }

    int readUbyte() throws MalformedMessageException {
        int constructor = byteAt(at);
        if (constructor != 0x50) {
            throw expected("ubyte", constructor);
        }
        int value = byteAt(at + 1);
        at += 2;
        return value;
    }

    long readUint() throws MalformedMessageException {
        int constructor = byteAt(at);
        long value;
        if (constructor == 0x52) {
            value = byteAt(at + 1);
        } else if (constructor == 0x70) {
            value = sizeAt(at + 1);
        } else if (constructor == 0x43) {
            value = 0;
        } else {
            throw expected("uint", constructor);
        }
        at = endOfPrimitive(constructor);
        return value;
    }

    long readTimestamp() throws MalformedMessageException {
        int constructor = byteAt(at);
        if (constructor != 0x83) {
            throw expected("timestamp", constructor);
        }
        long value = longAt(at + 1);
        at += 9;
        return value;
    }

    /** Whether the next value is this symbol; the cursor stays before it. */
    boolean isSymbol(byte[] ascii) throws MalformedMessageException {
        return is(0xa3, ascii);
    }

    /** Whether the next value is this string; the cursor stays before it. */
    boolean isString(byte[] utf8) throws MalformedMessageException {
        return is(0xa1, utf8);
    }

    /** @param narrow the type's constructor with a size of one byte; the one with four is 0x10 more (§1.6) */
    private boolean is(int narrow, byte[] content) throws MalformedMessageException {
        int constructor = byteAt(at);
        int width = constructor == narrow ? 1 : constructor == narrow + 0x10 ? Integer.BYTES : 0;
        if (width == 0 || (width == 1 ? byteAt(at + 1) : sizeAt(at + 1)) != content.length) {
            return false;
        }
        int start = at + 1 + width;
        int end = start + content.length;
        return end <= bytes.length && Arrays.equals(bytes, start, end, content, 0, content.length);
    }

    /**
     * An integer of any width, or a timestamp; what is beyond a long is the largest long.
     *
     * @param name of what is read, for the text of an error
     */
    long readInteger(String name) throws MalformedMessageException {
        int constructor = byteAt(at);
        long value = switch (constructor) {
            case 0x43, 0x44 -> 0;
            case 0x50, 0x52, 0x53 -> byteAt(at + 1);
            case 0x51, 0x54, 0x55 -> (byte) byteAt(at + 1);
            case 0x60 -> byteAt(at + 1) << 8 | byteAt(at + 2);
            case 0x61 -> (short) (byteAt(at + 1) << 8 | byteAt(at + 2));
            case 0x70 -> sizeAt(at + 1);
            case 0x71 -> (int) sizeAt(at + 1);
            case 0x80 -> longAt(at + 1) < 0 ? Long.MAX_VALUE : longAt(at + 1);
            case 0x81, 0x83 -> longAt(at + 1);
            default -> throw expected("an integer or a timestamp, " + name + ",", constructor);
        };
        at = endOfPrimitive(constructor);
        return value;
    }

    /** A string; empty when the next value is none, which is skipped all the same. */
    Optional<String> readString() throws MalformedMessageException {
        int constructor = byteAt(at);
        int start = at + (constructor == 0xa1 ? 2 : 5);
        skip();
        return constructor == 0xa1 || constructor == 0xb1
                ? Optional.of(new String(bytes, start, at - start, StandardCharsets.UTF_8))
                : Optional.empty();
    }

    /** A symbol of at most 255 characters; null when the next value is none, which is skipped all the same. */
    String symbol() throws MalformedMessageException {
        int constructor = byteAt(at);
        int start = at + (constructor == 0xa3 ? 2 : 5);
        skip();
        boolean symbol = constructor == 0xa3 || (constructor == 0xb3 && at - start <= MAX_SYMBOL);
        return symbol ? new String(bytes, start, at - start, StandardCharsets.US_ASCII) : null;
    }

    /**
     * Whether the next value is of a variable-width type and has this content; it is skipped either way.
     *
     * @param narrow constructor of the type's narrow form; the wide one is 0x10 above (§1.6)
     */
    boolean skipIfEqual(int narrow, byte[] content) throws MalformedMessageException {
        int constructor = byteAt(at);
        int start = at + (constructor == narrow ? 2 : 5);
        skip();
        return (constructor == narrow || constructor == narrow + 0x10)
                && at - start == content.length
                && Arrays.equals(bytes, start, at, content, 0, content.length);
    }

    private MalformedMessageException expected(String what, int constructor) {
        return malformed("0x" + Integer.toHexString(constructor) + " at offset " + at + " where " + what + " is due");
    }

    private int byteAt(int index) throws MalformedMessageException {
        if (index >= bytes.length) {
            throw malformed("the message ends here, at " + bytes.length + " bytes");
        }
        return bytes[index] & 0xff;
    }

    private long sizeAt(int index) throws MalformedMessageException {
        if (index + 4 > bytes.length) {
            throw malformed("the message ends here, at " + bytes.length + " bytes");
        }
        return ((bytes[index] & 0xffL) << 24)
                | ((bytes[index + 1] & 0xff) << 16)
                | ((bytes[index + 2] & 0xff) << 8)
                | (bytes[index + 3] & 0xff);
    }

    private long longAt(int index) throws MalformedMessageException {
        return sizeAt(index) << 32 | sizeAt(index + 4);
    }
}
