package io.sluice.broker.queue;

/**
 * Locks that were made to last anew, from now on.
 *
 * @param locks how many
 * @param lockedUntilMillis epoch milliseconds at which they end
 */
public record LockRenewal(int locks, long lockedUntilMillis) {}
