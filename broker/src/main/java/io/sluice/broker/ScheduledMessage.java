package io.sluice.broker;

import java.util.List;

/**
 * A message that waits for the time of its delivery, or is parked, as an administrator sees it.
 *
 * @param sequence its number in its queue: what it is cancelled by
 * @param arrivedAtMillis epoch milliseconds
 * @param deliverAtMillis epoch milliseconds; {@link Schedule#NEVER} where it is parked
 * @param expiresAtMillis epoch milliseconds, or {@link Message#NONE}
 * @param bytes of the encoded message
 * @param priority 0 to 9
 * @param durable whether it survives a restart
 */
public record ScheduledMessage(
        long sequence,
        long arrivedAtMillis,
        long deliverAtMillis,
        long expiresAtMillis,
        int bytes,
        int priority,
        boolean durable) {
    /** Whether it waits for nothing but to be asked for by its number. */
    public boolean isParked() {
        return deliverAtMillis == Schedule.NEVER;
    }

    /**
     * Some of the scheduled messages of a queue.
     *
     * @param messages ascending by sequence; may be fewer than asked for, or none, and yet not the end
     * @param nextSequence where to go on, {@link Long#MAX_VALUE} at the end
     */
    public record Some(List<ScheduledMessage> messages, long nextSequence) {}
}
