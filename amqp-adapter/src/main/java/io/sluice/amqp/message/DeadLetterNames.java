package io.sluice.amqp.message;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * By whose names a consumer is told where a dead letter or an expired message was, and why it left. All of them are made of what our own say, when
 * the message is sent: what is stored does not depend on it. Any thread.
 */
public enum DeadLetterNames {
    /** Our own, {@code x-opt-dead-letter-…}; where they are not wanted they are left out. */
    SLUICE {
        @Override
        void write(Moves moves, Map<String, Annotations.Value> target) {
            // They are on the message.
        }
    },
    /** Of Apache ActiveMQ Artemis: {@code x-opt-ORIG-…}, about the last move. */
    ARTEMIS {
        @Override
        void write(Moves moves, Map<String, Annotations.Value> target) {
            Annotations last = moves.all.get(moves.all.size() - 1);
            if (!moves.isDeadLetter) {
                return;
            }
            String queue = text(last, "queue");
            int behindTopic = queue.indexOf(SUBSCRIPTION);
            boolean subscribed = behindTopic >= 0;
            target.put(
                    "x-opt-ORIG-ADDRESS", new Annotations.Text(subscribed ? queue.substring(0, behindTopic) : queue));
            target.put(
                    "x-opt-ORIG-QUEUE",
                    new Annotations.Text(subscribed ? queue.substring(behindTopic + SUBSCRIPTION.length()) : queue));
            target.put("x-opt-ORIG-MESSAGE-ID", new Annotations.Number(number(last, "sequence")));
            target.put("x-opt-ORIG-ROUTING-TYPE", AnnotationCodec.value(subscribed ? MULTICAST : ANYCAST));
            if (text(last, "reason").equals("expired")) {
                target.put("x-opt-ACTUAL-EXPIRY", new Annotations.Number(time(last)));
            }
        }
    },
    /** Of RabbitMQ: {@code x-opt-deaths}, the newest first, with the first and the last by themselves. */
    RABBITMQ {
        @Override
        void write(Moves moves, Map<String, Annotations.Value> target) {
            List<RabbitDeath> deaths = RabbitDeath.of(moves.all);
            target.put("x-opt-deaths", new Annotations.Encoded(RabbitDeath.encode(deaths)));
            RabbitDeath.of(moves.all.get(0)).describe("x-first-death-", target);
            deaths.get(0).describe("x-last-death-", target);
        }
    };

    private static final String PREFIX = "x-opt-dead-letter-";
    /** Between a topic and the name of a subscription. */
    private static final String SUBSCRIPTION = "::";

    private static final byte MULTICAST = 0;
    private static final byte ANYCAST = 1;

    /** @param all oldest first, at least one */
    private record Moves(List<Annotations> all, boolean isDeadLetter) {}

    abstract void write(Moves moves, Map<String, Annotations.Value> target);

    /** The message as a consumer gets it that is told by these names. */
    static Message named(Message message, Set<DeadLetterNames> names) {
        return named(message, names, false);
    }

    /** As {@link #named(Message, Set)}. @param rabbits whether by RabbitMQ's in any case */
    static Message named(Message message, Set<DeadLetterNames> names, boolean rabbits) {
        if (!(message.added().get(PREFIX + "history") instanceof Annotations.Maps history)
                || history.maps().isEmpty()) {
            return message;
        }
        Moves moves = new Moves(history.maps(), message.added().get(PREFIX + "queue") != null);
        Map<String, Annotations.Value> more = new LinkedHashMap<>();
        names.forEach(each -> each.write(moves, more));
        if (rabbits && !names.contains(RABBITMQ)) {
            RABBITMQ.write(moves, more);
        }
        Message named = names.contains(SLUICE) ? message : message.withAdded(withoutOurs(message.added()));
        return more.isEmpty() ? named : named.annotated(Annotations.of(more));
    }

    private static Annotations withoutOurs(Annotations added) {
        return added.without(added.values().keySet().stream()
                .filter(key -> key.startsWith(PREFIX))
                .toList());
    }

    static String text(Annotations move, String key) {
        return move.get(key) instanceof Annotations.Text text ? text.value() : "";
    }

    static long number(Annotations move, String key) {
        return move.get(key) instanceof Annotations.Number number ? number.value() : 0;
    }

    static long time(Annotations move) {
        return move.get("time") instanceof Annotations.Timestamp time ? time.epochMillis() : 0;
    }
}
