package io.sluice.amqp.message;

import io.sluice.broker.Message;

/** The message-id of a message that its producer gave none (AMQP 1.0 §3.2.4); all else of it stays byte for byte. Any thread. */
public final class GivenMessageId {
    private GivenMessageId() {}

    /**
     * @param id for one that has none
     * @return the message itself where it has one, or is of another format than AMQP's: nothing is known of its inside
     */
    public static Message with(Message message, String id) {
        boolean has = message.messageFormat() != IncomingMessage.AMQP_FORMAT
                || new MessageSections(message).property(0) != MessageSections.ABSENT;
        return has ? message : MessageProperties.with(message, 0, id);
    }
}
