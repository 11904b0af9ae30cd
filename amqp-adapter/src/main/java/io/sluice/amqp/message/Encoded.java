package io.sluice.amqp.message;

import java.io.ByteArrayOutputStream;

/** Collects encoded AMQP values, big-endian as all of them (AMQP 1.0 §1.6). */
final class Encoded {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

    Encoded writeByte(int value) {
        bytes.write(value);
        return this;
    }

    Encoded writeInt(int value) {
        return writeByte(value >>> 24)
                .writeByte(value >>> 16)
                .writeByte(value >>> 8)
                .writeByte(value);
    }

    Encoded writeLong(long value) {
        return writeInt((int) (value >>> 32)).writeInt((int) value);
    }

    Encoded write(byte[] source, int offset, int length) {
        bytes.write(source, offset, length);
        return this;
    }

    void copyTo(Encoded target) {
        target.write(bytes(), 0, size());
    }

    int size() {
        return bytes.size();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
