package io.sluice.broker.queue;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import io.sluice.broker.Outcome;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is written on a message that moves to a dead-letter or expiry queue, as message annotations:
 * {@code x-opt-dead-letter-queue} (where it was), {@code -sequence} (its number there), {@code -reason}, {@code -time} (of the move),
 * {@code -delivery-count} (failed deliveries), and for a rejected one {@code -condition}, {@code -description} and {@code -info} as its
 * consumer gave them; {@code -history} lists the moves so far. All but the history say what happened last.
 */
final class DeadLetters {
    /** Why a message moved; the text is the annotation's value. */
    enum Reason {
        REJECTED("rejected"),
        MAX_DELIVERIES("max-deliveries"),
        MAX_ACQUISITIONS("max-acquisitions"),
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

    private static final int MAX_INFO_BYTES = 2_000;
    /** Older moves are forgotten. */
    private static final int MAX_HISTORY = 10;

    static final String QUEUE = "x-opt-dead-letter-queue";
    private static final String SEQUENCE = "x-opt-dead-letter-sequence";
    private static final String REASON = "x-opt-dead-letter-reason";
    private static final String TIME = "x-opt-dead-letter-time";
    private static final String TTL = "x-opt-dead-letter-ttl";
    private static final String COUNT = "x-opt-dead-letter-delivery-count";
    private static final String CONDITION = "x-opt-dead-letter-condition";
    private static final String DESCRIPTION = "x-opt-dead-letter-description";
    private static final String INFO = "x-opt-dead-letter-info";
    private static final String HISTORY = "x-opt-dead-letter-history";
    private static final Set<String> OF_THE_LAST_MOVE =
            Set.of(QUEUE, SEQUENCE, REASON, TIME, TTL, COUNT, CONDITION, DESCRIPTION, INFO, Acquisitions.ANNOTATION);

    private DeadLetters() {}

    /** The message as it enters the other queue: it cannot expire again, or a dead letter would vanish from there. */
    static Message of(
            QueueEntry entry, String queue, Reason reason, int deliveryCount, Annotations more, long nowMillis) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put(QUEUE, new Annotations.Text(queue));
        values.put(SEQUENCE, new Annotations.Number(entry.sequence));
        Message what = reason == Reason.DAMAGED ? withoutBody(entry.message) : entry.message;
        return marked(what, values, reason, deliveryCount, more, nowMillis);
    }

    /** One that had no place in the queue, and so no number there. */
    static Message ofRefused(Message message, String queue, long nowMillis) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        values.put(QUEUE, new Annotations.Text(queue));
        return marked(message, values, Reason.OVERFLOW, 0, Annotations.EMPTY, nowMillis);
    }

    private static Message marked(
            Message message,
            Map<String, Annotations.Value> values,
            Reason reason,
            int deliveryCount,
            Annotations more,
            long nowMillis) {
        values.put(REASON, new Annotations.Text(reason.text));
        values.put(TIME, new Annotations.Timestamp(nowMillis));
        values.put(COUNT, new Annotations.Number(deliveryCount));
        Message.Header header = message.header();
        if (header.ttlMillis() != Message.NONE) {
            values.put(TTL, new Annotations.Number(header.ttlMillis()));
        }
        values.put(HISTORY, history(message.added(), values));
        Message.Header lasting = new Message.Header(
                        header.messageFormat(), header.durable(), header.priority(), Message.NONE, Message.NONE)
                .withGroup(header.group());
        return withoutMarks(message).with(lasting).annotated(more).annotated(Annotations.of(values));
    }

    /** Without what the last move wrote on it; the history stays. */
    static Message withoutMarks(Message message) {
        Annotations rest = message.added().without(OF_THE_LAST_MOVE);
        return rest == message.added() ? message : message.withAdded(rest);
    }

    /** The moves so far and this one: of each what is written of it, under the last word of its name. */
    private static Annotations.Value history(Annotations before, Map<String, Annotations.Value> move) {
        List<Annotations> all = new ArrayList<>();
        if (before.get(HISTORY) instanceof Annotations.Maps history) {
            all.addAll(history.maps());
        }
        Map<String, Annotations.Value> entry = new LinkedHashMap<>();
        move.forEach((name, value) -> entry.put(name.substring("x-opt-dead-letter-".length()), value));
        all.add(Annotations.of(entry));
        return new Annotations.Maps(all.subList(Math.max(0, all.size() - MAX_HISTORY), all.size()));
    }

    private static Message withoutBody(Message message) {
        return message.withoutBody(message.messageFormat() == 0 ? NO_BODY : new byte[0]);
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }

    static Annotations rejection(Outcome.Rejected rejected) {
        Map<String, Annotations.Value> values = new LinkedHashMap<>();
        if (!rejected.condition().isEmpty()) {
            values.put(CONDITION, new Annotations.Text(cut(rejected.condition())));
        }
        if (!rejected.description().isEmpty()) {
            values.put(DESCRIPTION, new Annotations.Text(cut(rejected.description())));
        }
        rejected.info().ifPresent(info -> {
            Annotations one = Annotations.of(Map.of(INFO, info));
            if (one.bytes() <= MAX_INFO_BYTES) {
                values.put(INFO, info);
            }
        });
        return Annotations.of(values);
    }
}
