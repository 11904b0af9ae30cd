package io.sluice.server.config;

import io.sluice.broker.NamePattern;
import io.sluice.broker.QueueDefinition;
import io.sluice.server.config.QueueRules.QueueTemplate;
import java.util.List;

/**
 * Which addresses are topics, and what their subscriptions are. Immutable, any thread.
 *
 * @param addresses that are topics where no client says what they are
 * @param maxSubscriptions of all topics together
 * @param templates what the queue of a subscription is, by its topic; the first that matches counts
 */
public record TopicRules(List<NamePattern> addresses, int maxSubscriptions, List<QueueTemplate> templates) {
    public TopicRules {
        addresses = List.copyOf(addresses);
        templates = List.copyOf(templates);
    }

    /** Whether the address is a topic where nobody says more. */
    public boolean isTopic(String address) {
        return !addresses.isEmpty() && addresses.stream().anyMatch(pattern -> pattern.matches(address));
    }

    /** What the queue of a subscription to this topic is, under any name. */
    public QueueDefinition subscriptionQueue(String topic) {
        for (QueueTemplate template : templates) {
            if (template.pattern().matches(topic)) {
                return template.definition();
            }
        }
        return Defaults.QUEUE;
    }
}
