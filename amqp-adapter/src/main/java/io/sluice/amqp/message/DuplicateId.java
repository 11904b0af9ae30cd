package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;

/**
 * By what a queue knows a message that is sent again: the message-id or an application property as a text that is equal for equal
 * values of the same AMQP type and for nothing else, whatever their encoding. {@code ulong:1}, {@code string:1} and {@code binary:31}
 * are three ids. A long value is replaced by its digest, so that an id is never longer than about 100 characters. Any thread.
 */
public final class DuplicateId {
    private static final int MAX_CONTENT_CHARS = 80;

    private DuplicateId() {}

    /**
     * @param property the application property, "" for the message-id
     * @return "" where the message has none, or it is null, a list, a map, an array or a described value
     */
    public static String of(Message message, String property) {
        try {
            EncodedCursor cursor = property.isEmpty()
                    ? MessageFields.find(message, MessageFields.MESSAGE_ID)
                    : MessageFields.findApplicationProperty(message, property.getBytes(StandardCharsets.UTF_8));
            return cursor == null ? "" : canonical(cursor);
        } catch (MalformedMessageException e) {
            return "";
        }
    }

    private static String canonical(EncodedCursor cursor) throws MalformedMessageException {
        int constructor = cursor.constructor();
        int start = cursor.at();
        cursor.skip();
        ByteBuffer value = ByteBuffer.wrap(cursor.bytes(), start + 1, cursor.at() - start - 1);
        return switch (constructor) {
            case 0x41 -> "boolean:true";
            case 0x42 -> "boolean:false";
            case 0x56 -> "boolean:" + (value.get() != 0);
            case 0x43 -> "uint:0";
            case 0x44 -> "ulong:0";
            case 0x50 -> "ubyte:" + (value.get() & 0xff);
            case 0x51 -> "byte:" + value.get();
            case 0x52 -> "uint:" + (value.get() & 0xff);
            case 0x53 -> "ulong:" + (value.get() & 0xff);
            case 0x54 -> "int:" + value.get();
            case 0x55 -> "long:" + value.get();
            case 0x60 -> "ushort:" + (value.getShort() & 0xffff);
            case 0x61 -> "short:" + value.getShort();
            case 0x70 -> "uint:" + Integer.toUnsignedString(value.getInt());
            case 0x71 -> "int:" + value.getInt();
            case 0x80 -> "ulong:" + Long.toUnsignedString(value.getLong());
            case 0x81 -> "long:" + value.getLong();
            case 0x83 -> "timestamp:" + value.getLong();
            case 0x98 -> "uuid:" + new UUID(value.getLong(), value.getLong());
            case 0xa0, 0xb0 -> named("binary", HexFormat.of().formatHex(content(value, constructor)));
            case 0xa1, 0xb1 -> named("string", new String(content(value, constructor), StandardCharsets.UTF_8));
            case 0xa3, 0xb3 -> named("symbol", new String(content(value, constructor), StandardCharsets.US_ASCII));
            // Of one width each: char, and the floating and decimal numbers.
            case 0x72, 0x73, 0x74, 0x82, 0x84, 0x94 ->
                "0x" + Integer.toHexString(constructor) + ":" + HexFormat.of().formatHex(remaining(value));
            default -> "";
        };
    }

    /** Of a variable-width value, behind its size. */
    private static byte[] content(ByteBuffer value, int constructor) {
        value.position(value.position() + (constructor < 0xb0 ? 1 : Integer.BYTES));
        return remaining(value);
    }

    private static byte[] remaining(ByteBuffer value) {
        byte[] bytes = new byte[value.remaining()];
        value.get(bytes);
        return bytes;
    }

    private static String named(String type, String content) {
        return content.length() <= MAX_CONTENT_CHARS ? type + ":" + content : type + "#" + digest(content);
    }

    private static String digest(String content) {
        return Digests.sha256(content.getBytes(StandardCharsets.UTF_8));
    }
}
