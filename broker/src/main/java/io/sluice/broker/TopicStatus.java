package io.sluice.broker;

import java.util.List;

/**
 * One topic as an administrator sees it at one instant. A topic is there while somebody publishes or subscribes to it.
 *
 * @param name a topic, or the pattern that subscriptions have in its place
 * @param producers attached to exactly this name
 * @param subscriptions to exactly this name
 */
public record TopicStatus(String name, int producers, List<SubscriptionStatus> subscriptions) {
    public TopicStatus {
        subscriptions = List.copyOf(subscriptions);
    }
}
