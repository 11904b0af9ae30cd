package io.sluice.amqp.message;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.MessageGroup;
import io.sluice.broker.Schedule;
import java.util.Arrays;

/**
 * Reads what a producer sent, section by section (AMQP 1.0 §3.2), by sizes: the header, of properties the expiry and the group and
 * of message-annotations the time of delivery are read, the outermost structure of annotations and properties is checked, the rest is
 * stepped over.
 */
public final class IncomingMessage {
    /** AMQP's own message format (§2.8.11). */
    public static final int AMQP_FORMAT = 0;

    private static final int HEADER_FIELDS = 5;
    private static final int PROPERTIES_FIELDS = 13;
    private static final int ABSOLUTE_EXPIRY_TIME = 8;
    private static final int GROUP_ID = 10;
    private static final int GROUP_SEQUENCE = 11;

    private final EncodedCursor cursor;
    private int annotatedOffset;
    private boolean durable;
    private int priority = Message.DEFAULT_PRIORITY;
    private long ttlMillis = Message.NONE;
    private long absoluteExpiryMillis = Message.NONE;
    private Schedule schedule = Schedule.AT_ONCE;
    private MessageGroup group = MessageGroup.NONE;

    private IncomingMessage(byte[] encoded) {
        this.cursor = new EncodedCursor(encoded, 0);
    }

    /**
     * Any thread. A message of another format than AMQP's is not looked into: it is stored and handed on byte for byte, as not
     * durable, because nothing in it says otherwise.
     *
     * @param encoded the payload of all transfers of one delivery; the message's own from now on
     * @param messageFormat of the first transfer
     * @throws MalformedMessageException a section is cut short, out of order or no section at all
     */
    public static Message parse(byte[] encoded, int messageFormat) throws MalformedMessageException {
        if (messageFormat != AMQP_FORMAT) {
            Message.Header opaque =
                    new Message.Header(messageFormat, false, Message.DEFAULT_PRIORITY, Message.NONE, Message.NONE);
            return new Message(encoded, 0, opaque, Annotations.EMPTY);
        }
        IncomingMessage incoming = new IncomingMessage(encoded);
        incoming.scan();
        return incoming.message(encoded);
    }

    /**
     * A message without its body.
     *
     * @param message what is in front of it
     * @param length bytes of that; what follows is the body
     */
    public record Front(Message message, int length) {}

    /**
     * Reads what is in front of the body of a message that has not come as a whole. The body is not looked into. Of a message of
     * another format everything is body.
     *
     * @param start the first bytes of the message
     * @param messageFormat of the first transfer
     * @param limitBytes within which the body has to begin
     * @throws MalformedMessageException a section is out of order or no section at all, or no body begins within the limit
     */
    public static Front parseFront(byte[] start, int messageFormat, int limitBytes) throws MalformedMessageException {
        if (messageFormat != AMQP_FORMAT) {
            return new Front(parse(new byte[0], messageFormat), 0);
        }
        IncomingMessage incoming = new IncomingMessage(start);
        int length;
        try {
            length = incoming.scanFront();
            if (length > limitBytes) {
                throw incoming.cursor.malformed("begins behind them");
            }
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException("in the first " + limitBytes + " bytes of a large message, "
                    + "where all in front of its body has to be: " + e.getMessage());
        }
        return new Front(incoming.message(Arrays.copyOf(start, length)), length);
    }

    /** @return where the body begins */
    private int scanFront() throws MalformedMessageException {
        int previous = 0;
        while (!cursor.atEnd()) {
            int start = cursor.at();
            int section = cursor.enterSection();
            if (!Section.mayFollow(previous, section)) {
                throw cursor.malformed("cannot stand behind the " + Section.name(previous) + " section");
            }
            if (section >= Section.DATA) {
                return start;
            }
            readSection(section);
            previous = section;
        }
        throw cursor.malformed("no body follows");
    }

    private Message message(byte[] encoded) {
        Message.Header header =
                new Message.Header(AMQP_FORMAT, durable, priority, ttlMillis, absoluteExpiryMillis, schedule, group);
        return new Message(encoded, annotatedOffset, header, Annotations.EMPTY);
    }

    private void scan() throws MalformedMessageException {
        int previous = 0;
        while (!cursor.atEnd()) {
            int section = cursor.enterSection();
            if (!Section.mayFollow(previous, section)) {
                throw cursor.malformed("cannot stand behind the " + Section.name(previous) + " section");
            }
            readSection(section);
            previous = section;
        }
    }

    private void readSection(int section) throws MalformedMessageException {
        switch (section) {
            case Section.HEADER:
                readHeader();
                annotatedOffset = cursor.at();
                break;
            case Section.DELIVERY_ANNOTATIONS:
                cursor.skipCompound(true);
                annotatedOffset = cursor.at();
                break;
            case Section.MESSAGE_ANNOTATIONS:
                // Walked, because they are rewritten when the broker or a consumer adds to them.
                schedule = DeliveryAnnotations.read(cursor);
                break;
            case Section.PROPERTIES:
                readProperties();
                break;
            case Section.APPLICATION_PROPERTIES:
            case Section.FOOTER:
                cursor.skipCompound(true);
                break;
            case Section.DATA:
                cursor.skipBinary();
                break;
            case Section.SEQUENCE:
                cursor.skipCompound(false);
                break;
            default:
                cursor.skip();
                break;
        }
    }

    private void readHeader() throws MalformedMessageException {
        cursor.enterList();
        int fields = atMost(HEADER_FIELDS);
        int end = cursor.compoundEnd();
        if (fields > 0 && !cursor.skipNull()) {
            durable = cursor.readBoolean();
        }
        if (fields > 1 && !cursor.skipNull()) {
            priority = cursor.readUbyte();
        }
        if (fields > 2 && !cursor.skipNull()) {
            ttlMillis = cursor.readUint();
        }
        // first-acquirer and delivery-count are the sending node's affair, and for what we store that will be us.
        if (fields > 3 && !cursor.skipNull()) {
            cursor.readBoolean();
        }
        if (fields > 4 && !cursor.skipNull()) {
            cursor.readUint();
        }
        cursor.leaveCompound(end);
    }

    private void readProperties() throws MalformedMessageException {
        cursor.enterList();
        int fields = atMost(PROPERTIES_FIELDS);
        int end = cursor.compoundEnd();
        for (int field = 0; field < fields; field++) {
            if (field == GROUP_ID) {
                group = GroupFields.readId(cursor);
            } else if (field == GROUP_SEQUENCE) {
                group = GroupFields.readSequence(cursor, group);
            } else if (field == ABSOLUTE_EXPIRY_TIME && !cursor.skipNull()) {
                // Before 1970 is long ago all the same, and -1 means none.
                absoluteExpiryMillis = Math.max(0, cursor.readTimestamp());
            } else if (field != ABSOLUTE_EXPIRY_TIME) {
                cursor.skip();
            }
        }
        cursor.leaveCompound(end);
    }

    private int atMost(int fields) throws MalformedMessageException {
        if (cursor.elements() > fields) {
            throw cursor.malformed("has " + cursor.elements() + " fields, " + fields + " are defined");
        }
        return cursor.elements();
    }
}
