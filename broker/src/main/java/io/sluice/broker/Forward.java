package io.sluice.broker;

import java.util.Objects;

/**
 * Where a queue's messages go instead of staying in it. Those that are in it already stay.
 *
 * @param kind queue or topic
 * @param to the address; a queue is made where there is none
 */
public record Forward(NodeKind kind, String to) {
    public Forward {
        Objects.requireNonNull(kind, "kind");
        if (kind == NodeKind.EXCHANGE) {
            throw new IllegalArgumentException("a queue forwards to a queue or a topic, not to an exchange");
        }
        // The broker will declare it one day; then it is too late to say that it cannot.
        if (!QueueDefinition.isName(to) || to.startsWith("$")) {
            throw new IllegalArgumentException("'" + to + "' is no name that a queue may forward to: 1 to "
                    + QueueDefinition.MAX_NAME_LENGTH + " characters, the first not $");
        }
    }

    /** To a queue. */
    public static Forward toQueue(String name) {
        return new Forward(NodeKind.QUEUE, name);
    }
}
