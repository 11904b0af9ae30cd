package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;

/** The message-id of a message that its producer gave none (AMQP 1.0 §3.2.4); all else of it stays byte for byte. Any thread. */
public final class GivenMessageId {
    private GivenMessageId() {}

    /**
     * @param id for one that has none
     * @return the message itself where it has one, or is of another format than AMQP's: nothing is known of its inside
     */
    public static Message with(Message message, String id) {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT
                || new MessageSections(message).property(0) != MessageSections.ABSENT) {
            return message;
        }
        byte[] bytes = message.encoded();
        EncodedCursor cursor = new EncodedCursor(bytes, message.annotatedOffset());
        Encoded fields = new Encoded();
        AnnotationCodec.writeSized(fields, 0xa1, id.getBytes(StandardCharsets.UTF_8));
        int count = 1;
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
                    count += keepOthers(cursor, fields);
                    break;
                }
                cursor.skip();
                start = cursor.at();
            }
        } catch (MalformedMessageException e) {
            return message;
        }
        Encoded all = new Encoded();
        all.write(bytes, 0, start);
        all.writeByte(EncodedCursor.DESCRIBED).writeByte(0x53).writeByte(Section.PROPERTIES);
        AnnotationCodec.writeCompound(all, 0xd0, count, fields);
        all.write(bytes, cursor.at(), bytes.length - cursor.at());
        return message.withEncoded(all.bytes());
    }

    /** Copies the fields behind the first, as they are encoded. @return how many */
    private static int keepOthers(EncodedCursor cursor, Encoded target) throws MalformedMessageException {
        cursor.enterList();
        int end = cursor.compoundEnd();
        int fields = cursor.elements();
        if (fields > 0) {
            cursor.skip();
            int second = cursor.at();
            for (int i = 1; i < fields; i++) {
                cursor.skip();
            }
            target.write(cursor.bytes(), second, cursor.at() - second);
        }
        cursor.leaveCompound(end);
        return Math.max(0, fields - 1);
    }
}
