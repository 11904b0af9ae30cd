package io.sluice.broker;

/**
 * One subscription as an administrator sees it at one instant.
 *
 * @param queue the state of the queue its messages wait in; the queue's name is an address like any other
 * @param links that take from it now
 * @param expiry when it ends by itself
 */
public record SubscriptionStatus(
        Subscription subscription, QueueStatus queue, int links, SubscriptionExpiry.State expiry) {}
