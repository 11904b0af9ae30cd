package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is written on a message that moves to a dead-letter or expiry queue, as message annotations:
 * {@code x-opt-dead-letter-queue} (where it was), {@code -reason}, {@code -time} (of the move), {@code -delivery-count} (failed
 * deliveries), and for a rejected one {@code -condition} and {@code -description} as its consumer gave them.
 */
final class DeadLetters {
    /** Why a message moved; the text is the annotation's value. */
    enum Reason {
        REJECTED("rejected"),
        MAX_DELIVERIES("max-deliveries"),
        UNDELIVERABLE("undeliverable-here"),
        EXPIRED("expired"),
        OVERFLOW("overflow"),
        /** What was kept apart of it cannot be read any more; only what is in front of the body is left. */
        DAMAGED("damaged");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    /** An amqp-value section that holds null (AMQP 1.0 §3.2.8): a message must have a body. */
    private static final byte[] NO_BODY = {0, 0x53, 0x77, 0x40};

    /** Of what a consumer says. */
    private static final int MAX_TEXT_CHARS = 2_000;

    private DeadLetters() {}

    /** The message as it enters the other queue: it cannot expire again, or a dead letter would vanish from there. */
    static Message of(
            QueueEntry entry, String queue, Reason reason, int deliveryCount, Annotations more, long nowMillis) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put("x-opt-dead-letter-queue", new Annotations.Text(queue));
        values.put("x-opt-dead-letter-reason", new Annotations.Text(reason.text));
        values.put("x-opt-dead-letter-time", new Annotations.Timestamp(nowMillis));
        values.put("x-opt-dead-letter-delivery-count", new Annotations.Number(deliveryCount));
        Message.Header header = entry.message.header();
        Message.Header lasting = new Message.Header(
                        header.messageFormat(), header.durable(), header.priority(), Message.NONE, Message.NONE)
                .withGroup(header.group());
        Message what = reason == Reason.DAMAGED ? withoutBody(entry.message) : entry.message;
        return what.with(lasting).annotated(more).annotated(Annotations.of(values));
    }

    private static Message withoutBody(Message message) {
        return message.withoutBody(message.messageFormat() == 0 ? NO_BODY : new byte[0]);
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }

    static Annotations rejection(String condition, String description) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        if (!condition.isEmpty()) {
            values.put("x-opt-dead-letter-condition", new Annotations.Text(cut(condition)));
        }
        if (!description.isEmpty()) {
            values.put("x-opt-dead-letter-description", new Annotations.Text(cut(description)));
        }
        return Annotations.of(values);
    }
}
