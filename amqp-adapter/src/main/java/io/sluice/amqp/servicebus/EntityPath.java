package io.sluice.amqp.servicebus;

import io.sluice.broker.Annotations;
import io.sluice.broker.Message;
import java.util.Locale;
import java.util.Optional;

/**
 * An address as Service Bus has it: a queue, or a subscription {@code <topic>/Subscriptions/<name>}, and where it is said the dead-letter
 * queue of either, {@code …/$DeadLetterQueue}. Without regard to case, but for names.
 *
 * @param queue the queue it names, or in which the subscription's messages wait
 * @param subscription where it is one
 * @param deadLetters whether it is not the queue itself, but its dead-letter queue
 */
public record EntityPath(String queue, Optional<Subscription> subscription, boolean deadLetters) {
    private static final String MANAGEMENT = "/$management";
    private static final String DEAD_LETTERS = "/$deadletterqueue";
    private static final String SUBSCRIPTIONS = "/subscriptions/";
    /** Between a topic and the name of a subscription, in the name of its queue. */
    private static final String MARK = "::";

    /** A subscription that any container may use. */
    public record Subscription(String topic, String name) {}

    /** The entity whose own {@code $management} the address is; empty where it is none's. */
    public static Optional<EntityPath> managed(String address) {
        return address != null && ends(address, MANAGEMENT)
                ? Optional.of(of(without(address, MANAGEMENT)))
                : Optional.empty();
    }

    public static EntityPath of(String address) {
        boolean dead = ends(address, DEAD_LETTERS);
        String entity = dead ? without(address, DEAD_LETTERS) : address;
        int mark = entity.toLowerCase(Locale.ROOT).indexOf(SUBSCRIPTIONS);
        if (mark <= 0 || mark + SUBSCRIPTIONS.length() == entity.length()) {
            return new EntityPath(entity, Optional.empty(), dead);
        }
        Subscription subscription =
                new Subscription(entity.substring(0, mark), entity.substring(mark + SUBSCRIPTIONS.length()));
        return new EntityPath(subscription.topic + MARK + subscription.name, Optional.of(subscription), dead);
    }

    /** The name by which it is decided who may use it: a queue's own, a subscription's topic. */
    public String permission() {
        return subscription.map(Subscription::topic).orElse(queue);
    }

    /** Whether the message, of a dead-letter queue, was in this queue before. */
    public boolean isDeadLetter(Message message) {
        return message.added().get("x-opt-dead-letter-queue") instanceof Annotations.Text from
                && from.value().equals(queue);
    }

    /** Longer than the suffix: there is something that it is of. */
    private static boolean ends(String address, String suffix) {
        int start = address.length() - suffix.length();
        return start > 0 && address.regionMatches(true, start, suffix, 0, suffix.length());
    }

    private static String without(String address, String suffix) {
        return address.substring(0, address.length() - suffix.length());
    }
}
