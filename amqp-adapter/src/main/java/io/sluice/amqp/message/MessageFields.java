package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.UnsignedLong;

/**
 * Fields of the properties section (AMQP 1.0 §3.2.4), read when somebody asks: the anonymous terminus and management do, the
 * path of other messages does not. Any thread. Empty when the field is absent, null or of a wrong type, and for a message whose
 * format is not AMQP's.
 */
public final class MessageFields {
    /** Values of {@code x-opt-jms-dest} (AMQP JMS Mapping). */
    public static final int JMS_QUEUE = 0;

    public static final int JMS_TOPIC = 1;
    public static final int JMS_TEMPORARY_QUEUE = 2;
    public static final int JMS_TEMPORARY_TOPIC = 3;

    private static final byte[] JMS_DESTINATION = "x-opt-jms-dest".getBytes(StandardCharsets.US_ASCII);
    /** Constructor of an AMQP byte. */
    private static final int BYTE = 0x51;

    static final int MESSAGE_ID = 0;
    private static final int TO = 2;
    private static final int REPLY_TO = 4;
    private static final int CORRELATION_ID = 5;

    private MessageFields() {}

    public static Optional<String> to(Message message) {
        return string(message, TO);
    }

    public static Optional<String> replyTo(Message message) {
        return string(message, REPLY_TO);
    }

    /** As String, UnsignedLong, UUID or Binary (§3.2.11): to be sent back with the type it came with. */
    public static Optional<Object> messageId(Message message) {
        return id(message, MESSAGE_ID);
    }

    /** As String, UnsignedLong, UUID or Binary (§3.2.11). */
    public static Optional<Object> correlationId(Message message) {
        return id(message, CORRELATION_ID);
    }

    /** What kind of destination the annotation {@code x-opt-jms-dest} says {@code to} is: one of the numbers above, -1 for none. */
    public static int jmsDestination(Message message) {
        MessageSections sections = new MessageSections(message);
        int at = sections.annotation(JMS_DESTINATION);
        byte[] bytes = message.encoded();
        return at != MessageSections.ABSENT && (bytes[at] & 0xff) == BYTE ? bytes[at + 1] : -1;
    }

    private static Optional<String> string(Message message, int field) {
        try {
            EncodedCursor cursor = find(message, field);
            return cursor == null ? Optional.empty() : cursor.readString();
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> id(Message message, int field) {
        try {
            EncodedCursor cursor = find(message, field);
            return cursor == null ? Optional.empty() : Optional.ofNullable(readId(cursor));
        } catch (MalformedMessageException e) {
            return Optional.empty();
        }
    }

    private static Object readId(EncodedCursor cursor) throws MalformedMessageException {
        int constructor = cursor.constructor();
        int start = cursor.at();
        if (constructor == 0xa1 || constructor == 0xb1) {
            return cursor.readString().orElse(null);
        }
        cursor.skip();
        ByteBuffer value = ByteBuffer.wrap(cursor.bytes(), start + 1, cursor.at() - start - 1);
        switch (constructor) {
            case 0x44:
                return UnsignedLong.ZERO;
            case 0x53:
                return UnsignedLong.valueOf(value.get() & 0xffL);
            case 0x80:
                return UnsignedLong.valueOf(value.getLong());
            case 0x98:
                return new UUID(value.getLong(), value.getLong());
            case 0xa0:
                return binary(value, 1);
            case 0xb0:
                return binary(value, 4);
            default:
                return null;
        }
    }

    private static Binary binary(ByteBuffer value, int width) {
        byte[] bytes = new byte[value.remaining() - width];
        value.position(value.position() + width);
        value.get(bytes);
        return new Binary(bytes);
    }

    /** A cursor before the value of the application property (§3.2.5); null when the message has no such property. */
    static EncodedCursor findApplicationProperty(Message message, byte[] utf8Name) throws MalformedMessageException {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT) {
            return null;
        }
        EncodedCursor cursor = new EncodedCursor(message.encoded(), message.annotatedOffset());
        while (!cursor.atEnd()) {
            int section = cursor.enterSection();
            if (section > Section.APPLICATION_PROPERTIES) {
                return null;
            }
            if (section < Section.APPLICATION_PROPERTIES) {
                cursor.skip();
                continue;
            }
            cursor.enterMap();
            for (int left = cursor.elements(); left > 0; left -= 2) {
                boolean found = cursor.isString(utf8Name);
                cursor.skip();
                if (found) {
                    return cursor;
                }
                cursor.skip();
            }
            return null;
        }
        return null;
    }

    /** A cursor before the field; null when the message has no such field. */
    static EncodedCursor find(Message message, int field) throws MalformedMessageException {
        if (message.messageFormat() != IncomingMessage.AMQP_FORMAT) {
            return null;
        }
        EncodedCursor cursor = new EncodedCursor(message.encoded(), message.annotatedOffset());
        while (!cursor.atEnd()) {
            int section = cursor.enterSection();
            if (section > Section.PROPERTIES) {
                return null;
            }
            if (section == Section.PROPERTIES) {
                cursor.enterList();
                if (field >= cursor.elements()) {
                    return null;
                }
                for (int i = 0; i < field; i++) {
                    cursor.skip();
                }
                return cursor;
            }
            cursor.skip();
        }
        return null;
    }
}
