package io.sluice.broker;

import java.util.List;

/**
 * One queue as an administrator sees it at one instant.
 *
 * @param definition what it was declared to be
 * @param messages all it holds, delivered-but-unsettled ones included
 * @param messagesByPriority of {@code messages}, those of priority 0, 1 … 9; empty for a queue without order by priority
 * @param bytes of those
 * @param unsettled of {@code messages}, those locked by a consumer or being settled
 * @param scheduled of {@code messages}, those that wait for the time of their delivery
 * @param duplicates messages that were accepted and not stored because they had been sent before, since the start
 * @param consumers attached
 * @param producers attached
 * @param pagedOut of {@code messages}, those out of memory
 * @param damaged of {@code pagedOut}, those whose page cannot be read; they are not delivered
 * @param paused what is held up
 */
public record QueueStatus(
        QueueDefinition definition,
        long messages,
        List<Long> messagesByPriority,
        long bytes,
        long unsettled,
        long scheduled,
        long duplicates,
        int consumers,
        int producers,
        long pagedOut,
        long damaged,
        Paused paused) {
    public QueueStatus {
        messagesByPriority = List.copyOf(messagesByPriority);
    }

    /** What an administrator holds up: that its messages are given out, that its producers get credit. */
    public record Paused(boolean delivery, boolean intake) {
        public static final Paused NOT = new Paused(false, false);
    }
}
