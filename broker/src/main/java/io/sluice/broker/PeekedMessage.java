package io.sluice.broker;

import java.util.List;
import java.util.Optional;

/**
 * A message as an administrator sees it who only looks: nothing about it changes by that.
 *
 * @param sequence its number in its queue
 * @param state who may have it
 * @param arrivedAtMillis epoch milliseconds
 * @param deliverAtMillis epoch milliseconds before which nobody gets it, 0 where there is no such time
 * @param expiresAtMillis epoch milliseconds, or {@link Message#NONE}
 * @param deliveryCount failed deliveries so far
 * @param durable whether it survives a restart
 * @param message empty where it cannot be read
 */
public record PeekedMessage(
        long sequence,
        State state,
        long arrivedAtMillis,
        long deliverAtMillis,
        long expiresAtMillis,
        int deliveryCount,
        boolean durable,
        Optional<Message> message) {
    public enum State {
        AVAILABLE,
        /** A consumer has it. */
        LOCKED,
        /** A change to it is on its way to the journal. */
        SETTLING,
        SCHEDULED,
        /** Its page cannot be read. */
        DAMAGED
    }

    /**
     * Which messages are asked for.
     *
     * @param fromSequence 1 to begin with
     * @param limit most messages in the answer, 1 or more
     * @param maxBytes about, of encoded messages in the answer; one there is always
     */
    public record Range(long fromSequence, int limit, long maxBytes) {}

    /**
     * Some messages of a queue.
     *
     * @param messages ascending by sequence
     * @param nextSequence where to go on, {@link Long#MAX_VALUE} at the end
     */
    public record Some(List<PeekedMessage> messages, long nextSequence) {}
}
