package io.sluice.broker.explain;

import io.sluice.broker.QueueStatus;
import java.util.List;
import java.util.Optional;

/**
 * Why a queue gives out messages, or none.
 *
 * @param cause why it gives out no more
 * @param next the message that is to be given out next; empty where none is available
 * @param consumers some of them, the first that attached first; {@code status} says how many there are
 * @param lastDuplicate the last copy that was not stored, of those that {@code status} counts
 */
public record QueueExplanation(
        QueueStatus status,
        Cause cause,
        Optional<MessageExplanation> next,
        List<LinkExplanation> consumers,
        Optional<DroppedCopy> lastDuplicate) {
    public QueueExplanation {
        consumers = List.copyOf(consumers);
    }
}
