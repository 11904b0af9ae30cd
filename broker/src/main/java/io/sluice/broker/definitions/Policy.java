package io.sluice.broker.definitions;

import io.sluice.broker.Forward;
import io.sluice.broker.NamePattern;
import io.sluice.broker.NodeKind;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.QueueDefinition.DeadLetter;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/**
 * What queues of matching names are created as. It changes none that is there. Immutable, any thread.
 *
 * @param name 1 to {@link #MAX_NAME_LENGTH} characters
 * @param order of several that match the lowest counts; of the same order, the first by name
 * @param pattern of names of queues, or of topics
 * @param kind what the names are of
 * @param autoCreate whether a queue of such a name comes to be by being used; of no meaning for topics
 * @param queue what they are, under any name
 */
public record Policy(
        String name, int order, NamePattern pattern, Kind kind, boolean autoCreate, QueueDefinition queue) {
    public static final int MAX_NAME_LENGTH = 255;

    static final Comparator<Policy> BY_ORDER =
            Comparator.comparingInt(Policy::order).thenComparing(Policy::name);

    /** For what queues it is. */
    public enum Kind {
        /** Queues that clients and administrators name. */
        QUEUES,
        /** Queues of subscriptions, by the name of their topic. */
        TOPICS
    }

    public Policy {
        Objects.requireNonNull(kind, "kind");
        if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException(
                    "a policy's name has 1 to " + MAX_NAME_LENGTH + " characters, this has " + name.length());
        }
        int length = pattern.text().length();
        if (length < 1 || length > QueueDefinition.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("a policy's pattern has 1 to " + QueueDefinition.MAX_NAME_LENGTH
                    + " characters, this has " + length);
        }
    }

    /** What a queue of this name is by the template. It is never its own dead-letter or expiry queue, and
     * forwards nothing to itself: a message would come back for ever. */
    public static QueueDefinition named(QueueDefinition template, String name) {
        DeadLetter all = template.deadLetter();
        Optional<String> queue = all.queue().filter(target -> !target.equals(name));
        int maxDeliveries = queue.isEmpty() && all.queue().isPresent() ? 0 : all.maxDeliveries();
        DeadLetter others = new DeadLetter(
                        queue, all.expiryQueue().filter(target -> !target.equals(name)), maxDeliveries)
                .withExchange(all.exchange(), all.routingKey());
        Optional<Forward> forward = template.life().forward().filter(to -> !isSelf(to, name));
        return template.withName(name)
                .withDeadLetter(others)
                .withLife(template.life().withForward(forward));
    }

    private static boolean isSelf(Forward forward, String name) {
        return forward.kind() == NodeKind.QUEUE && forward.to().equals(name);
    }
}
