package io.sluice.amqp.message;

import io.sluice.broker.Message;

/**
 * Encodes header sections (AMQP 1.0 §3.2.1) as short as they go: fields with their default value are left out. Headers without
 * ttl and delivery-count, which nearly all are, are made once.
 */
final class HeaderEncoder {
    /** ttl and delivery-count of a header that has none. */
    static final long NO_TTL = Message.NONE;

    private static final byte[] NONE = {};
    private static final int PRIORITIES = Message.MAX_PRIORITY + 1;
    private static final byte[][] COMMON = common();

    private HeaderEncoder() {}

    private static byte[][] common() {
        byte[][] headers = new byte[PRIORITIES * 4][];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = make((i & 1) != 0, i >> 2, NO_TTL, (i & 2) != 0, 0);
        }
        return headers;
    }

    /**
     * @param ttlMillis cut to what a uint holds; {@link #NO_TTL} for none
     * @return the section, empty when every field has its default; shared and read only
     */
    static byte[] encode(boolean durable, int priority, long ttlMillis, boolean firstAcquirer, int deliveryCount) {
        if (ttlMillis == NO_TTL && deliveryCount == 0) {
            return COMMON[priority << 2 | (firstAcquirer ? 2 : 0) | (durable ? 1 : 0)];
        }
        return make(durable, priority, ttlMillis, firstAcquirer, deliveryCount);
    }

    private static byte[] make(
            boolean durable, int priority, long ttlMillis, boolean firstAcquirer, int deliveryCount) {
        Encoded fields = new Encoded();
        int last = deliveryCount != 0
                ? 5
                : firstAcquirer
                        ? 4
                        : ttlMillis != NO_TTL ? 3 : priority != Message.DEFAULT_PRIORITY ? 2 : durable ? 1 : 0;
        if (last == 0) {
            return NONE;
        }
        fields.writeByte(durable ? 0x41 : 0x42);
        if (last >= 2) {
            writePriority(fields, priority);
        }
        if (last >= 3) {
            writeUint(fields, ttlMillis, ttlMillis == NO_TTL);
        }
        if (last >= 4) {
            fields.writeByte(firstAcquirer ? 0x41 : 0x42);
        }
        if (last >= 5) {
            writeUint(fields, deliveryCount, false);
        }
        Encoded section = new Encoded();
        section.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(Section.HEADER);
        section.writeByte(0xc0).writeByte(fields.size() + 1).writeByte(last);
        fields.copyTo(section);
        return section.bytes();
    }

    private static void writePriority(Encoded fields, int priority) {
        if (priority == Message.DEFAULT_PRIORITY) {
            fields.writeByte(EncodedCursor.NULL);
        } else {
            fields.writeByte(0x50).writeByte(priority);
        }
    }

    private static void writeUint(Encoded fields, long value, boolean absent) {
        if (absent) {
            fields.writeByte(EncodedCursor.NULL);
        } else if (value <= 0xff) {
            fields.writeByte(0x52).writeByte((int) value);
        } else {
            fields.writeByte(0x70).writeInt((int) Math.min(value, 0xffff_ffffL));
        }
    }
}
