package io.sluice.broker;

import io.sluice.broker.Subscription.Selection;
import java.util.Objects;

/**
 * Messages of some addresses go to another one, in the place of theirs or beside it.
 *
 * @param name 1 to 255 characters
 * @param kind queues or topics: what the pattern is of
 * @param pattern names of them; those of subscriptions' queues only where it says {@code ::} itself
 * @param selection which messages
 * @param toKind queue or topic
 * @param to where they go; a queue is made where there is none
 * @param exclusive whether they do not go where they would have gone
 */
public record Divert(
        String name,
        NodeKind kind,
        NamePattern pattern,
        Selection selection,
        NodeKind toKind,
        String to,
        boolean exclusive) {
    public Divert {
        Objects.requireNonNull(pattern, "pattern");
        Objects.requireNonNull(selection, "selection");
        int most = QueueDefinition.MAX_NAME_LENGTH;
        if (!QueueDefinition.isName(name)) {
            throw new IllegalArgumentException(
                    "a divert's name has 1 to " + most + " characters, this has " + name.length());
        }
        if (!QueueDefinition.isName(pattern.text())) {
            throw new IllegalArgumentException("a divert's pattern has 1 to " + most + " characters, this has "
                    + pattern.text().length());
        }
        if (kind == NodeKind.EXCHANGE || toKind == NodeKind.EXCHANGE) {
            throw new IllegalArgumentException("a divert is between queues and topics, not exchanges");
        }
        if (!QueueDefinition.isName(to) || to.startsWith("$")) {
            throw new IllegalArgumentException("'" + to + "' is no name that a divert may lead to: 1 to "
                    + QueueDefinition.MAX_NAME_LENGTH + " characters, the first not $");
        }
        if (kind == toKind && pattern.text().equals(to)) {
            throw new IllegalArgumentException("a divert from '" + to + "' to itself leads nowhere");
        }
    }

    /** Whether messages to this node are among its own; which of them it selects is another question. */
    public boolean isFrom(NodeKind itsKind, String address) {
        return itsKind == kind
                && pattern.matches(address)
                && (!address.contains("::") || pattern.text().contains("::"));
    }
}
