package io.sluice.simulation;

import io.sluice.broker.Subscription;
import io.sluice.broker.SubscriptionExpiry;
import io.sluice.broker.queue.Consumer;
import io.sluice.broker.shard.ReplayFrom;
import io.sluice.broker.shard.ShardMailbox;
import io.sluice.broker.shard.SubscriptionRequest;
import java.util.Optional;

/** Has a durable subscription, which begins with the last messages before it; at times it ends that one, and comes again with another. */
final class SimulatedSubscriber extends SimulatedConsumer {
    /** More than a producer has under way between the question for a subscription and its beginning. */
    static final int REPLAYED = 25;
    /** By the topic. */
    static final int KEPT = 30;

    private static final String CONTAINER = "c";
    /** How the names of subscriptions' queues begin. */
    static final String QUEUES = History.TOPIC + "::" + CONTAINER + ".";

    private int number;

    SimulatedSubscriber(Cluster cluster, String name) {
        super(cluster, name, History.TOPIC, 3);
    }

    private String subscription() {
        return "s" + number;
    }

    @Override
    String queue() {
        return QUEUES + subscription();
    }

    @Override
    void connected(Connection now) {
        cluster.history().subscribes(queue());
        super.connected(now);
    }

    @Override
    void attach(ShardMailbox mailbox, Consumer handle) {
        Subscription asked = new Subscription(
                new Subscription.Identity(CONTAINER, subscription(), true),
                History.TOPIC,
                Subscription.Selection.ALL,
                false,
                false);
        mailbox.topics()
                .subscribe(
                        handle,
                        new SubscriptionRequest(
                                asked,
                                Optional.empty(),
                                "",
                                SubscriptionExpiry.NEVER,
                                Optional.of(new ReplayFrom(ReplayFrom.Kind.LAST, REPLAYED, () -> {}))));
    }

    @Override
    void isAttached(Link its) {
        cluster.history().subscribed(its.from);
    }

    @Override
    void leave(Connection now, Consumer handle) {
        boolean forGood = world.random.nextBoolean();
        if (forGood) {
            cluster.history().unsubscribes(queue());
            number++;
        }
        now.toShard(mailbox -> mailbox.leave(
                handle, forGood ? SubscriptionRequest.Leaving.UNSUBSCRIBE : SubscriptionRequest.Leaving.DETACH));
    }
}
