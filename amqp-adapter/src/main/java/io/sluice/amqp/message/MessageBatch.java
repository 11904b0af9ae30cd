package io.sluice.amqp.message;

import io.sluice.broker.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * Service Bus's batch format: one delivery whose data sections each hold one encoded message. The sections in front of them are the
 * envelope's, and say nothing that the messages do not say themselves.
 */
public final class MessageBatch {
    /** The message-format of its transfers (AMQP 1.0 §2.8.11), as Azure's clients send it. */
    public static final int FORMAT = 0x80013700;

    /** Of one delivery; each costs more than the few bytes it can be of. */
    public static final int MAX_MESSAGES = 10_000;

    private MessageBatch() {}

    /**
     * The messages of a batch, one at least, in their order. Any thread.
     *
     * @param encoded the payload of all transfers of the delivery
     * @throws MalformedMessageException the batch is cut short, holds something else than data, or one of its messages is malformed: which
     */
    public static List<Message> parse(byte[] encoded) throws MalformedMessageException {
        List<Message> messages = new ArrayList<>();
        EncodedCursor cursor = new EncodedCursor(encoded, 0);
        int previous = 0;
        while (!cursor.atEnd()) {
            int section = cursor.enterSection();
            if (!Section.mayFollow(previous, section)) {
                throw cursor.malformed("cannot stand behind the " + Section.name(previous) + " section");
            }
            if (section == Section.SEQUENCE || section == Section.VALUE) {
                throw cursor.malformed("a batch has its messages in data sections");
            }
            if (section == Section.DATA) {
                messages.add(message(cursor.readBinary(), messages.size()));
            } else {
                cursor.skip();
            }
            previous = section;
        }
        if (messages.isEmpty()) {
            throw new MalformedMessageException("a batch without messages");
        }
        return messages;
    }

    private static Message message(byte[] encoded, int index) throws MalformedMessageException {
        if (index >= MAX_MESSAGES) {
            throw new MalformedMessageException("a batch has " + MAX_MESSAGES + " messages at most");
        }
        String where = "in message " + index + " of the batch, counted from 0: ";
        if (encoded.length == 0) {
            throw new MalformedMessageException(where + "it has no bytes");
        }
        try {
            return IncomingMessage.parse(encoded, IncomingMessage.AMQP_FORMAT);
        } catch (MalformedMessageException e) {
            throw new MalformedMessageException(where + e.getMessage());
        }
    }
}
