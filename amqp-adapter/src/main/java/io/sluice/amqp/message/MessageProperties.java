package io.sluice.amqp.message;

import io.sluice.broker.Message;

/** A message with another field in its properties section (AMQP 1.0 §3.2.4): all else of it stays byte for byte. Any thread. */
public final class MessageProperties {
    /** An AMQP null. */
    private static final int NULL = 0x40;

    private MessageProperties() {}

    /**
     * @param field by its place in the section, from 0
     * @param value as proton-j has it; null takes it away
     * @return the message itself where it is of another format than AMQP's, or cannot be read: nothing is known of its inside
     */
    public static Message with(Message message, int field, Object value) {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT) {
            return message;
        }
        byte[] bytes = message.encoded();
        EncodedCursor cursor = new EncodedCursor(bytes, message.annotatedOffset());
        Encoded fields = new Encoded();
        int count = 0;
        int start = cursor.at();
        try {
            while (!cursor.atEnd()) {
                start = cursor.at();
                int section = cursor.enterSection();
                if (section > Section.PROPERTIES) {
                    cursor.backTo(start);
                    break;
                }
                if (section == Section.PROPERTIES) {
                    count = keepOthers(cursor, field, value, fields);
                    break;
                }
                cursor.skip();
                start = cursor.at();
            }
        } catch (MalformedMessageException e) {
            return message;
        }
        for (; count <= field; count++) {
            write(fields, count == field ? value : null);
        }
        Encoded all = new Encoded();
        all.write(bytes, 0, start);
        all.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(Section.PROPERTIES);
        AnnotationCodec.writeCompound(all, 0xd0, count, fields);
        all.write(bytes, cursor.at(), bytes.length - cursor.at());
        return message.withEncoded(all.bytes());
    }

    private static void write(Encoded fields, Object value) {
        if (value == null) {
            fields.writeByte(NULL);
        } else {
            byte[] encoded = AnnotationCodec.encode(value);
            fields.write(encoded, 0, encoded.length);
        }
    }

    /** Copies the other fields as they are encoded. @return how many there are, with it */
    private static int keepOthers(EncodedCursor cursor, int field, Object value, Encoded target)
            throws MalformedMessageException {
        cursor.enterList();
        int end = cursor.compoundEnd();
        int count = cursor.elements();
        for (int i = 0; i < count; i++) {
            int start = cursor.at();
            cursor.skip();
            if (i == field) {
                write(target, value);
            } else {
                target.write(cursor.bytes(), start, cursor.at() - start);
            }
        }
        cursor.leaveCompound(end);
        return count;
    }
}
