package io.sluice.broker;

/**
 * One queue as an administrator sees it at one instant.
 *
 * @param definition what it was declared to be
 * @param messages all it holds, delivered-but-unsettled ones included
 * @param bytes of those
 * @param unsettled of {@code messages}, those locked by a consumer or being settled
 * @param scheduled of {@code messages}, those that wait for the time of their delivery
 * @param duplicates messages that were accepted and not stored because they had been sent before, since the start
 * @param consumers attached
 * @param producers attached
 */
public record QueueStatus(
        QueueDefinition definition,
        long messages,
        long bytes,
        long unsettled,
        long scheduled,
        long duplicates,
        int consumers,
        int producers) {}
