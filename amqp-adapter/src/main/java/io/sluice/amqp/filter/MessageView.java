package io.sluice.amqp.filter;

import io.sluice.amqp.message.MessageSections;
import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.nio.charset.StandardCharsets;

/** One message during one evaluation. One thread. */
final class MessageView {
    private final Message message;
    private final int deliveryCount;
    /** Null until a section is asked for. */
    private MessageSections sections;

    /** @param deliveryCount deliveries that failed, as in the header the consumer would get */
    MessageView(Message message, int deliveryCount) {
        this.message = message;
        this.deliveryCount = deliveryCount;
    }

    Message message() {
        return message;
    }

    int deliveryCount() {
        return deliveryCount;
    }

    Value property(int field) {
        return at(sections().property(field));
    }

    Value applicationProperty(byte[] name) {
        return at(sections().applicationProperty(name));
    }

    /** Those added since win, as they do when the message is sent. */
    Value annotation(String key, byte[] ascii) {
        if (!message.added().isEmpty()) {
            Annotations.Value added = message.added().values().get(key);
            if (added != null) {
                return of(added);
            }
        }
        return at(sections().annotation(ascii));
    }

    private MessageSections sections() {
        if (sections == null) {
            sections = new MessageSections(message);
        }
        return sections;
    }

    private Value at(int offset) {
        return offset == MessageSections.ABSENT ? Value.ABSENT : EncodedValue.read(message.encoded(), offset);
    }

    private static Value of(Annotations.Value added) {
        if (added instanceof Annotations.Text text) {
            byte[] utf8 = text.value().getBytes(StandardCharsets.UTF_8);
            return Value.text(utf8, 0, utf8.length);
        }
        if (added instanceof Annotations.Number number) {
            return Value.of(number.value());
        }
        if (added instanceof Annotations.Timestamp timestamp) {
            return Value.of(timestamp.epochMillis());
        }
        return added instanceof Annotations.Encoded encoded ? EncodedValue.read(encoded.bytes(), 0) : Value.OPAQUE;
    }
}
