package io.sluice.broker.routing;

import io.sluice.broker.Message;
import io.sluice.broker.QueueDefinition;
import io.sluice.broker.Subscription.Selection;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What a shard is told of topics from the edge.
 *
 * @param queue what the queue of a subscription to this topic is; its name and whether it is durable are the subscription's affair
 * @param filters compiles what a front end has written of a subscription's filter, after a restart; what it gives is quick and throws
 *     nothing. It throws {@code IllegalArgumentException} where it cannot read it any more
 * @param maxSubscriptions of all topics together, 1 or more
 */
public record TopicSetup(
        Function<String, QueueDefinition> queue,
        Function<Selection, Predicate<Message>> filters,
        int maxSubscriptions) {
    /** Queues without limits, and subscriptions without filters. */
    public static final TopicSetup PLAIN = new TopicSetup(
            QueueDefinition::named,
            selection -> {
                throw new IllegalArgumentException("nobody reads filters here");
            },
            10_000);

    public TopicSetup {
        Objects.requireNonNull(queue, "queue");
        Objects.requireNonNull(filters, "filters");
        if (maxSubscriptions < 1) {
            throw new IllegalArgumentException("maxSubscriptions is 1 or more, not " + maxSubscriptions);
        }
    }
}
