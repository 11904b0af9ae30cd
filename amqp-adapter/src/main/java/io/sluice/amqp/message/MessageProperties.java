package io.sluice.amqp.message;

import io.sluice.broker.Message;

/** A message with another field in its properties section (AMQP 1.0 §3.2.4): all else of it stays byte for byte. Any thread. */
public final class MessageProperties extends SectionChange {
    /** An AMQP null. */
    private static final int NULL = 0x40;

    private final int field;
    private final Object value;

    private MessageProperties(int field, Object value) {
        super(Section.PROPERTIES);
        this.field = field;
        this.value = value;
    }

    /**
     * @param field by its place in the section, from 0
     * @param value as proton-j has it; null takes it away
     * @return the message itself where it is of another format than AMQP's, or cannot be read: nothing is known of its inside
     */
    public static Message with(Message message, int field, Object value) {
        return new MessageProperties(field, value).of(message);
    }

    @Override
    int keep(EncodedCursor cursor, Encoded kept) throws MalformedMessageException {
        cursor.enterList();
        int end = cursor.compoundEnd();
        int count = cursor.elements();
        for (int i = 0; i < count; i++) {
            int start = cursor.at();
            cursor.skip();
            if (i == field) {
                writeField(kept, value);
            } else {
                kept.write(cursor.bytes(), start, cursor.at() - start);
            }
        }
        cursor.leaveCompound(end);
        return count;
    }

    @Override
    void write(int elements, Encoded kept, Encoded target) {
        int count = elements;
        for (; count <= field; count++) {
            writeField(kept, count == field ? value : null);
        }
        write(0xd0, count, kept, target);
    }

    private static void writeField(Encoded fields, Object value) {
        if (value == null) {
            fields.writeByte(NULL);
        } else {
            byte[] encoded = AnnotationCodec.encode(value);
            fields.write(encoded, 0, encoded.length);
        }
    }
}
