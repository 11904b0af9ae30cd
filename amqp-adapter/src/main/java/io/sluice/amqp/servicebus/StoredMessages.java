package io.sluice.amqp.servicebus;

import io.sluice.amqp.message.GivenMessageId;
import io.sluice.broker.Message;
import java.util.function.Supplier;

/** Messages of Service Bus's clients as the broker keeps them. Any thread. */
public final class StoredMessages {
    private StoredMessages() {}

    /**
     * There are none but durable messages in Service Bus, which its clients do not say, and each has an id, without which some cannot settle it.
     *
     * @param ids asked once, for a message that may have none
     */
    public static Message of(Message message, Supplier<String> ids) {
        Message durable =
                message.durable() ? message : message.with(message.header().withDurable());
        return GivenMessageId.with(durable, ids.get());
    }
}
