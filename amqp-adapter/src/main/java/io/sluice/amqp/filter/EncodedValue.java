package io.sluice.amqp.filter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads one encoded AMQP value (AMQP 1.0 §1.6). */
final class EncodedValue {
    private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long UINT_MASK = 0xffff_ffffL;

    private EncodedValue() {}

    /**
     * @param bytes of a message
     * @param at where a value begins that lies wholly in {@code bytes}
     * @return {@link Value#OPAQUE} for what selectors have no type for: compounds, arrays, described values, IEEE decimals
     */
    static Value read(byte[] bytes, int at) {
        int constructor = bytes[at] & 0xff;
        int content = at + 1;
        switch (constructor) {
            case 0x40:
                return Value.ABSENT;
            case 0x41:
                return Value.TRUE;
            case 0x42:
                return Value.FALSE;
            case 0x56:
                return Value.of(bytes[content] != 0);
            case 0xa1:
            case 0xa3:
                return Value.text(bytes, content + 1, content + 1 + (bytes[content] & 0xff));
            case 0xb1:
            case 0xb3:
                return Value.text(bytes, content + 4, content + 4 + intAt(bytes, content));
            case 0xa0:
                return Value.binary(bytes, content + 1, content + 1 + (bytes[content] & 0xff));
            case 0xb0:
                return Value.binary(bytes, content + 4, content + 4 + intAt(bytes, content));
            case 0x73:
                return character(intAt(bytes, content));
            case 0x98:
                return Value.uuid(bytes, content);
            default:
                return number(constructor, bytes, content);
        }
    }

    private static Value number(int constructor, byte[] bytes, int content) {
        switch (constructor) {
            case 0x43:
            case 0x44:
                return Value.of(0);
            case 0x50:
            case 0x52:
            case 0x53:
                return Value.of(bytes[content] & 0xff);
            case 0x51:
            case 0x54:
            case 0x55:
                return Value.of((long) bytes[content]);
            case 0x60:
                return Value.of((short) SHORTS.get(bytes, content) & 0xffff);
            case 0x61:
                return Value.of((long) (short) SHORTS.get(bytes, content));
            case 0x70:
                return Value.of(intAt(bytes, content) & UINT_MASK);
            case 0x71:
                return Value.of((long) intAt(bytes, content));
            case 0x72:
                return Value.of((double) Float.intBitsToFloat(intAt(bytes, content)));
            case 0x80:
                return Value.unsigned((long) LONGS.get(bytes, content));
            case 0x81:
            case 0x83:
                return Value.of((long) LONGS.get(bytes, content));
            case 0x82:
                return Value.of(Double.longBitsToDouble((long) LONGS.get(bytes, content)));
            default:
                return Value.OPAQUE;
        }
    }

    private static Value character(int codePoint) {
        if (!Character.isValidCodePoint(codePoint)) {
            return Value.OPAQUE;
        }
        byte[] utf8 = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
        return Value.text(utf8, 0, utf8.length);
    }

    private static int intAt(byte[] bytes, int at) {
        return (int) INTS.get(bytes, at);
    }
}
